// Gemini's Schema, a subset of OpenAPI 3.0's, to JSON Schema.
//
// Source: Gemini API reference, "Schema" (checked 2026-11-24); JSON Schema draft 2020-12.
// Surprises: types are upper-case words; `nullable` is a flag; whole numbers may be strings;
// format "enum" says nothing that `enum` does not. The way back is not needed: what is sent to
// Gemini goes into parametersJsonSchema and responseJsonSchema, byte for byte, which loses nothing
// and takes what Schema has no word for ($ref, const, additionalProperties, empty objects).
#pragma once

#include <string>

#include "shared/json_doc.hpp"

namespace arouter::gemini {

/// JSON Schema for `schema`; keys that are not Schema's stay as they are, so that one that is JSON
/// Schema already comes back with the same meaning. "" when it is no object.
std::string decode_schema(const JsonItem& schema);

}  // namespace arouter::gemini
