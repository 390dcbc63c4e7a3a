// A model as GET /v1/models tells it: the metadata of the ARouter API with what OpenAI's clients
// need beside it (object, created, owned_by).
//
// Source: ARouter API, model metadata; OpenAI API reference, models (both checked 2026-11-24).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shared/config.hpp"

namespace arouter {

/// One entry. `id` is the whole id, `model` the metadata; what is unknown is null or left out, and
/// prices are decimal strings in USD per unit.
std::string encode_model_card(std::string_view id, const ModelConfig& model);

/// {"object":"list","data":[…]} of entries that are encoded already.
std::string encode_model_list(const std::vector<std::string_view>& cards);

}  // namespace arouter
