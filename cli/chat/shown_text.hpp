// A model's text on its way to stdout.
#pragma once

#include <string_view>

#include "cli/output.hpp"
#include "shared/text.hpp"

namespace arouter {

/// On a terminal without what could command it; as it is into a pipe or a file.
class ShownText {
 public:
  explicit ShownText(Output& output) : output_(output) {}

  /// False when nobody reads any more.
  bool show(std::string_view text) {
    if (text.empty()) return true;
    line_is_open_ = !text.ends_with('\n');
    if (!output_.out_is_terminal()) return output_.out(text);
    return output_.out(filter_.feed(text));
  }
  /// Ends the last line where the model has not.
  void end_line() {
    if (line_is_open_) output_.out("\n");
    line_is_open_ = false;
  }

 private:
  Output& output_;
  TerminalFilter filter_;
  bool line_is_open_ = false;
};

}  // namespace arouter
