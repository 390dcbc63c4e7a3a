// Small text questions that several commands and messages share.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arouter {

/// The candidate nearest to `name` by edit distance, case ignored; "" when none is near enough
/// (more than a third of its length away, at least 2 edits allowed).
std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates);

/// `text` with everything removed that could command a terminal: C0 except \n and \t, DEL, C1, ESC
/// sequences whole (CSI, OSC, DCS …), bidi overrides; invalid UTF-8 becomes U+FFFD.
/// For pieces of a stream use TerminalFilter, which keeps a sequence cut between two pieces.
std::string strip_terminal_controls(std::string_view text);

/// The same over a stream.
class TerminalFilter {
 public:
  std::string feed(std::string_view piece);

 private:
  std::string held_;  // an unfinished escape sequence or UTF-8 character, at most 4 KiB
};

bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace arouter
