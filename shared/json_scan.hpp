// JSON without a tree: a strict validating scan over the original bytes that notes where the values
// of interest lie, so that they can be read or spliced while every other byte stays as it is.
//
// Source: RFC 8259, strictly; strict UTF-8; depth at most 64; at most 200,000 values.
// Why not a library: it must refuse duplicates of the keys we read (compared after unescaping),
// keep offsets, and never change a number; tree parsers do none of that.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"

namespace arouter {

enum class JsonType : std::uint8_t { absent, null, boolean, number, string, array, object };

/// A value's place in the scanned bytes: text[begin, end), quotes or brackets included.
struct JsonValue {
  JsonType type = JsonType::absent;
  std::size_t begin = 0;
  std::size_t end = 0;

  bool present() const { return type != JsonType::absent; }
  bool is_null() const { return type == JsonType::null; }
  bool is_set() const { return present() && !is_null(); }
  std::string_view in(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// A member to look for at the top level of an object.
struct JsonMember {
  std::string_view key;
  JsonValue value{};          // filled by the scan
  std::size_t key_begin = 0;  // offset of the key's opening quote
};

/// Validates that `text` is exactly one JSON object (blanks around it allowed) and fills `wanted`.
/// Errors: bad_request with code "invalid_json" and the byte offset in the message; code
/// "duplicate_key" with `param` when a wanted key stands twice.
Result<void> scan_object(std::string_view text, std::span<JsonMember> wanted);

/// The same for an object inside `text` that an earlier scan has validated: only finds members.
/// Offsets are relative to `text`. A wanted key that stands twice: the last one. When `object` is
/// no object, all are absent.
void find_members(std::string_view text, const JsonValue& object, std::span<JsonMember> wanted);

/// Calls `each(element)` for every element of an array that an earlier scan has validated; never
/// when `array` is no array.
template <class Each>
void for_each_element(std::string_view text, const JsonValue& array, Each each);

/// Validates that `text` is exactly one JSON value of any type. Errors: as scan_object.
Result<JsonType> scan_json(std::string_view text);

/// The string's value, unescaped. Nothing when `value` is no string or holds a lone surrogate.
std::optional<std::string> decode_string(std::string_view text, const JsonValue& value);
/// A non-negative integer written in digits only. Nothing for any other lexeme or over 2^53.
std::optional<std::int64_t> decode_count(std::string_view text, const JsonValue& value);
std::optional<bool> decode_bool(std::string_view text, const JsonValue& value);

/// Appends `text` as a JSON string literal, quotes included. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

namespace json_detail {
/// A value of a document that json_doc.hpp keeps.
struct Node {
  std::uint32_t begin = 0, end = 0;  // of the value
  std::uint32_t key = 0;             // offset of a member's key; 0 for an element
  std::uint32_t next = 0;            // the node behind this one and all that is in it
  JsonType type = JsonType::absent;
};
/// As scan_json, and notes every value, a container before what is in it. `text` is shorter than
/// 4 GiB.
Result<std::vector<Node>> scan_nodes(std::string_view text);
/// Next element at or after `position` inside a validated array; absent at its end.
JsonValue next_element(std::string_view text, std::size_t& position);
/// The wanted member that a key (its place in `text`) names once unescaped; null when none.
JsonMember* find_wanted(std::string_view text, const JsonValue& key, std::span<JsonMember> wanted);
/// Makes all of `wanted` absent.
void forget(std::span<JsonMember> wanted);
}  // namespace json_detail

template <class Each>
void for_each_element(std::string_view text, const JsonValue& array, Each each) {
  if (array.type != JsonType::array) return;
  std::size_t position = array.begin + 1;
  for (;;) {
    const JsonValue element = json_detail::next_element(text, position);
    if (!element.present()) return;
    each(element);
  }
}

}  // namespace arouter
