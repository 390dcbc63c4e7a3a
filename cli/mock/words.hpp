// The mock's language: plain English words, and what counts as a token of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arouter::mock {

/// Tokens of a prompt: one per started eight bytes of every word between blanks.
std::int64_t count_tokens(std::string_view text) noexcept;

/// Exactly `tokens` words in sentences, each one token; the same for the same `question`.
std::string make_text(std::uint64_t question, std::int64_t tokens);

/// Where the piece that begins at `at` ends: a word with the blank before it. An answer is streamed
/// piece by piece, and each piece counts as one token.
std::size_t piece_end(std::string_view text, std::size_t at) noexcept;
std::int64_t count_pieces(std::string_view text) noexcept;
/// The first `pieces` pieces of `text`.
std::string_view first_pieces(std::string_view text, std::int64_t pieces) noexcept;

/// A well-mixed number from any number (the finalizer of SplitMix64).
constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}

/// FNV-1a over words of eight bytes: enough to tell questions apart, and quick.
std::uint64_t hash_text(std::string_view text) noexcept;

}  // namespace arouter::mock
