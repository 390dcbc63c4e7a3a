#include "cli/mock/words.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace arouter::mock {

namespace {

// At most seven letters each, so that a word with its full stop is still one token.
constexpr std::array<std::string_view, 64> kWords{
    "river",  "stone",  "window", "garden", "paper",  "bridge", "market",  "silver",
    "orange", "winter", "candle", "forest", "ladder", "mirror", "pocket",  "summer",
    "ticket", "valley", "yellow", "a",      "the",    "of",     "and",     "under",
    "over",   "near",   "with",   "small",  "bright", "quiet",  "green",   "old",
    "new",    "warm",   "cold",   "deep",   "runs",   "turns",  "opens",   "holds",
    "finds",  "keeps",  "makes",  "shows",  "brings", "gives",  "takes",   "meets",
    "house",  "road",   "light",  "water",  "music",  "letter", "morning", "evening",
    "island", "harbor", "engine", "signal", "number", "answer", "every",   "one"};

constexpr bool is_blank(char byte) noexcept {
  return byte == ' ' || byte == '\n' || byte == '\t' || byte == '\r';
}

}  // namespace

std::int64_t count_tokens(std::string_view text) noexcept {
  std::int64_t tokens = 0;
  std::size_t word = 0;  // bytes of the current word
  for (const char byte : text) {
    if (is_blank(byte)) {
      word = 0;
      continue;
    }
    tokens += word % 8 == 0 ? 1 : 0;
    ++word;
  }
  return tokens;
}

std::string make_text(std::uint64_t question, std::int64_t tokens) {
  std::string text;
  text.reserve(static_cast<std::size_t>(tokens) * 7);
  std::uint64_t draw = mix(question);
  std::uint64_t left = 0;  // words until the sentence ends
  for (std::int64_t i = 0; i < tokens; ++i) {
    draw = draw * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    if (i > 0) text += ' ';
    const std::size_t begin = text.size();
    text += kWords[draw >> 58];
    if (left == 0) {
      left = 6 + (draw >> 32) % 8;
      text[begin] = static_cast<char>(text[begin] & ~0x20);  // the sentence's capital
    }
    --left;
    if (left == 0 || i + 1 == tokens) text += '.';
  }
  return text;
}

std::size_t piece_end(std::string_view text, std::size_t at) noexcept {
  // A blank at `at` leads this piece; the next one leads the next.
  return at >= text.size() ? text.size() : std::min(text.find(' ', at + 1), text.size());
}

std::int64_t count_pieces(std::string_view text) noexcept {
  std::int64_t pieces = 0;
  for (std::size_t at = 0; at < text.size(); at = piece_end(text, at)) ++pieces;
  return pieces;
}

std::string_view first_pieces(std::string_view text, std::int64_t pieces) noexcept {
  std::size_t end = 0;
  for (; pieces > 0 && end < text.size(); --pieces) end = piece_end(text, end);
  return text.substr(0, end);
}

std::uint64_t hash_text(std::string_view text) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325 ^ text.size();
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), size);
    hash = (hash ^ word) * 0x100000001b3;
    hash ^= hash >> 29;  // the product only carries upwards
    text.remove_prefix(size);
  }
  return hash;
}

}  // namespace arouter::mock
