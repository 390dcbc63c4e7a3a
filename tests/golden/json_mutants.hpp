// Bad bodies made of good ones.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace arouter::golden {

/// Calls `each` with every body that is `json` with one fault: a value of another type in the place
/// of each value, each member left out, each member twice; the text cut short at every `stride`th
/// byte; a value nested too deep; bytes that are no UTF-8 inside its strings.
/// `is_utf8` is false for those last ones, which every decoder must refuse.
void for_each_mutant(std::string_view json, std::size_t stride,
                     const std::function<void(const std::string& body, bool is_utf8)>& each);

}  // namespace arouter::golden
