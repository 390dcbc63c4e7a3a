// The query of a request's target, field by field.
//
// Source: WHATWG URL, application/x-www-form-urlencoded (checked 2026-11-24). '+' is left as it is:
// nothing that we read from a query has blanks in it, and keys may hold a '+'.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arouter {

struct QueryField {
  std::string_view name;
  std::string_view value;  // undecoded, "" without '='
};

/// Takes the next field off the front of `query`; nothing at its end. Empty fields are skipped.
std::optional<QueryField> take_query_field(std::string_view& query);

/// The undecoded value of the first field of that name.
std::optional<std::string_view> find_query_value(std::string_view query, std::string_view name);

/// The query without every field of that name; the others as they are.
std::string without_query_value(std::string_view query, std::string_view name);

/// `text` as a path segment or a query value: every byte but RFC 3986's unreserved ones as %XX.
std::string percent_encode(std::string_view text);

}  // namespace arouter
