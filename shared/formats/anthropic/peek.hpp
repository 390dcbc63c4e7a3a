// Anthropic Messages, the request: what routing needs to know of it, and the one place that changes
// on its way to a provider of the same format.
//
// Source: Anthropic API reference, "Messages" and "Count tokens" (checked 2026-11-24).
// Surprises: usage comes in every stream unasked; the end user stands in metadata.user_id;
// max_tokens is required, but that is the provider's to say where bytes pass, as is a 0, which
// fills the prompt cache and answers nothing.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"

namespace arouter::anthropic {

/// Reads the fields of a body and validates all of it as JSON.
/// Errors: bad_request, with `param` where a field is at fault.
Result<Peek> peek_request(std::string_view body, bool count_only);

/// The body for a provider: `model` replaced; every other byte stays.
std::string pass_request(std::string_view body, const Peek& peek, std::string_view upstream_model);

}  // namespace arouter::anthropic
