// Why a provider refused: words, sentences and statuses, and what they mean.
//
// Sources (checked 2026-11-30): OpenAI "Error codes"; Anthropic "Errors"; Gemini API
// "Troubleshooting" and google.rpc.ErrorInfo; Azure OpenAI "Content filtering"; DeepSeek, Groq,
// Mistral, xAI, Together, Fireworks, Cerebras, Moonshot and OpenRouter, their pages of errors;
// llama.cpp's server, vLLM, TGI and Ollama, their sources. The tests have a row for each.
#pragma once

#include <cstdint>

#include "shared/errors/native_error.hpp"

namespace arouter {

enum class Cause : std::uint8_t {
  request,   // it is at fault
  too_long,  // it does not fit the model's context
  content,   // it, or the answer, was refused for what it says
  model,     // there is no such model here
  route,     // there is no such route here, or no room for a request of this size
  place,     // the provider does not serve where we are
  key,       // it is not good, or no longer
  credit,    // there is none
  rate,      // too much at once
  overload,  // of the provider
  slow,      // the provider was
  early,     // 425
  redirect,
  proxy,    // 407
  trouble,  // anything else
};

/// The status that an error inside an answer stands for: the one it states, else by its words; 0
/// when it says neither.
int status_inside(const NativeError& native);

/// `status`: of the answer, or status_inside().
Cause find_cause(const NativeError& native, int status);

}  // namespace arouter
