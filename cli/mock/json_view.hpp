// A value inside a scanned JSON text, looked at without a tree.
//
// Memory: refers into the text, which must outlive it. Every question may be asked of every value:
// what does not fit is absent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "shared/json_scan.hpp"

namespace arouter::mock {

class JsonView {
 public:
  JsonView() = default;
  JsonView(std::string_view text, const JsonValue& value) : text_(text), value_(value) {}
  /// The object that `text` is. Errors: as scan_object.
  static Result<JsonView> scan(std::string_view text);

  /// There, and not null.
  bool given() const { return value_.present() && !value_.is_null(); }
  bool is(JsonType type) const { return value_.type == type; }
  JsonView operator[](std::string_view key) const;
  /// The member under the first of two names that is given.
  JsonView either(std::string_view key, std::string_view other) const;

  std::optional<std::string> string() const { return decode_string(text_, value_); }
  std::string string_or(std::string_view fallback) const;
  std::optional<std::int64_t> count() const { return decode_count(text_, value_); }
  std::optional<bool> boolean() const { return decode_bool(text_, value_); }
  std::optional<double> number() const;
  /// As written; "" when absent.
  std::string_view raw() const { return value_.in(text_); }
  std::string_view text() const { return text_; }
  const JsonValue& value() const { return value_; }

  template <class Each>
  void each(Each take) const {
    for_each_element(text_, value_,
                     [&](const JsonValue& element) { take(JsonView(text_, element)); });
  }
  bool is_empty_array() const;

 private:
  std::string_view text_;
  JsonValue value_;
};

/// The text of a message's content in any of the formats: a string, or the `text` of its parts.
std::string text_of(const JsonView& content);

}  // namespace arouter::mock
