// The binary's other commands as a test sees them: run to their end with pipes, or at a terminal.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/daemon_process.hpp"
#include "tests/integration/sockets.hpp"
#include "tests/integration/temp_dir.hpp"

namespace arouter::test {

using Arguments = std::vector<std::string>;

struct Ended {
  int code = -1;  // or 128 + the signal; -1 when it had to be killed
  std::string output, errors;
};
/// Runs to the end with `input` piped in. HOME and the XDG folders are inside `home`.
Ended run_program(const TempDir& home, const Arguments& arguments, const Environment& more = {},
                  std::string_view input = {});

/// A command with a terminal of 80 columns of its own for all three streams. Killed at its end.
class TerminalProgram {
 public:
  TerminalProgram(const TempDir& home, const Arguments& arguments, const Environment& more = {});
  ~TerminalProgram();
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;

  void type(std::string_view keys);
  /// Waits until the screen has got `text` behind what the last call found.
  bool shows(std::string_view text);
  /// Everything the terminal was sent so far.
  const std::string& screen() const { return screen_; }
  /// Exit code, or 128 + the signal; nothing when it does not end in time.
  std::optional<int> wait_for_exit();

 private:
  bool read_more();

  pid_t pid_ = 0;
  Descriptor terminal_;
  std::string screen_;
  std::size_t seen_ = 0;
  std::optional<int> exit_;
};

}  // namespace arouter::test
