// What a translation could not carry, by name: told to the client, never silent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arouter::chat {

/// Names are those of the client's fields where the decoder meets what it does not know
/// ("tools.web_search"), and the neutral ones (those of OpenAI's fields) where the encoder cannot
/// say a thing ("messages.image.url"). What is lost of an answer begins with "reply.": the
/// provider's name of what the neutral chat has no place for ("reply.citations"), or the neutral
/// one of what the client's format cannot say ("reply.image"). Letters, digits, '_', '.' and '-'
/// alone: they travel in a header. No name twice; at most 32, the last one "more".
class Losses {
 public:
  void add(std::string_view name);
  const std::vector<std::string>& names() const { return names_; }
  bool empty() const { return names_.empty(); }
  /// "logit_bias, seed"
  std::string list() const;

 private:
  std::vector<std::string> names_;
};

}  // namespace arouter::chat
