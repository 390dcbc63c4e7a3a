// Embeddings: vectors made from the text alone, whatever the format that asks.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace arouter::mock {

inline constexpr std::int64_t kUsualDimensions = 256;
inline constexpr std::int64_t kMostDimensions = 4'096;
inline constexpr std::size_t kMostInputs = 2'048;
inline constexpr std::int64_t kMostNumbers = 4'194'304;  // of one answer

struct EmbeddingQuestion {
  std::string model;
  std::vector<std::uint64_t> inputs;  // hashes of what is to be embedded
  std::int64_t tokens = 0;            // of all inputs
  std::int64_t dimensions = kUsualDimensions;
  bool base64 = false;

  bool is_too_large() const {
    return inputs.size() > kMostInputs ||
           static_cast<std::int64_t>(inputs.size()) * dimensions > kMostNumbers;
  }
};

/// A vector of length 1; the same for the same input, and a longer one begins in the same
/// direction.
std::vector<float> make_vector(std::uint64_t input, std::int64_t dimensions);
/// A JSON array, each number as short as it can be read back.
std::string encode_vector(std::span<const float> vector);
/// The little-endian bytes of the numbers in base64.
std::string encode_base64(std::span<const float> vector);

}  // namespace arouter::mock
