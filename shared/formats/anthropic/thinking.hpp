// How much a model is to think, and how long its answer may be: the two are one decision here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/formats/anthropic/models.hpp"

namespace arouter::anthropic {

struct ThinkingPlan {
  enum class Kind : std::uint8_t { unsaid, disabled, budget, adaptive };
  Kind kind = Kind::unsaid;
  std::int64_t budget = 0;      // of Kind::budget
  std::string effort{};         // low | medium | high | xhigh; "" when not said
  std::string display{};        // summarized | omitted; "" when not said
  std::int64_t max_tokens = 0;  // thoughts included

  bool thinks() const { return kind == Kind::budget || kind == Kind::adaptive; }
};

/// `is_hindered`: the conversation or the choice of a tool forbids to ask for thoughts by budget.
ThinkingPlan plan_thinking(const chat::Request& request, const ModelTraits& traits,
                           std::int64_t most_tokens, bool is_hindered, chat::Losses& losses);

}  // namespace arouter::anthropic
