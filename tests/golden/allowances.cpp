#include "tests/golden/allowances.hpp"

#include <algorithm>
#include <array>

namespace arouter::golden {

namespace {

// Requests.

constexpr auto kOpenaiRequest = std::to_array<Allowance>({
    {"text.cache_control", "messages.cache_control"},
    {"image.cache_control", "messages.cache_control"},
    {"file.cache_control", "messages.cache_control"},
    {"audio.cache_control", "messages.cache_control"},
    {"video.cache_control", "messages.cache_control"},
    {"result.cache_control", "messages.cache_control"},
    {"tool.cache_control", "tools.cache_control"},
    {"text.signature", "messages.thinking"},
    {"call.signature", "messages.thinking"},
    {"thinking.*", "messages.thinking"},
    {"secret.*", "messages.thinking"},
    {"image.file_id", "messages.image.file_id"},
    {"video.file_id", "messages.video.file_id"},
    {"audio.file_id", "messages.audio.file_id"},
    {"audio.url", "messages.audio.url"},
    {"file.url", "messages.file.url"},
    {"image.in=user", "messages.tool_result.media"},
    {"file.in=user", "messages.tool_result.media"},
    {"audio.in=user", "messages.tool_result.media"},
    {"video.in=user", "messages.tool_result.media"},
    {"+text:Result of tool call*", ""},
    {"result.is_error", "messages.tool_result.is_error"},
    {"image.mime_type", ""},  // beside a URL, which has it
    {"video.mime_type", ""},
    {"+file.name", ""},      // asked for beside data
    {"text.in=system", ""},  // developers have no role of their own at most servers
    {"reasoning", "reasoning_effort"},
    {"reasoning=*", ""},  // the nearest that the model takes
    {"reasoning.summary", "reasoning.summary"},
    {"reasoning.include", ""},  // what the answer's encoder heeds
    {"top_k", "top_k"},
    {"min_p", "min_p"},
    {"repetition_penalty", "repetition_penalty"},
    {"metadata", "metadata"},
    {"tool.strict", "tools.strict"},
});

constexpr auto kAnthropicRequest = std::to_array<Allowance>({
    {"text.signature", "messages.thinking"},
    {"call.signature", "messages.thinking"},
    {"thinking.gemini", "messages.thinking"},
    {"thinking.responses", "messages.thinking"},
    {"thinking.nobody", "messages.thinking"},
    {"secret.responses", "messages.thinking"},
    {"audio.*", "messages.audio"},
    {"video.*", "messages.video"},
    {"image.detail", "messages.image.detail"},
    {"image.mime_type", ""},  // beside a URL, which has it
    {"text.in=system", ""},   // developers are no one else here
    {"text.said_by", "messages.name"},
    {"refusal=text", ""},
    {"+text:The conversation begins here.", ""},
    {"+tool:tool_*", ""},  // that was called, and is offered no more
    {"+tool_choice", ""},
    {"output", "response_format"},
    {"+text:Answer with one JSON object*", ""},
    {"output.name", ""},  // a label
    {"output.description", "response_format.json_schema.description"},
    {"output.strict", ""},  // always
    {"+max_tokens", ""},    // required
    {"reasoning", "reasoning"},
    {"reasoning=*", ""},        // no more than the answer's length leaves room for
    {"reasoning.include", ""},  // thoughts are always shown
    {"reasoning.summary", ""},
    {"temperature*", "temperature"},
    {"top_p", "top_p"},
    {"top_k", "top_k"},
    {"min_p", "min_p"},
    {"frequency_penalty", "frequency_penalty"},
    {"presence_penalty", "presence_penalty"},
    {"repetition_penalty", "repetition_penalty"},
    {"n", "n"},
    {"seed", "seed"},
    {"logprobs", "logprobs"},
    {"top_logprobs", "top_logprobs"},
    {"logit_bias", "logit_bias"},
    {"metadata", "metadata"},
    {"store", "store"},
    {"service_tier", "service_tier"},
    {"verbosity", "verbosity"},
    {"prompt_cache_key", ""},  // a hint that changes no answer
    {"safety_identifier", "safety_identifier"},
    {"+output.strict", ""},
});

constexpr auto kGeminiRequest = std::to_array<Allowance>({
    {"text.cache_control", "messages.cache_control"},
    {"image.cache_control", "messages.cache_control"},
    {"file.cache_control", "messages.cache_control"},
    {"audio.cache_control", "messages.cache_control"},
    {"video.cache_control", "messages.cache_control"},
    {"result.cache_control", "messages.cache_control"},
    {"tool.cache_control", "tools.cache_control"},
    {"thinking.signature", "messages.thinking"},
    {"secret.*", "messages.thinking"},
    {"image.file_id", "messages.image.file_id"},
    {"file.file_id", "messages.file.file_id"},
    {"audio.file_id", "messages.audio.file_id"},
    {"video.file_id", "messages.video.file_id"},
    {"image.in=user", "messages.tool_result.media"},
    {"file.in=user", "messages.tool_result.media"},
    {"audio.in=user", "messages.tool_result.media"},
    {"video.in=user", "messages.tool_result.media"},
    {"image.detail", "messages.image.detail"},
    {"file.name", ""},       // a hint
    {"text.in=system", ""},  // developers are no one else here
    {"text.said_by", "messages.name"},
    {"refusal=text", ""},
    {"+tool.strict", ""},  // mode VALIDATED holds all tools to their schemas, and so does ANY
    {"tool.strict", ""},
    {"+tool_choice", ""},
    {"serial", "parallel_tool_calls"},
    {"output.name", ""},  // a label
    {"output.description", "response_format.json_schema.description"},
    {"output.strict", ""},  // always
    {"+reasoning.include", ""},
    {"reasoning.summary", ""},
    {"reasoning=*", ""},  // no more than the answer's length leaves room for
    {"stream", ""},       // stands in the path
    {"min_p", "min_p"},
    {"repetition_penalty", "repetition_penalty"},
    {"logit_bias", "logit_bias"},
    {"metadata", "metadata"},
    {"store", "store"},
    {"user", "user"},
    {"user", "safety_identifier"},
    {"service_tier", "service_tier"},
    {"verbosity", "verbosity"},
    {"prompt_cache_key", ""},  // a hint that changes no answer
    {"safety_identifier", "safety_identifier"},
    {"+output.strict", ""},
});

constexpr auto kResponsesRequest = std::to_array<Allowance>({
    {"text.cache_control", "messages.cache_control"},
    {"image.cache_control", "messages.cache_control"},
    {"file.cache_control", "messages.cache_control"},
    {"audio.cache_control", "messages.cache_control"},
    {"result.cache_control", "messages.cache_control"},
    {"tool.cache_control", "tools.cache_control"},
    {"text.signature", "messages.thinking"},
    {"call.signature", "messages.thinking"},
    {"thinking.anthropic", "messages.thinking"},
    {"thinking.gemini", "messages.thinking"},
    {"thinking.nobody", "messages.thinking"},
    {"secret.anthropic", "messages.thinking"},
    {"audio.url", "messages.audio.url"},
    {"audio.file_id", "messages.audio.file_id"},
    {"audio.data", "messages.audio"},  // of a tool's result
    {"video.*", "messages.video"},
    {"image.mime_type", ""},  // beside a URL, which has it
    {"file.mime_type", ""},
    {"+file.name", ""},     // asked for beside data
    {"+image.detail", ""},  // asked for
    {"text.said_by", "messages.name"},
    {"result.is_error", "messages.tool_result.is_error"},
    {"text.in=system", ""},  // developers have no role of their own at most servers
    {"reasoning", "reasoning_effort"},
    {"reasoning=*", ""},         // the nearest that the model takes
    {"+reasoning.summary", ""},  // how thoughts are asked for
    {"+reasoning.include", ""},
    {"stop", "stop"},
    {"n", "n"},
    {"seed", "seed"},
    {"top_k", "top_k"},
    {"min_p", "min_p"},
    {"frequency_penalty", "frequency_penalty"},
    {"presence_penalty", "presence_penalty"},
    {"repetition_penalty", "repetition_penalty"},
    {"logit_bias", "logit_bias"},
    {"tool.strict", "tools.strict"},
});

// Answers.

constexpr auto kOpenaiReply = std::to_array<Allowance>({
    {"+thinking.signature", ""},  // a provider's plain thought is marked as one
    {"finish.context_length", ""},
    {"finish.stop_sequence", ""},
    {"finish.pause", "reply.finish_reason.pause"},
    {"finish.malformed_call", "reply.finish_reason.malformed_call"},
    {"+finish:*", ""},
});

constexpr auto kAnthropicReply = std::to_array<Allowance>({
    {"image.data", "reply.image"},
    {"refusal=text", ""},  // the finish reason says it
    {"finish.content_filter", ""},
    {"finish.malformed_call", "reply.finish_reason.malformed_call"},
    {"+finish:*", ""},
    {"service_tier", ""},
    {"+usage.*", ""},  // required: zeros where it is unknown
});

constexpr auto kGeminiReply = std::to_array<Allowance>({
    {"refusal=text", ""},  // the finish reason says it
    {"finish.context_length", ""},
    {"finish.stop_sequence", ""},
    {"finish.refusal", ""},
    {"finish.pause", "reply.finish_reason.pause"},
    {"+finish:*", ""},
    {"service_tier", ""},
    {"usage.written=0", ""},
});

constexpr auto kResponsesReply = std::to_array<Allowance>({
    {"id=resp_*", ""},
    {"finish.context_length", ""},
    {"finish.stop_sequence", ""},
    {"finish.pause", "reply.finish_reason.pause"},
    {"+finish:*", ""},
});

/// The same of a stream, and `more`.
template <std::size_t Count, std::size_t More>
constexpr auto stream_of(const std::array<Allowance, Count>& list,
                         const std::array<Allowance, More>& more) {
  std::array<Allowance, Count + More> both{};
  for (std::size_t i = 0; i < Count; ++i) both[i] = list[i];
  for (std::size_t i = 0; i < More; ++i) both[Count + i] = more[i];
  return both;
}

// Signatures of texts and calls are sent as thoughts of their own. Who sends the conversation back
// gives them to the decoder of requests, which knows whose they are.
constexpr auto kApart = std::to_array<Allowance>({
    {"text.signature=apart", ""},
    {"call.signature=apart", ""},
    {"+secret:*", ""},
});
// Before a call without a signature, a text's would be taken for that call's.
constexpr auto kApartOrGone = std::to_array<Allowance>({
    {"text.signature", "reply.signature"},
    {"text.signature=apart", ""},
    {"call.signature=apart", ""},
    {"+secret:*", ""},
});

constexpr auto kOpenaiStream = stream_of(kOpenaiReply, kApart);
constexpr auto kAnthropicStream = stream_of(kAnthropicReply, kApartOrGone);
constexpr auto kGeminiStream = stream_of(kGeminiReply, std::array<Allowance, 0>{});
constexpr auto kResponsesStream = stream_of(kResponsesReply, kApart);

constexpr std::array<Allowances, 4> kFormats{{
    {.format = "openai",
     .request = kOpenaiRequest,
     .reply = kOpenaiReply,
     .stream = kOpenaiStream,
     .keeps_order = false},
    {.format = "anthropic",
     .request = kAnthropicRequest,
     .reply = kAnthropicReply,
     .stream = kAnthropicStream,
     .has_one_choice = true},
    {.format = "gemini",
     .request = kGeminiRequest,
     .reply = kGeminiReply,
     .stream = kGeminiStream,
     .fails_malformed_call = true},
    {.format = "responses",
     .request = kResponsesRequest,
     .reply = kResponsesReply,
     .stream = kResponsesStream,
     .has_one_choice = true,
     .fails_malformed_call = true},
}};

}  // namespace

const Allowances& allowances_of(std::string_view format) {
  return *std::find_if(kFormats.begin(), kFormats.end(),
                       [&](const Allowances& each) { return each.format == format; });
}

}  // namespace arouter::golden
