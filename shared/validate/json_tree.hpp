// JSON as a tree that forgets nothing: number lexemes, every duplicate of a key, byte offsets.
//
// Source: RFC 8259. Reading is strict in what it reports and tolerant in what it survives: a fault
// that leaves the structure clear (NaN, a trailing comma, a raw control character) is noted and
// reading goes on, so that one fault of a provider yields one finding and not a dozen.
// Limits: depth 128, 200,000 values; beyond them reading stops with a fault.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/json_scan.hpp"

namespace arouter::validate {

class JsonTree;
struct JsonNode;

/// One value of a tree, or the absent value. Valid as long as its tree is neither moved nor gone.
class JsonRef {
 public:
  JsonRef() = default;
  JsonRef(const JsonTree* tree, std::int32_t node) : tree_(tree), node_(node) {}

  JsonType type() const;
  bool present() const { return tree_ != nullptr; }
  bool is(JsonType type_wanted) const { return type() == type_wanted; }
  bool absent_or_null() const { return !present() || is(JsonType::null); }
  std::size_t begin() const;        // offset of the value's first byte in the tree's text
  std::string_view lexeme() const;  // the value's bytes as they came
  std::string text() const;         // a string's value, unescaped; "" for any other type
  std::string key() const;          // of a member; "" else
  std::string path() const;         // "choices[0].delta.content"
  std::size_t size() const;         // elements or members
  JsonRef operator[](std::string_view key) const;  // the last member of that name, else absent
  JsonRef at(std::size_t index) const;
  std::vector<JsonRef> children() const;
  /// The value of a number written as an integer ("12", "-3"; not 12.0, 1e3), at most 2^53 away
  /// from 0: beyond, JSON readers differ, and sums of ours could overflow.
  std::optional<std::int64_t> integer() const;

 private:
  const JsonNode* node() const;
  JsonRef first_child() const;  // absent when there is none
  JsonRef next() const;         // of the same parent; absent at its end

  const JsonTree* tree_ = nullptr;
  std::int32_t node_ = -1;
};

struct JsonNode {
  JsonType type = JsonType::absent;
  std::size_t begin = 0, end = 0;
  std::int32_t parent = -1, first_child = -1, last_child = -1, next = -1;
  std::int32_t count = 0;  // children
  std::string key;         // unescaped
};

struct JsonFault {
  enum class Kind : std::uint8_t { syntax, utf8 };
  Kind kind = Kind::syntax;
  std::size_t offset = 0;
  std::string what;  // "NaN is not JSON"
};

class JsonTree {
 public:
  /// Reads all of `text`; never fails as a whole, see faults() and root().
  static JsonTree read(std::string text);

  JsonRef root() const;  // absent when not even one value could be read
  const std::string& text() const { return text_; }
  const std::vector<JsonFault>& faults() const { return faults_; }  // at most 16, by offset
  bool clean() const { return faults_.empty() && !nodes_.empty(); }
  bool cut() const { return cut_; }      // the text ended inside a value
  bool whole() const { return whole_; }  // the value was read to its end, survivable faults aside
  const std::vector<JsonFault>& duplicate_keys() const { return duplicates_; }
  const std::vector<std::size_t>& lone_surrogates() const { return surrogates_; }

 private:
  friend class JsonRef;
  friend class JsonReader;

  std::string text_;
  std::vector<JsonNode> nodes_;
  std::vector<JsonFault> faults_;
  std::vector<JsonFault> duplicates_;
  std::vector<std::size_t> surrogates_;
  bool cut_ = false;
  bool whole_ = false;
};

}  // namespace arouter::validate
