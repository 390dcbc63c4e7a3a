#include "shared/model_pattern.hpp"

#include <cstddef>

namespace arouter {

bool matches_pattern(std::string_view pattern, std::string_view name) noexcept {
  // A mismatch goes back to the last star only, which then takes one byte more: what stands before
  // that star has its earliest place already, and no later one could help.
  std::size_t at = 0, in_name = 0;
  std::size_t star = pattern.npos, taken = 0;
  while (in_name < name.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      taken = in_name;
    } else if (at < pattern.size() && pattern[at] == name[in_name]) {
      ++at;
      ++in_name;
    } else if (star != pattern.npos) {
      at = star + 1;
      in_name = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', at) == pattern.npos;
}

}  // namespace arouter
