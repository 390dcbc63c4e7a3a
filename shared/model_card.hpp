// A model as lists of models tell it. One path has five lists on it, since every API's clients ask
// for "/v1/models" and each reads its own shape.
//
// Sources (checked 2026-11-24): ARouter API, model metadata, and OpenAI API reference, models, for
// `openai`, which has the fields of both; Anthropic API reference, models; Gemini API reference,
// models; the catalogue that Codex reads, as its source declares it; OpenRouter API reference,
// models, as its official library checks it.
// Surprises: Codex refuses the whole list when one entry lacks a field, knows no input but text
// and image, and takes its own instructions to the model from here. OpenRouter's library refuses
// null for prices and tokenizers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/config.hpp"

namespace arouter {

/// Whose spelling; `mirror` is OpenRouter's, on /api/v1.
enum class ModelDialect : std::uint8_t { openai, mirror, anthropic, gemini, codex };
inline constexpr std::size_t kModelDialects = 5;

/// One entry. `id` is the whole id, `model` the metadata; what is unknown is null or left out, and
/// prices are decimal strings in USD per unit.
std::string encode_model_card(ModelDialect dialect, std::string_view id, const ModelConfig& model);

}  // namespace arouter
