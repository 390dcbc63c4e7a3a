// Models and errors in Anthropic's shapes.
// Source: Anthropic API reference, "List Models", "Errors".
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter::mock::anthropic {

std::string encode_models(std::span<const std::string> models, std::int64_t created);
std::string encode_model(std::string_view model, std::int64_t created);
std::string encode_error(const Error& error, std::string_view request_id);

}  // namespace arouter::mock::anthropic
