// JSON schemas, as the API wants them.
//
// Source: Anthropic API reference, "Structured outputs" (limits of schemas, and what the official
// SDKs make of others) and "Tool use" (checked 2026-11-30).
// Surprises: a schema that binds the answer must say additionalProperties: false in every object,
// where other providers take its absence; bounds of numbers, lengths and counts are a 400, and so
// is oneOf; a tool's schema must say that it is an object.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace arouter::anthropic {

/// `schema` as one that binds: additionalProperties: false in every object that does not speak of
/// it, and what is refused said in the description, where the model reads it.
std::string strict_schema(std::string_view schema);

/// A tool's schema; one without a type gets "object", "" becomes one that takes no arguments.
std::string tool_schema(std::string_view schema);

/// What the strict schemas of one request may hold together: 20 tools, 24 properties that are not
/// required, 16 of several types; more is a 400 (camel-ai/camel#4171, checked 2026-11-30).
class StrictBudget {
 public:
  /// False, and nothing taken, when it does not fit.
  bool take_tool(std::string_view schema);
  /// Of the answer; "" for none.
  bool take_output(std::string_view schema);

 private:
  std::size_t tools_ = 20;
  std::size_t optional_ = 24;
  std::size_t unions_ = 16;
};

}  // namespace arouter::anthropic
