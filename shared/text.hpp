// Small text questions that several commands and messages share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace arouter {

/// Single-byte insertions, removals and replacements between two texts, ASCII case ignored. Costs
/// the product of their lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `name` by edit distance, case ignored, the first of equals; "" when
/// none is near enough: more than a third of its length away (at least 2 edits are allowed), as
/// many edits away as `name` is long, or when `name` is over 256 bytes.
std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates);

/// `units` of 10^-`places`, at most 18, as the shortest exact decimal, a valid JSON number: "0",
/// "0.25", "12.5".
std::string encode_decimal(std::uint64_t units, int places);

/// `text` with everything removed that could command a terminal: C0 except \n and \t, DEL, C1, ESC
/// sequences whole (CSI, OSC, DCS …), bidi embeddings, overrides and isolates; invalid UTF-8
/// becomes U+FFFD. A sequence that does not end is removed for 4 KiB, then the text shows again.
/// For pieces of a stream use TerminalFilter, which keeps a sequence cut between two pieces.
std::string strip_terminal_controls(std::string_view text);

/// The same over a stream: what feed() and at last finish() return, joined, is what
/// strip_terminal_controls() makes of the whole, wherever it is cut.
/// Source: ECMA-48 5.4 and 8.3; the parser of DEC terminals as xterm documents it.
class TerminalFilter {
 public:
  /// What can be shown of `piece` and of what earlier pieces left open.
  std::string feed(std::string_view piece);
  /// What an unfinished character leaves; the filter is as new then.
  std::string finish();

 private:
  enum class Place : std::uint8_t { text, escape, control, charset, string };

  /// Reads the characters that begin in the first `most` bytes of `bytes`; returns the bytes read.
  /// A beginning that more bytes may complete is held.
  std::size_t take_characters(std::string_view bytes, std::size_t most, std::string& out);
  void take_character(std::string_view character, char32_t point, std::string& out);
  void begin_sequence();
  bool continue_sequence(char32_t point);  // false: the sequence ended before `point`
  bool continue_escape(char32_t point);

  std::string held_;                // an unfinished UTF-8 character, at most 3 bytes
  Place place_ = Place::text;       // what the next character belongs to
  std::size_t sequence_bytes_ = 0;  // read of the sequence since its ESC
};

bool is_valid_utf8(std::string_view text) noexcept;

}  // namespace arouter
