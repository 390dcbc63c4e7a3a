// Remembers prompts, as providers that cache them do. A fixed table: a prompt that falls on the
// place of another one takes it.
#pragma once

#include <cstdint>
#include <vector>

namespace arouter::mock {

class PromptCache {
 public:
  /// How many of the prompt's tokens come from the cache: half of a long prompt seen before.
  std::int64_t take(std::uint64_t hash, std::int64_t prompt_tokens) {
    if (prompt_tokens < kLongPrompt) return 0;
    std::uint64_t& place = places_[hash % places_.size()];
    if (place == hash) return prompt_tokens / 2;
    place = hash;
    return 0;
  }

 private:
  static constexpr std::int64_t kLongPrompt = 1'024;  // the least that real providers cache
  std::vector<std::uint64_t> places_ = std::vector<std::uint64_t>(4'096);
};

}  // namespace arouter::mock
