#include "shared/validate/json_tree.hpp"

#include <charconv>

#include "shared/validate/json_text.hpp"

namespace arouter::validate {

JsonRef JsonTree::root() const {
  return nodes_.empty() ? JsonRef() : JsonRef(this, 0);
}

const JsonNode* JsonRef::node() const {
  return tree_ == nullptr ? nullptr : &tree_->nodes_[static_cast<std::size_t>(node_)];
}

JsonType JsonRef::type() const {
  return present() ? node()->type : JsonType::absent;
}

std::size_t JsonRef::begin() const {
  return present() ? node()->begin : 0;
}

std::string_view JsonRef::lexeme() const {
  if (!present()) return {};
  return std::string_view(tree_->text_).substr(node()->begin, node()->end - node()->begin);
}

std::string JsonRef::text() const {
  return is(JsonType::string) ? unescape_json(lexeme()) : std::string();
}

std::string JsonRef::key() const {
  return present() ? node()->key : std::string();
}

std::size_t JsonRef::size() const {
  return present() ? static_cast<std::size_t>(node()->count) : 0;
}

std::vector<JsonRef> JsonRef::children() const {
  std::vector<JsonRef> all;
  for (JsonRef child = first_child(); child.present(); child = child.next()) all.push_back(child);
  return all;
}

JsonRef JsonRef::operator[](std::string_view key) const {
  JsonRef found;
  if (!is(JsonType::object)) return found;
  for (JsonRef child = first_child(); child.present(); child = child.next()) {
    if (child.node()->key == key) found = child;
  }
  return found;
}

JsonRef JsonRef::at(std::size_t index) const {
  if (!is(JsonType::array)) return {};
  JsonRef child = first_child();
  for (; child.present() && index > 0; --index) child = child.next();
  return child;
}

JsonRef JsonRef::first_child() const {
  const bool has_one = present() && node()->first_child >= 0;
  return has_one ? JsonRef(tree_, node()->first_child) : JsonRef();
}

JsonRef JsonRef::next() const {
  return node()->next >= 0 ? JsonRef(tree_, node()->next) : JsonRef();
}

std::string JsonRef::path() const {
  if (!present() || node()->parent < 0) return {};
  const JsonRef above(tree_, node()->parent);
  const std::string prefix = above.path();
  if (above.is(JsonType::object)) return prefix.empty() ? key() : prefix + "." + key();
  std::size_t index = 0;
  for (const JsonRef& child : above.children()) {
    if (child.node_ == node_) break;
    ++index;
  }
  return prefix + "[" + std::to_string(index) + "]";
}

std::optional<std::int64_t> JsonRef::integer() const {
  if (!is(JsonType::number)) return std::nullopt;
  const std::string_view digits = lexeme();
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (value > kMost || value < -kMost) return std::nullopt;
  return value;
}

}  // namespace arouter::validate
