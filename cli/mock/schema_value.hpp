// A value that satisfies a JSON schema, for forced tool calls and structured answers.
//
// Covered: type, enum, const, required properties, items with minItems, minimum and maximum,
// minLength and maxLength, common formats, anyOf, oneOf and allOf (their first), local $ref.
// What else a schema asks is not looked at.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_scan.hpp"

namespace arouter::mock {

/// JSON text with a blank behind each ',' and ':', so that it can be streamed in pieces.
/// `schema` lies in `text`, which an earlier scan has validated; absent or no object: "{}".
/// Errors: bad_request when the schema is not one, never ends, or asks for more than 64 KiB.
Result<std::string> make_schema_value(std::string_view text, const JsonValue& schema);
Result<std::string> make_schema_value(const JsonItem& schema);

}  // namespace arouter::mock
