// OpenAI Responses, the request: what routing needs to know of it, and the one field that changes
// on its way to a provider of the same format.
//
// Source: OpenAI API reference, "Create a model response" and "Get input token counts" (checked
// 2026-11-24).
// Surprises: a stream reports its usage without being asked; `safety_identifier` is the younger
// name of `user`; `null` is as good as absent.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"

namespace arouter::responses {

/// Reads the fields of a body and validates all of it as JSON; the body of a token count too.
/// Errors: bad_request, with `param` where a field is at fault; every known field that stands twice
/// is one.
Result<Peek> peek_request(std::string_view body);

/// The body for a provider: `model` replaced; every other byte stays.
std::string pass_request(std::string_view body, const Peek& request,
                         std::string_view upstream_model);

}  // namespace arouter::responses
