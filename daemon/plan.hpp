// Whom to ask, in which words.
#pragma once

#include <optional>

#include "shared/catalog.hpp"
#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/formats/embeddings.hpp"
#include "shared/formats/format.hpp"

namespace arouter::daemon {

/// An endpoint to try, and the format it is spoken to in: the caller's where the provider knows it.
struct PlanStep {
  const Endpoint* endpoint = nullptr;
  const Format* format = nullptr;
};

/// A request on its way into another format: decoded once, whatever is tried.
struct Translation {
  std::optional<chat::Request> chat;
  std::optional<EmbeddingsRequest> embeddings;
  chat::Losses decoded;  // what the decoder did not know
};

}  // namespace arouter::daemon
