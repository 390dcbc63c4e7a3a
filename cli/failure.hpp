// What a failed command says and returns: one clear line, the next command to try, an exit code.
#pragma once

#include <string>

#include "shared/error.hpp"

namespace arouter {

struct Failure {
  std::string text;  // without "arouter: " and the final line end
  int exit_code = 1;
};

/// `key_advice`: what to do when the server refuses the key.
Failure describe(const Error& error, const std::string& key_advice = {});

}  // namespace arouter
