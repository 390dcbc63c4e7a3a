// Embeddings, in the formats that have them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/error.hpp"
#include "shared/usage.hpp"

namespace arouter {

struct EmbeddingsRequest {
  std::string model{};
  std::vector<std::string> inputs;
  std::optional<std::int64_t> dimensions{};
  bool base64 = false;  // the client wants little-endian float32, in base64
  bool single = false;  // Gemini embedContent: one input, and an answer that is no list
  std::string user{};
  std::string task_type{}, title{};  // Gemini
  bool operator==(const EmbeddingsRequest&) const = default;
};

struct EmbeddingsReply {
  std::string model{};
  std::vector<std::vector<float>> vectors;  // in the order of the inputs
  std::optional<Usage> usage{};
  std::optional<Cost> cost{};
};

class EmbeddingsFormat {
 public:
  virtual ~EmbeddingsFormat() = default;
  /// `model`: from the path where it stands there. Errors: bad_request; inputs that are tokens can
  /// only pass in their own format.
  virtual Result<EmbeddingsRequest> decode_request(std::string_view body,
                                                   chat::Losses& losses) const = 0;
  virtual std::string encode_request(const EmbeddingsRequest& request,
                                     chat::Losses& losses) const = 0;
  /// Errors: upstream_malformed, also when there are not as many vectors as `inputs`.
  virtual Result<EmbeddingsReply> decode_reply(std::string_view body, std::size_t inputs) const = 0;
  virtual std::string encode_reply(const EmbeddingsReply& reply,
                                   const EmbeddingsRequest& request) const = 0;
};

}  // namespace arouter
