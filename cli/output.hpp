// What the program prints. No other file of the CLI writes to a descriptor.
//
// Answers go to stdout, everything else to stderr. A reader of stdout that has gone away is no
// error: printing stops and the command ends quietly.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "cli/table.hpp"
#include "shared/error.hpp"

namespace arouter {

/// What decides on colour: the values of the environment, "" when unset.
struct ColourWishes {
  std::string no_color, term, clicolor, clicolor_force;
};
/// NO_COLOR wins, then CLICOLOR_FORCE; else colour is for terminals that are not dumb.
bool wants_colour(const ColourWishes& wishes, bool is_terminal);

enum class Style { plain, dim, bold, red };

/// Threads: one.
class Output {
 public:
  Output();

  bool out_is_terminal() const { return out_is_terminal_; }
  bool err_is_terminal() const { return err_is_terminal_; }
  /// Columns of the terminal: $COLUMNS, else what the terminal says, else 80.
  std::size_t width() const;

  /// Text of ours, as it is. False when nobody reads any more, or it cannot be written.
  bool out(std::string_view text);
  bool err(std::string_view text);
  /// The same in a style, where the stream takes colour.
  bool out(std::string_view text, Style style) { return out(styled(text, style, out_colour_)); }
  bool err(std::string_view text, Style style) { return err(styled(text, style, err_colour_)); }

  /// Fitted to a terminal; tab-separated, without titles, for anything else.
  bool table(const Table& table);
  /// "arouter: message", without anything that could command a terminal.
  void complain(std::string_view message);
  /// Complains of `error`; returns the exit code for it.
  int fail(const Error& error);
  /// What fail() advises when a server refuses the key.
  void set_key_advice(std::string advice) { key_advice_ = std::move(advice); }

  /// The exit code of a command that would end with `code`: failed when stdout could not be
  /// written (a full disk), good when its reader had enough.
  int finish(int code);
  bool reader_is_gone() const { return reader_is_gone_; }

 private:
  static std::string styled(std::string_view text, Style style, bool colour);

  bool out_is_terminal_, err_is_terminal_;
  bool out_colour_, err_colour_;
  bool reader_is_gone_ = false;
  std::string key_advice_;
  int failure_ = 0;  // errno of the first write to stdout that failed
};

}  // namespace arouter
