#include "shared/text.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>
#include <vector>

#include "shared/http/byte_class.hpp"
#include "shared/utf8.hpp"

namespace arouter {

namespace {

constexpr std::size_t kLongestName = 256;       // beyond, the distance costs more than it tells
constexpr std::size_t kLongestSequence = 4096;  // bytes of one escape sequence

bool within(char32_t point, char32_t first, char32_t last) noexcept {
  return point >= first && point <= last;
}

/// Characters that reorder the text around them: embeddings, overrides, isolates.
bool reorders(char32_t point) noexcept {
  return within(point, 0x202A, 0x202E) || within(point, 0x2066, 0x2069);
}

bool is_shown(char32_t point) noexcept {
  if (point == '\n' || point == '\t') return true;
  return point >= 0x20 && !within(point, 0x7F, 0x9F) && !reorders(point);
}

}  // namespace

std::string encode_decimal(std::uint64_t units, int places) {
  // Digits from the right; zeros at the end of the places are left out.
  std::array<char, 64> text{};
  std::size_t at = text.size();
  const auto put = [&](char digit) { text[--at] = digit; };
  bool significant = false;
  for (int place = 0; place < places; ++place, units /= 10) {
    significant = significant || units % 10 != 0;
    if (significant) put(static_cast<char>('0' + units % 10));
  }
  if (significant) put('.');
  do {
    put(static_cast<char>('0' + units % 10));
    units /= 10;
  } while (units != 0);
  return {&text[at], text.size() - at};
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);  // from the first i characters of `a`
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (ascii_lower(a[i]) == ascii_lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

std::string nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.size() > kLongestName) return "";
  // As many edits as the name has characters would turn it into anything.
  const std::size_t allowed = std::max<std::size_t>(2, name.size() / 3);
  std::size_t least = std::min(allowed + 1, name.size());
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > name.size() + allowed) continue;
    const std::size_t distance = edit_distance(name, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return std::string(nearest);
}

std::string strip_terminal_controls(std::string_view text) {
  TerminalFilter filter;
  std::string out = filter.feed(text);
  out += filter.finish();
  return out;
}

std::string TerminalFilter::feed(std::string_view piece) {
  std::string out;
  out.reserve(piece.size());
  if (!held_.empty()) {
    // At most three bytes join a held beginning; the rest is read where it lies.
    const std::size_t held = held_.size();
    held_ += piece.substr(0, 3);
    const std::string joined = std::exchange(held_, {});
    const std::size_t read = take_characters(joined, held, out);
    piece.remove_prefix(read - held);
  }
  take_characters(piece, piece.size(), out);
  return out;
}

std::string TerminalFilter::finish() {
  std::string out;
  if (!std::exchange(held_, {}).empty()) take_character(kReplacement, 0xFFFD, out);
  place_ = Place::text;
  return out;
}

std::size_t TerminalFilter::take_characters(std::string_view bytes, std::size_t most,
                                            std::string& out) {
  std::size_t at = 0;
  while (at < most) {
    const std::string_view rest = bytes.substr(at);
    const Utf8Start start = utf8_start(rest);
    if (!start.whole() && start.fitting == rest.size()) {
      held_ = rest;
      return bytes.size();
    }
    if (start.whole()) {
      take_character(rest.substr(0, start.length), utf8_point(rest), out);
      at += start.length;
    } else {
      take_character(kReplacement, 0xFFFD, out);
      at += start.bad_bytes();
    }
  }
  return at;
}

void TerminalFilter::take_character(std::string_view character, char32_t point, std::string& out) {
  if (place_ != Place::text) {
    sequence_bytes_ += character.size();
    if (sequence_bytes_ > kLongestSequence) place_ = Place::text;
    if (place_ != Place::text && continue_sequence(point)) return;
  }
  if (point == 0x1B) {
    begin_sequence();
  } else if (within(point, 0x80, 0x9F)) {
    begin_sequence();  // a C1 control is ESC and the character 0x40 below it
    continue_sequence(point - 0x40);
  } else if (is_shown(point)) {
    out += character;
  }
}

void TerminalFilter::begin_sequence() {
  place_ = Place::escape;
  sequence_bytes_ = 0;
}

bool TerminalFilter::continue_sequence(char32_t point) {
  switch (place_) {
    case Place::escape:
      return continue_escape(point);
    case Place::control:  // parameters and intermediates, then one final byte
      if (within(point, 0x20, 0x3F)) return true;
      place_ = Place::text;
      return within(point, 0x40, 0x7E);
    case Place::charset:  // intermediates, then one final byte
      if (within(point, 0x20, 0x2F)) return true;
      place_ = Place::text;
      return within(point, 0x30, 0x7E);
    case Place::string:
      // BEL, CAN, SUB and ST end it; ESC does too, and begins either ST's two-byte form or another.
      if (point != 0x07 && point != 0x18 && point != 0x1A && point != 0x1B && point != 0x9C) {
        return true;
      }
      place_ = Place::text;
      return point != 0x1B;
    case Place::text:
      break;
  }
  return false;
}

bool TerminalFilter::continue_escape(char32_t point) {
  if (point == '[') {
    place_ = Place::control;
    return true;
  }
  if (point == ']' || point == 'P' || point == 'X' || point == '^' || point == '_') {
    place_ = Place::string;
    return true;
  }
  if (within(point, 0x20, 0x2F)) {
    place_ = Place::charset;
    return true;
  }
  place_ = Place::text;
  return within(point, 0x30, 0x7E);
}

bool is_valid_utf8(std::string_view text) noexcept {
  return find_invalid_utf8(text) == std::string_view::npos;
}

}  // namespace arouter
