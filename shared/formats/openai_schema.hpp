// What "strict" asks of a JSON schema; for both formats that are OpenAI's.
//
// Source: OpenAI's "Structured outputs", "Supported schemas"; what it answers to others:
// langchain-ai/langchain#32930, laravel/ai#506; 2026-11-30.
// Surprises: every property must be required and every object closed, or the request is a 400.
// Anthropic's strict tools may have optional properties, and both Anthropic and Gemini hold
// answers to any schema that they take, without a word for it.
#pragma once

#include <optional>
#include <string_view>

#include "shared/chat/losses.hpp"

namespace arouter {

bool is_strict_schema(std::string_view schema);

/// `strict` as it can be said: false, and a loss of that name, where it is asked for and `schema`
/// does not allow it.
std::optional<bool> choose_strict(std::optional<bool> strict, std::string_view schema,
                                  std::string_view loss, chat::Losses& losses);

}  // namespace arouter
