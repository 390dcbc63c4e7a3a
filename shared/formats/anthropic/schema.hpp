// JSON schemas, as the API wants them.
//
// Source: Anthropic API reference, "Structured outputs" (limits of schemas) and "Tool use" (checked
// 2026-11-24).
// Surprises: a schema that binds the answer must say additionalProperties: false in every object,
// where other providers take its absence; a tool's schema must say that it is an object.
#pragma once

#include <string>
#include <string_view>

namespace arouter::anthropic {

/// `schema` with additionalProperties: false in every object schema that does not speak of it.
std::string close_schema(std::string_view schema);

/// A tool's schema; one without a type gets "object", "" becomes one that takes no arguments.
std::string tool_schema(std::string_view schema);

}  // namespace arouter::anthropic
