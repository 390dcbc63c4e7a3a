// The list of formats. To add one: a folder beside this file, a line in registry.cpp, a folder in
// tests/golden.
#pragma once

#include <span>
#include <string_view>

#include "shared/formats/format.hpp"

namespace arouter {

std::span<const Format* const> all_formats();
/// Null when there is none of that name.
const Format* find_format(std::string_view name);

}  // namespace arouter
