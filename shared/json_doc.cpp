// The reader runs over text that the scan has validated, so it checks nothing again.
#include "shared/json_doc.hpp"

#include "shared/json_plain.hpp"

namespace arouter {

namespace {

JsonType type_of(char first) noexcept {
  switch (first) {
    case '{':
      return JsonType::object;
    case '[':
      return JsonType::array;
    case '"':
      return JsonType::string;
    case 't':
    case 'f':
      return JsonType::boolean;
    case 'n':
      return JsonType::null;
    default:
      return JsonType::number;
  }
}

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

}  // namespace

class JsonDocReader {
 public:
  explicit JsonDocReader(JsonDoc& doc) : doc_(doc), text_(doc.text_) {}

  void read() {
    doc_.nodes_.reserve(text_.size() / 32 + 4);
    std::uint32_t key = 0;
    for (;;) {
      skip_blanks();
      begin_value(key);
      key = 0;
      while (!expects_value_) {
        if (open_.empty()) return;
        close_or_go_on();
      }
      if (in_object()) key = take_key();
    }
  }

 private:
  bool in_object() const {
    return !open_.empty() && doc_.nodes_[open_.back()].type == JsonType::object;
  }

  void begin_value(std::uint32_t key) {
    const auto index = static_cast<std::uint32_t>(doc_.nodes_.size());
    const JsonType type = type_of(text_[at_]);
    doc_.nodes_.push_back({at_, at_, key, index + 1, type});
    if (type == JsonType::object || type == JsonType::array) {
      ++at_;
      skip_blanks();
      expects_value_ = text_[at_] != '}' && text_[at_] != ']';
      if (expects_value_) {
        open_.push_back(index);
      } else {
        doc_.nodes_[index].end = ++at_;
      }
      return;
    }
    if (type == JsonType::string) {
      skip_string();
    } else {
      skip_plain();
    }
    doc_.nodes_[index].end = at_;
    expects_value_ = false;
  }

  void close_or_go_on() {
    skip_blanks();
    const char c = text_[at_++];
    if (c == ',') {
      expects_value_ = true;
      skip_blanks();
      return;
    }
    JsonDoc::Node& node = doc_.nodes_[open_.back()];
    node.end = at_;
    node.next = static_cast<std::uint32_t>(doc_.nodes_.size());
    open_.pop_back();
  }

  /// A key and its colon; the cursor is at the quote.
  std::uint32_t take_key() {
    const std::uint32_t key = at_;
    skip_string();
    skip_blanks();
    ++at_;
    return key;
  }

  void skip_string() {
    const char* const data = text_.data();
    const char* at = data + at_ + 1;
    const char* const end = data + text_.size();
    for (;;) {
      at = json_detail::find_special(at, end);
      if (*at == '"') break;
      at += *at == '\\' ? 2 : 1;
    }
    at_ = static_cast<std::uint32_t>(at + 1 - data);
  }

  /// Numbers and words.
  void skip_plain() {
    while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != ',' && text_[at_] != '}' &&
           text_[at_] != ']') {
      ++at_;
    }
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  JsonDoc& doc_;
  std::string_view text_;
  std::uint32_t at_ = 0;
  std::vector<std::uint32_t> open_;  // indexes of the containers around the cursor
  bool expects_value_ = true;
};

Result<JsonDoc> JsonDoc::read(std::string_view text) {
  if (Result<JsonType> scanned = scan_json(text); !scanned) return scanned.error();
  JsonDoc doc;
  doc.text_ = text;
  JsonDocReader(doc).read();
  return doc;
}

JsonType JsonItem::type() const {
  return doc_ == nullptr ? JsonType::absent : doc_->nodes_[at_].type;
}

std::string_view JsonItem::raw() const {
  if (doc_ == nullptr) return {};
  const JsonDoc::Node& node = doc_->nodes_[at_];
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
