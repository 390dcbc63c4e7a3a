// What lies inside a JSON string literal: escapes and surrogates.
#pragma once

#include <string>
#include <string_view>

namespace arouter::validate {

/// A JSON string literal's value; `literal` includes the quotes. Escapes that stand for nothing
/// (a lone surrogate) become U+FFFD.
std::string unescape_json(std::string_view literal);

/// The code unit of "XXXX" at `at`; -1 when those are not four hexadecimal digits.
int hex4(std::string_view text, std::size_t at) noexcept;
bool is_high_surrogate(int unit) noexcept;
bool is_low_surrogate(int unit) noexcept;

}  // namespace arouter::validate
