// JSON as a flat table of places: one pass over the text, no copies, for bodies that are read
// whole.
//
// json_scan.hpp is for the few members of a body whose bytes travel on; this is for a body that is
// decoded. Limits and strictness are those of the scan. Keys that stand twice are all members; the
// last one is found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/json_scan.hpp"

namespace arouter {

class JsonDoc;

/// One value of a document, or the absent value. Valid as long as its document and the text are.
class JsonItem {
 public:
  JsonItem() = default;

  JsonType type() const;
  bool present() const { return doc_ != nullptr; }
  bool is_set() const { return present() && type() != JsonType::null; }
  bool is_object() const { return type() == JsonType::object; }
  bool is_array() const { return type() == JsonType::array; }
  bool is_string() const { return type() == JsonType::string; }
  /// The value's bytes as they came; "" for the absent value.
  std::string_view raw() const;
  /// A string's value, unescaped; "" for any other type and for a lone surrogate.
  std::string text() const;
  std::optional<std::int64_t> count() const;  // as decode_count
  std::optional<bool> boolean() const;
  /// The lexeme of a number ("0.70"); "" for any other type.
  std::string_view number() const;
  /// Of a member: its key, unescaped where it needs it.
  std::string key() const;
  /// The key as it is written, quotes left out; "" for no member.
  std::string_view raw_key() const;
  /// Whether the key is `name`, compared after unescaping.
  bool named(std::string_view name) const;
  bool empty() const { return !begin().present(); }  // no element and no member

  /// The last member of that name, else absent.
  JsonItem operator[](std::string_view name) const;

  /// Over elements or members, in their order; nothing for a scalar.
  class Iterator {
   public:
    explicit Iterator(const JsonDoc* doc, std::uint32_t at) : doc_(doc), at_(at) {}
    JsonItem operator*() const;
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }
    bool present() const;

   private:
    friend class JsonItem;
    const JsonDoc* doc_;
    std::uint32_t at_;
    std::uint32_t end_ = 0;
  };
  Iterator begin() const;
  Iterator end() const;

 private:
  friend class JsonDoc;
  JsonItem(const JsonDoc* doc, std::uint32_t at) : doc_(doc), at_(at) {}

  const JsonDoc* doc_ = nullptr;
  std::uint32_t at_ = 0;
};

/// Threads: immutable once read.
class JsonDoc {
 public:
  /// Reads `text`, which must outlive the document and its items, and be shorter than 4 GiB.
  /// Errors: as scan_json.
  static Result<JsonDoc> read(std::string_view text);

  JsonItem root() const { return {this, 0}; }
  std::string_view text() const { return text_; }

 private:
  friend class JsonItem;
  friend class JsonItem::Iterator;

  std::string_view text_;
  std::vector<json_detail::Node> nodes_;
};

}  // namespace arouter
