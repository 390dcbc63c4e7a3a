#include "cli/mock/embedding.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

#include "cli/mock/words.hpp"

namespace arouter::mock {

std::vector<float> make_vector(std::uint64_t input, std::int64_t dimensions) {
  std::vector<float> vector(static_cast<std::size_t>(dimensions));
  double squares = 0;
  for (float& number : vector) {
    input = mix(input);
    // 24 bits, which a float holds exactly, spread over -1 to 1.
    number = static_cast<float>(input >> 40) / 8'388'608.0F - 1.0F;
    squares += static_cast<double>(number) * number;
  }
  const double length = squares > 0 ? std::sqrt(squares) : 1;
  for (float& number : vector) number = static_cast<float>(number / length);
  return vector;
}

std::string encode_vector(std::span<const float> vector) {
  std::string out = "[";
  for (const float number : vector) {
    if (out.back() != '[') out += ',';
    std::array<char, 32> digits;
    const auto [end, fault] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
    static_cast<void>(fault);  // 32 characters are enough for any float
    out.append(digits.data(), end);
  }
  return out + ']';
}

std::string encode_base64(std::span<const float> vector) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  bytes.reserve(vector.size() * sizeof(float));
  for (const float number : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(number);
    for (unsigned shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift);
  }
  std::string text;
  text.reserve(bytes.size() * 4 / 3 + 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    const std::size_t digits = std::min<std::size_t>(bytes.size() - at, 3) + 1;
    for (std::size_t i = 0; i < 4; ++i) {
      text += i < digits ? alphabet[group >> (18 - 6 * i) & 63] : '=';
    }
  }
  return text;
}

}  // namespace arouter::mock
