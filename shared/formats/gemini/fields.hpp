// Reading the members of Google's JSON: proto3's mapping, which is laxer than most.
//
// Source: Protocol Buffers documentation, "ProtoJSON format" (checked 2026-11-24).
// Surprises: a name may be written in camelCase or in snake_case; whole numbers may come as strings
// ("5") or with a fraction of nothing (topK: 40.0); null is as good as absent; an object may stand
// where a list of one is meant.
//
// Faults are bad_request with the path from where they were found in `param`, and a bare predicate
// in `message`; inside() puts more path in front, and told() makes the sentence at the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/json_doc.hpp"

namespace arouter::gemini {

/// A member's name in camelCase, however it is spelled. Refers into the document, which most names
/// need not be copied from.
class FieldName {
 public:
  explicit FieldName(const JsonItem& member);
  FieldName(const FieldName&) = delete;
  FieldName& operator=(const FieldName&) = delete;

  operator std::string_view() const { return name_; }
  bool operator==(std::string_view other) const { return name_ == other; }

 private:
  std::string camel_{};
  std::string_view name_;
};

/// The last member that bears `camel` in either spelling, else absent.
JsonItem find_field(const JsonItem& object, std::string_view camel);

Error fault(std::string_view field, std::string what);
Error inside(std::string_view field, Error error);
Error inside(std::string_view field, std::size_t index, Error error);
Error told(Error error);

// Values; null and absent are "", nothing, nothing.
Result<std::string> read_text(const JsonItem& value, std::string_view field);
Result<std::string> read_number(const JsonItem& value, std::string_view field);
Result<std::optional<std::int64_t>> read_integer(const JsonItem& value, std::string_view field);
Result<std::optional<bool>> read_flag(const JsonItem& value, std::string_view field);

/// Calls each(element) -> Result<void> for what a list holds, or for the one object in its place.
template <class Each>
Result<void> for_each_in(const JsonItem& list, std::string_view field, Each each) {
  if (!list.is_set()) return {};
  if (list.is_object()) {
    Result<void> good = each(list);
    if (!good) return inside(field, good.error());
    return {};
  }
  if (!list.is_array()) return fault(field, "must be an array of objects");
  std::size_t index = 0;
  for (const JsonItem element : list) {
    if (!element.is_object()) return inside(field, index, fault("", "must be an object"));
    if (Result<void> good = each(element); !good) return inside(field, index, good.error());
    ++index;
  }
  return {};
}

}  // namespace arouter::gemini
