// A request on its way into another format.
#pragma once

#include <optional>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/formats/embeddings.hpp"

namespace arouter::daemon {

/// Decoded once, whatever is tried.
struct Translation {
  std::optional<chat::Request> chat;
  std::optional<EmbeddingsRequest> embeddings;
  chat::Losses decoded;  // what the decoder did not know
};

}  // namespace arouter::daemon
