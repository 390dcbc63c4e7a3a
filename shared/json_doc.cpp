#include "shared/json_doc.hpp"

#include <utility>

#include "shared/json_plain.hpp"

namespace arouter {

Result<JsonDoc> JsonDoc::read(std::string_view text) {
  Result<std::vector<json_detail::Node>> nodes = json_detail::scan_nodes(text);
  if (!nodes) return nodes.error();
  JsonDoc doc;
  doc.text_ = text;
  doc.nodes_ = std::move(*nodes);
  return doc;
}

JsonType JsonItem::type() const {
  return doc_ == nullptr ? JsonType::absent : doc_->nodes_[at_].type;
}

std::string_view JsonItem::raw() const {
  if (doc_ == nullptr) return {};
  const json_detail::Node& node = doc_->nodes_[at_];
  return doc_->text_.substr(node.begin, node.end - node.begin);
}

std::string JsonItem::text() const {
  const std::string_view bytes = raw();
  return decode_string(bytes, {type(), 0, bytes.size()}).value_or("");
}

std::optional<std::int64_t> JsonItem::count() const {
  const std::string_view bytes = raw();
  return decode_count(bytes, {type(), 0, bytes.size()});
}

std::optional<bool> JsonItem::boolean() const {
  const std::string_view bytes = raw();
  return decode_bool(bytes, {type(), 0, bytes.size()});
}

std::string_view JsonItem::number() const {
  return type() == JsonType::number ? raw() : std::string_view();
}

std::string_view JsonItem::raw_key() const {
  if (doc_ == nullptr || doc_->nodes_[at_].key == 0) return "";
  const char* const begin = doc_->text_.data() + doc_->nodes_[at_].key + 1;
  const char* const end = doc_->text_.data() + doc_->text_.size();
  const char* at = json_detail::find_special(begin, end);
  while (*at != '"') at = json_detail::find_special(at + (*at == '\\' ? 2 : 1), end);
  return {begin, static_cast<std::size_t>(at - begin)};
}

std::string JsonItem::key() const {
  const std::string_view name = raw_key();
  if (name.find('\\') == std::string_view::npos) return std::string(name);
  const std::string_view quoted(name.data() - 1, name.size() + 2);
  return decode_string(quoted, {JsonType::string, 0, quoted.size()}).value_or("");
}

bool JsonItem::named(std::string_view name) const {
  if (doc_ == nullptr || doc_->nodes_[at_].key == 0) return false;
  const std::string_view key = doc_->text_.substr(doc_->nodes_[at_].key + 1);
  if (key.size() > name.size() && key[name.size()] == '"' && key.starts_with(name)) {
    return name.find('\\') == std::string_view::npos;
  }
  // Only a key with an escape can be spelled in another way.
  std::size_t stop = 0;  // find_first_of() searches the set once per byte, by a call
  while (key[stop] != '"' && key[stop] != '\\') ++stop;
  return key[stop] == '\\' && this->key() == name;
}

JsonItem JsonItem::operator[](std::string_view name) const {
  JsonItem found;
  if (!is_object()) return found;
  for (const JsonItem member : *this) {
    if (member.named(name)) found = member;
  }
  return found;
}

JsonItem::Iterator JsonItem::begin() const {
  Iterator first = end();
  if (doc_ != nullptr && (is_object() || is_array())) first.at_ = at_ + 1;
  return first;
}

JsonItem::Iterator JsonItem::end() const {
  Iterator behind(doc_, doc_ == nullptr ? 0 : doc_->nodes_[at_].next);
  behind.end_ = behind.at_;
  return behind;
}

bool JsonItem::Iterator::present() const {
  return at_ != end_;
}

JsonItem JsonItem::Iterator::operator*() const {
  return {doc_, at_};
}

JsonItem::Iterator& JsonItem::Iterator::operator++() {
  at_ = doc_->nodes_[at_].next;
  return *this;
}

}  // namespace arouter
