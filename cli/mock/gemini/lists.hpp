// Models and errors in Google's shapes.
// Source: Gemini API reference, "Models"; Google API design guide, "Errors".
// Surprises: an unknown key is 400 with the reason API_KEY_INVALID, a missing one is 403.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter::mock::gemini {

/// `code` of the error of a wrong key.
inline constexpr std::string_view kInvalidKey = "API_KEY_INVALID";

std::string encode_models(std::span<const std::string> models, std::int64_t created);
std::string encode_model(std::string_view model, std::int64_t created);
std::string encode_error(const Error& error, std::string_view request_id);

}  // namespace arouter::mock::gemini
