// Patterns over names of models, as the configuration writes them: "acme/*", "gpt-*-mini".
#pragma once

#include <string_view>

namespace arouter {

/// Whether `name` is what `pattern` says: '*' stands for any bytes, none included, and every other
/// byte for itself. Costs at most the product of their lengths.
bool matches_pattern(std::string_view pattern, std::string_view name) noexcept;

}  // namespace arouter
