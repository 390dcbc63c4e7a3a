// Finding members and elements in JSON that has been validated: everything else is skipped by its
// brackets and quotes alone.
#include <algorithm>
#include <array>

#include "shared/bytes.hpp"
#include "shared/json_scan.hpp"

namespace arouter {

namespace {

enum class Mark : std::uint8_t { none, blank, quote, open, close, comma };

constexpr std::array<Mark, 256> mark_table() {
  std::array<Mark, 256> table{};
  for (const unsigned char c : {' ', '\n', '\r', '\t'}) table[c] = Mark::blank;
  for (const unsigned char c : {'{', '['}) table[c] = Mark::open;
  for (const unsigned char c : {'}', ']'}) table[c] = Mark::close;
  table['"'] = Mark::quote;
  table[','] = Mark::comma;
  return table;
}

constexpr std::array<Mark, 256> kMarks = mark_table();

/// Walks validated JSON. It stops at the end of the text whatever that holds, so a caller's wrong
/// offset finds nothing instead of reading beyond.
class Walker {
 public:
  Walker(std::string_view text, std::size_t from) : text_(text), at_(std::min(from, text.size())) {}

  std::size_t at() const { return at_; }

  /// The next value, element or key in the container the cursor is in; absent at its end.
  JsonValue next() {
    while (mark() == Mark::blank || mark() == Mark::comma) ++at_;
    if (at_ == text_.size() || mark() == Mark::close) return {};
    return value();
  }

  /// The value behind a key: over the colon.
  JsonValue after_colon() {
    while (mark() == Mark::blank || (at_ != text_.size() && text_[at_] == ':')) ++at_;
    return at_ == text_.size() ? JsonValue{} : value();
  }

 private:
  Mark mark() const {
    return at_ == text_.size() ? Mark::none : kMarks[static_cast<unsigned char>(text_[at_])];
  }

  JsonValue value() {
    JsonValue found;
    found.begin = at_;
    switch (text_[at_]) {
      case '"':
        found.type = JsonType::string;
        skip_string();
        break;
      case '{':
      case '[':
        found.type = text_[at_] == '{' ? JsonType::object : JsonType::array;
        skip_container();
        break;
      default:
        found.type = scalar_type(text_[at_]);
        while (at_ != text_.size() && mark() == Mark::none) ++at_;
    }
    found.end = at_;
    return found;
  }

  static JsonType scalar_type(char first) {
    if (first == 'n') return JsonType::null;
    return first == 't' || first == 'f' ? JsonType::boolean : JsonType::number;
  }

  void skip_string() {
    const char* const end = text_.data() + text_.size();
    const char* at = text_.data() + at_ + 1;
    for (;;) {
      at = bytes::find(
          at, end,
          [](auto many) { return bytes::equal_to(many, '"') | bytes::equal_to(many, '\\'); },
          [](char c) { return c == '"' || c == '\\'; });
      if (at == end || *at == '"') break;
      at += end - at >= 2 ? 2 : 1;  // the escaped character may be a quote
    }
    at_ = static_cast<std::size_t>(at - text_.data()) + (at == end ? 0 : 1);
  }

  void skip_container() {
    for (int depth = 0; at_ != text_.size();) {
      const Mark here = mark();
      if (here == Mark::quote) {
        skip_string();
        continue;
      }
      ++at_;
      if (here == Mark::open) ++depth;
      if (here == Mark::close && --depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_;
};

}  // namespace

void find_members(std::string_view text, const JsonValue& object, std::span<JsonMember> wanted) {
  json_detail::forget(wanted);
  if (object.type != JsonType::object) return;
  Walker walker(text.substr(0, object.end), object.begin + 1);
  for (JsonValue key = walker.next(); key.type == JsonType::string; key = walker.next()) {
    const JsonValue value = walker.after_colon();
    if (JsonMember* const member = json_detail::find_wanted(text, key, wanted)) {
      member->value = value;
      member->key_begin = key.begin;
    }
  }
}

namespace json_detail {

JsonValue next_element(std::string_view text, std::size_t& position) {
  Walker walker(text, position);
  const JsonValue element = walker.next();
  position = walker.at();
  return element;
}

JsonMember* find_wanted(std::string_view text, const JsonValue& key, std::span<JsonMember> wanted) {
  if (wanted.empty()) return nullptr;
  std::string_view name = text.substr(key.begin + 1, key.end - key.begin - 2);
  std::optional<std::string> unescaped;
  if (name.find('\\') != std::string_view::npos) {
    unescaped = decode_string(text, key);
    if (!unescaped) return nullptr;  // a lone surrogate: no key of ours
    name = *unescaped;
  }
  for (JsonMember& member : wanted) {
    if (member.key == name) return &member;
  }
  return nullptr;
}

void forget(std::span<JsonMember> wanted) {
  for (JsonMember& member : wanted) {
    member.value = {};
    member.key_begin = 0;
  }
}

}  // namespace json_detail

}  // namespace arouter
