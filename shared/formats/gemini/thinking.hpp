// How much a Gemini model thinks: thinkingConfig.
//
// Source: Gemini API documentation, "Gemini thinking" (checked 2026-11-24).
// Surprises: models from Gemini 3 on take words (thinkingLevel), those of 2.5 tokens
// (thinkingBudget; 0 is off where it can be, -1 as the model likes), older ones refuse both; the
// two together are refused. Only Flash models know the level "minimal", and none of 3 can be
// switched off.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

enum class ThinkingWay : std::uint8_t { none, budget, level };

/// By the model's name; budget for names that are not Gemini's and for "latest" ones, since Gemini
/// 3 takes budgets too.
ThinkingWay thinking_way(std::string_view model);

Result<chat::Reasoning> decode_thinking(const JsonItem& config, chat::Losses& losses);

/// Appends the member `thinkingConfig` when anything is said of thinking.
void write_thinking(JsonWriter& out, const chat::Request& request, chat::Losses& losses);

}  // namespace arouter::gemini
