// Writing JSON: commas and quotes in the right places, members in the order they are given.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arouter {

/// Appends to a text that the caller owns. Brackets must be closed in their order; nothing checks.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& begin_object();
  JsonWriter& begin_array();
  JsonWriter& end_object();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  // A value: an element, or what follows a key.
  JsonWriter& string(std::string_view text);
  JsonWriter& number(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  // as it is; must be one JSON value

  // A member.
  JsonWriter& string(std::string_view name, std::string_view text) {
    return key(name).string(text);
  }
  JsonWriter& number(std::string_view name, std::int64_t value) { return key(name).number(value); }
  JsonWriter& boolean(std::string_view name, bool value) { return key(name).boolean(value); }
  JsonWriter& null(std::string_view name) { return key(name).null(); }
  JsonWriter& raw(std::string_view name, std::string_view json) { return key(name).raw(json); }
  JsonWriter& begin_object(std::string_view name) { return key(name).begin_object(); }
  JsonWriter& begin_array(std::string_view name) { return key(name).begin_array(); }
  /// A member that is left out when there is nothing to say.
  JsonWriter& string_if(std::string_view name, std::string_view text) {
    return text.empty() ? *this : string(name, text);
  }
  JsonWriter& raw_if(std::string_view name, std::string_view json) {
    return json.empty() ? *this : raw(name, json);
  }

 private:
  void separate();

  std::string& out_;
  bool first_ = true;  // no comma is due before the next value or key
};

}  // namespace arouter
