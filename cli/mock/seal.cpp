#include "cli/mock/seal.hpp"

#include "cli/mock/words.hpp"

namespace arouter::mock {

namespace {

constexpr std::string_view kMark = "bW9ja3NlYWxz";  // what every seal begins with
constexpr std::size_t kPart = 18;                   // characters of the number, and of its proof
constexpr std::uint64_t kSecret = 0x61726f75746572;

std::string spell(std::uint64_t number) {
  constexpr std::string_view digits = "abcdefghijklmnop";
  std::string text(kPart, 'A');
  for (char& digit : text) {
    digit = digits[number & 15];
    number >>= 4;
  }
  return text;
}

std::string prove(std::string_view part) {
  return spell(mix(hash_text(part) ^ kSecret));
}

}  // namespace

std::string make_seal(std::uint64_t number) {
  const std::string part = spell(number);
  return std::string(kMark) + part + prove(part);
}

bool is_seal(std::string_view text) {
  if (text.size() != kMark.size() + 2 * kPart || !text.starts_with(kMark)) return false;
  return text.substr(kMark.size() + kPart) == prove(text.substr(kMark.size(), kPart));
}

}  // namespace arouter::mock
