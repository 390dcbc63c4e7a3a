// What a failed command says and returns: one clear line, the next command to try, an exit code.
#pragma once

#include <string>

#include "shared/error.hpp"

namespace arouter {

struct Failure {
  std::string text;  // without "arouter: " and the final line end
  int exit_code = 1;
};

Failure describe(const Error& error);

}  // namespace arouter
