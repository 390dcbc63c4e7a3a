// Gemini generateContent, countTokens and embeddings, the request: what routing needs to know of
// it.
//
// Source: Gemini API reference, "Generating content" and "Counting tokens" (checked 2026-11-24).
// Surprises: model and stream flag stand in the path, so a body passes as it is but for the model
// that countTokens may repeat inside; every name has two spellings, and a body with both is
// refused: which of them the provider would believe is anyone's guess.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/formats/format.hpp"

namespace arouter::gemini {

/// Reads the fields of a body and validates all of it as JSON.
/// Errors: bad_request, with `param` where a field is at fault.
Result<Peek> peek_request(CallKind call, std::string_view body);

/// The body for a provider of this format.
std::string pass_request(std::string_view body, const Peek& request,
                         std::string_view upstream_model);

/// "models/gemini-x" for "gemini-x"; ids that name a collection stay.
std::string resource_name(std::string_view model);

}  // namespace arouter::gemini
