// A line for people, as the commands on models make them up.
#pragma once

#include <string>

#include "cli/output.hpp"

namespace arouter {

struct StyledLine {
  std::string text;  // without the line end, and with nothing that commands a terminal
  Style style = Style::plain;
};

}  // namespace arouter
