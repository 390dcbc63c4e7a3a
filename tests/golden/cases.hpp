// The cases that every format has an input for, or a reason why not.
#pragma once

#include <span>
#include <string_view>

#include "tests/golden/fixtures.hpp"

namespace arouter::golden {

struct Case {
  std::string_view name;
  bool request = false, reply = false, stream = false;  // where the case makes sense

  bool needs(Kind kind) const {
    if (kind == Kind::request) return request;
    return kind == Kind::reply ? reply : stream;
  }
};

std::span<const Case> all_cases();

}  // namespace arouter::golden
