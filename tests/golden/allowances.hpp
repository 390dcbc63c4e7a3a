// What each format cannot carry, and under which name it says so.
#pragma once

#include <span>
#include <string_view>

#include "tests/golden/inventory.hpp"

namespace arouter::golden {

struct Allowances {
  std::string_view format;
  std::span<const Allowance> request{}, reply{}, stream{};
  bool keeps_order = true;      // of the parts of a message
  bool has_one_choice{};        // of several, the first is carried
  bool fails_malformed_call{};  // such an answer is an error
};

const Allowances& allowances_of(std::string_view format);

}  // namespace arouter::golden
