// What OpenAI's models take, told from their names; for both formats that are OpenAI's.
//
// Source: OpenAI API reference, "reasoning_effort" and "max_completion_tokens"; what its models
// answer to a wrong effort: openai/codex#6647, anomalyco/opencode#26268; other servers: Groq's
// "Reasoning", llm-jp/llm-jp-judge#56 (vLLM), earendil-works/pi#1048 and #1578 (DeepSeek,
// DeepInfra), ggml-org/llama.cpp#20733, editor-code-assistant/eca#231 (Mistral); 2026-11-30.
//
// Surprises: an effort that a model does not know is a 400, and each family knows others: "none"
// begins with gpt-5.1, which has no "minimal" any more; the Codex and Pro models cannot but think,
// the older ones cannot think at all. A model that is to think takes no sampling and no stop texts
// (vercel/ai#10940, smolagents#1671; a value that is the default is none). In chat completions
// gpt-5.4 and 5.5 refuse an effort beside tools, and be it "none"; from 5.6 on, whose default is to
// think, nothing but "none" is taken there (livekit/agents#5084, BerriAI/litellm#34569). The
// Responses API has no such rule.
//
// Other models are asked for what most servers that call themselves compatible take. Efforts: low,
// medium and high (vLLM 0.15, and gpt-oss at Groq, answer 400 to "none"). The limit: max_tokens
// (Mistral answers 422 to the younger name). Instructions: `system`, once and in front (DeepSeek
// and DeepInfra refuse `developer`, and the chat templates of many models throw).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"

namespace arouter {

struct OpenaiTraits {
  enum class EffortBesideTools : std::uint8_t { any, unsaid, none };

  bool known = false;    // one of OpenAI's own
  bool younger = false;  // refuses max_tokens, and knows the role `developer`
  bool rests = false;    // does not think unless it is told to
  EffortBesideTools beside_tools = EffortBesideTools::any;  // in chat completions
  std::string_view efforts = "low medium high";  // weakest first; "" when it does not think
};

/// `model` may have its author in front: "openai/o3-mini", "ft:gpt-4o:me".
OpenaiTraits openai_traits(std::string_view model);

/// The effort to send: what is asked for, else the nearest that the model takes; "" for none.
/// Losses: "reasoning_effort" where the model thinks though it should not, or cannot though it
/// should.
std::string choose_openai_effort(const chat::Request& request, chat::Losses& losses);
/// The same for chat completions, where tools may forbid an effort.
std::string choose_openai_chat_effort(const chat::Request& request, chat::Losses& losses);

/// Whether the model takes temperature, top_p, penalties, logprobs, logit_bias and stop texts when
/// `effort` is sent.
bool takes_openai_sampling(std::string_view model, std::string_view effort);
/// Notes all of these that the request has, but for values that models have anyway.
void lose_openai_sampling(const chat::Request& request, chat::Losses& losses);

/// The longest id of a user, and key of a cache, that is no 400.
constexpr std::size_t kMostUser = 64;
/// `user` as it can be said: a longer one becomes shorter and another, which is a loss.
std::string fit_user(const std::string& user, std::string_view loss, chat::Losses& losses);

}  // namespace arouter
