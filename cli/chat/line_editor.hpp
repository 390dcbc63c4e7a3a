// Lines typed at a terminal, with editing and a history (libedit).
//
// What libedit lacks is added where it reads its characters: pasted text (bracketed paste) goes
// into the line as it is, line ends included, and Ctrl-C ends the reading. Alt-Enter inserts a line
// end.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "cli/output.hpp"

namespace arouter {

struct TypedLine {
  enum class End { line, interrupted, closed };  // Enter, Ctrl-C, Ctrl-D
  End end = End::closed;
  std::string text;       // without the line end
  bool had_text = false;  // something stood in the line when it was interrupted
};

/// Threads: the main one. Needs an Interrupt in force for Ctrl-C.
class LineEditor {
 public:
  /// `history`: read now, written (0600) as lines are remembered; its folder is made. Empty: lines
  /// are remembered in memory only.
  LineEditor(Output& output, std::filesystem::path history);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  TypedLine read(const std::string& prompt);
  void remember(const std::string& text);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace arouter
