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
#include "shared/json_scan.hpp"

namespace arouter::openai {

struct ChatRequest {
  std::string model;  // as the client named it, never empty
  std::string user;
  bool stream = false;
  bool include_usage = false;  // the client asked for the usage chunk of a stream
  JsonValue model_value;
  JsonValue stream_options;
  JsonValue include_usage_value;
  std::size_t last_brace = 0;  // offset of the body's closing brace
};

/// Reads the fields of a body and validates all of it as JSON.
/// Errors: bad_request, with `param` where a field is at fault.
Result<ChatRequest> decode_chat_request(std::string_view body);

/// The body for a provider: `model` replaced, usage of a stream asked for; every other byte stays.
std::string encode_chat_request(std::string_view body, const ChatRequest& request,
                                std::string_view upstream_model);

}  // namespace arouter::openai
