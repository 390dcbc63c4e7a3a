// The request whose plan is asked for. Pure.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

struct ExplainedRequest {
  std::string path;
  std::string body;
};

/// `format`: whose chat it is: openai, anthropic, gemini, responses. `body`: its JSON object, ""
/// for one with nothing in it. `model` stands in for the body's own, "" leaves that.
/// Errors: bad_request when the body is no JSON object, or nobody names a model.
Result<ExplainedRequest> explained_request(std::string_view format, std::string_view model,
                                           std::string_view body);

}  // namespace arouter
