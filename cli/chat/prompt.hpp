// What is asked: the question, then the files, then what was piped in.
#pragma once

#include <string>
#include <vector>

#include "shared/error.hpp"

namespace arouter {

struct PromptParts {
  std::string question;            // the argument; "-" stands for standard input
  std::vector<std::string> files;  // -f; "-" stands for standard input
  bool piped = false;              // standard input is no terminal
};

/// Reads files and standard input, at most 8 MiB together. Errors: bad_request with what to do (a
/// file that cannot be read or is no UTF-8 text, nothing to ask).
Result<std::string> read_prompt(const PromptParts& parts);

/// The parts one below the other; files under their names. Pure.
struct NamedText {
  std::string name;  // "" for standard input
  std::string text;
};
std::string join_prompt(const std::string& question, const std::vector<NamedText>& texts);

}  // namespace arouter
