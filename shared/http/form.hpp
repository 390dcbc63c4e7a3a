// Bodies of the type application/x-www-form-urlencoded.
//
// Source: WHATWG URL, the serializer of application/x-www-form-urlencoded; RFC 6749, appendix B.
#pragma once

#include <string>
#include <string_view>

namespace arouter {

/// A name or a value as it stands in a form: letters, digits and "*-._" as they are, a blank as
/// '+', every other byte as %XX.
std::string form_encode(std::string_view text);

/// Appends "name=value", after '&' unless it is the first.
void append_form_field(std::string& form, std::string_view name, std::string_view value);

}  // namespace arouter
