// Shell completion. The scripts ask the program itself for candidates, and those come from the
// parser: a new command or option is completed without a line here.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace arouter {

struct Candidate {
  std::string word;
  std::string description;
};

/// What can stand in place of the last of `words`, which it begins: a command, an option, or one of
/// an option's values. None where anything can, a file name for one. `words`: what was typed after
/// the program's name, up to the cursor; the last is "" when none has been begun.
std::vector<Candidate> find_candidates(const CLI::App& app, std::span<const std::string> words);

/// `candidates` as the script of `shell` reads them, one a line.
std::string encode_candidates(const std::vector<Candidate>& candidates, std::string_view shell);

/// What a person loads into `shell` (bash, zsh or fish).
std::string_view completion_script(std::string_view shell);

}  // namespace arouter
