// OpenAI chat completions, the request: what routing needs to know of it, and the few bytes that
// change on its way to a provider of the same format.
//
// Source: OpenAI API reference, "Create chat completion" (checked 2026-11-24).
// Surprises: a stream reports usage only when stream_options.include_usage asks for it; `null` is
// as good as absent; `max_tokens` has a younger name, `max_completion_tokens`.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"

namespace arouter::openai {

/// Reads the fields of a body and validates all of it as JSON.
/// Errors: bad_request, with `param` where a field is at fault.
Result<Peek> peek_request(std::string_view body);

/// The body for a provider: `model` replaced, usage of a stream asked for; every other byte stays.
std::string pass_request(std::string_view body, const Peek& request,
                         std::string_view upstream_model);

}  // namespace arouter::openai
