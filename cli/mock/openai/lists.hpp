// Models and errors in OpenAI's shapes. Source: OpenAI API reference, "Models", "Error codes".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter::mock::openai {

std::string encode_models(std::span<const std::string> models, std::int64_t created);
std::string encode_model(std::string_view model, std::int64_t created);
std::string encode_error(const Error& error, std::string_view request_id);

}  // namespace arouter::mock::openai
