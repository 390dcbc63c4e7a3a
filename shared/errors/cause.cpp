#include "shared/errors/cause.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arouter {

namespace {

struct Word {
  std::string_view word;  // in lower case
  Cause cause;
};
// The first that an error holds decides: what it is about comes before how it came about.
constexpr std::array<Word, 89> kWords{{
    {"insufficient_quota", Cause::credit},  // OpenAI, with a 429
    {"billing_hard_limit_reached", Cause::credit},
    {"billing_not_active", Cause::credit},
    {"billing_error", Cause::credit},     // Anthropic
    {"billing_disabled", Cause::credit},  // Google
    {"insufficient_credits", Cause::credit},
    {"insufficient_balance", Cause::credit},
    {"insufficient_user_quota", Cause::credit},
    {"exceeded_current_quota_error", Cause::credit},  // Moonshot
    {"payment_required", Cause::credit},
    {"credit_limit", Cause::credit},
    {"arrearage", Cause::credit},  // Alibaba
    {"unsupported_country_region_territory", Cause::place},
    {"region_restricted", Cause::place},
    {"content_filter", Cause::content},
    {"responsibleaipolicyviolation", Cause::content},  // Azure
    {"content_policy_violation", Cause::content},
    {"moderation", Cause::content},
    {"moderation_blocked", Cause::content},
    {"invalid_prompt", Cause::content},  // OpenAI: a prompt that was flagged
    {"cyber_policy_violation", Cause::content},
    {"image_content_policy_violation", Cause::content},
    {"data_inspection_failed", Cause::content},  // Alibaba
    {"datainspectionfailed", Cause::content},
    {"sensitive_words_detected", Cause::content},
    {"prohibited_content", Cause::content},
    {"safety", Cause::content},
    {"refusal", Cause::content},
    {"context_length_exceeded", Cause::too_long},
    {"exceed_context_size_error", Cause::too_long},  // llama.cpp
    {"context_window_exceeded", Cause::too_long},
    {"model_context_window_exceeded", Cause::too_long},
    {"token_limit_exceeded", Cause::too_long},
    {"max_tokens_exceeded", Cause::too_long},
    {"string_too_long", Cause::too_long},
    {"previous_response_not_found", Cause::request},
    {"model_not_found", Cause::model},
    {"model_not_available", Cause::model},   // Together
    {"model_decommissioned", Cause::model},  // Groq
    {"model_deprecated", Cause::model},
    {"deploymentnotfound", Cause::model},  // Azure
    {"invalid_model", Cause::model},       // Mistral
    {"unknown_model", Cause::model},
    {"modelnotfound", Cause::model},
    {"no_endpoints", Cause::model},
    {"invalid_api_key", Cause::key},
    {"api_key_invalid", Cause::key},  // Google, with a 400
    {"api_key_expired", Cause::key},
    {"api_key_service_blocked", Cause::key},
    {"api_key_http_referrer_blocked", Cause::key},
    {"api_key_ip_address_blocked", Cause::key},
    {"consumer_suspended", Cause::key},
    {"consumer_invalid", Cause::key},
    {"service_disabled", Cause::key},
    {"access_token_expired", Cause::key},
    {"invalidapikey", Cause::key},
    {"wrong_api_key", Cause::key},  // Cerebras
    {"incorrect_api_key_error", Cause::key},
    {"invalid_authentication_error", Cause::key},  // Moonshot
    {"authentication_error", Cause::key},
    {"unauthenticated", Cause::key},
    {"account_deactivated", Cause::key},
    {"access_terminated", Cause::key},
    {"unrecognizedclientexception", Cause::key},  // AWS
    {"expiredtokenexception", Cause::key},
    {"overloaded_error", Cause::overload},  // Anthropic, also inside a 200
    {"overloaded", Cause::overload},        // TGI, with a 429
    {"engine_overloaded", Cause::overload},
    {"engine_overloaded_error", Cause::overload},
    {"server_is_overloaded", Cause::overload},
    {"slow_down", Cause::overload},
    {"service_tier_capacity_exceeded", Cause::overload},  // Mistral, with a 429
    {"insufficient_system_resource", Cause::overload},    // DeepSeek
    {"unavailable_error", Cause::overload},               // llama.cpp, while it loads
    {"provider_overloaded", Cause::overload},
    {"modelnotreadyexception", Cause::overload},
    {"serviceunavailableexception", Cause::overload},
    {"rate_limit_exceeded", Cause::rate},
    {"rate_limit_error", Cause::rate},
    {"rate_limit_reached_error", Cause::rate},
    {"rate_limited", Cause::rate},
    {"ratelimitexceeded", Cause::rate},
    {"too_many_requests_error", Cause::rate},
    {"throttlingexception", Cause::rate},
    {"resource_exhausted", Cause::rate},
    {"timeout_error", Cause::slow},
    {"modeltimeoutexception", Cause::slow},
    {"deadline_exceeded", Cause::slow},
    {"upstream_timeout", Cause::slow},
}};

// What a word means where there is no status: inside an answer.
struct StatusWord {
  std::string_view word;
  int status;
};
constexpr std::array<StatusWord, 15> kStatusWords{{{"invalid_request_error", 400},
                                                   {"badrequesterror", 400},  // vLLM
                                                   {"invalid_argument", 400},
                                                   {"failed_precondition", 400},
                                                   {"invalid_value", 400},
                                                   {"validation", 422},  // TGI
                                                   {"permission_error", 403},
                                                   {"permission_denied", 403},
                                                   {"not_found_error", 404},
                                                   {"not_found", 404},
                                                   {"notfounderror", 404},
                                                   {"request_too_large", 413},
                                                   {"unavailable", 503},
                                                   {"service_unavailable", 503},
                                                   {"timeout", 504}}};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return out;
}

std::vector<std::string> lower_words(const NativeError& native) {
  std::vector<std::string> words;
  for (const std::string& word : native.words) words.push_back(lower(word));
  return words;
}

bool is_blaming(int status) {
  return status >= 400 && status < 500;
}

/// A sentence that is known to mean something, in lower case.
struct Sentence {
  std::string_view text;
  Cause cause;
  // Only where a message begins with it: a 400 may repeat what a client wrote, and no client may
  // have a key benched.
  bool begins = false;
};
constexpr std::array<Sentence, 6> kFirstSentences{{
    {"your credit balance is too low", Cause::credit, true},       // Anthropic, with a 400
    {"billing hard limit has been reached", Cause::credit, true},  // OpenAI, with a 400
    {"incorrect api key provided", Cause::key, true},              // xAI, with a 400
    {"api key not valid", Cause::key, true},
    {"user location is not supported", Cause::place, true},  // Google, with a 400
    {"gemini api free tier is not available", Cause::place, true},
}};
// Of 401, 403 and 429: that it is about the key is known by then.
constexpr std::array<Sentence, 8> kCreditSentences{{
    {"used all available credits", Cause::credit},  // xAI
    {"out of credits", Cause::credit},
    {"spending limit", Cause::credit},
    {"insufficient balance", Cause::credit},
    {"insufficient credit", Cause::credit},
    {"insufficient funds", Cause::credit},
    {"out of call volume quota", Cause::credit},                          // Azure
    {"\xE4\xBD\x99\xE9\xA2\x9D\xE4\xB8\x8D\xE8\xB6\xB3", Cause::credit},  // Zhipu: no balance left
}};
// Of 403: about the request, or where we are.
constexpr std::array<Sentence, 5> kForbiddenSentences{{
    {"requires moderation", Cause::content},  // OpenRouter
    {"flagged", Cause::content},
    {"territory not supported", Cause::place},
    {"request not allowed", Cause::place},  // Anthropic
    {"access the file", Cause::request},    // Google
}};
// Of 400, 413 and 422: about the request whichever it is.
constexpr std::array<Sentence, 21> kRequestSentences{{
    {"maximum context length", Cause::too_long},  // OpenAI, vLLM
    {"context length exceeded", Cause::too_long},
    {"exceeds the context window", Cause::too_long},
    {"exceeds the available context size", Cause::too_long},    // llama.cpp
    {"exceeds the maximum number of tokens", Cause::too_long},  // Google
    {"exceed context limit", Cause::too_long},                  // Anthropic
    {"exceeds context length", Cause::too_long},
    {"greater than the context length", Cause::too_long},
    {"prompt is too long", Cause::too_long},        // Anthropic
    {"input is too long", Cause::too_long},         // AWS
    {"maximum prompt length is", Cause::too_long},  // xAI
    {"reduce the length of the messages", Cause::too_long},
    {"exceeded model token limit", Cause::too_long},  // Moonshot
    {"too large for model with", Cause::too_long},    // Mistral
    {"content management policy", Cause::content},    // Azure
    {"content filtering policy", Cause::content},     // Anthropic
    {"safety system", Cause::content},                // OpenAI
    {"our usage polic", Cause::content},
    {"is not a valid model", Cause::model, false},  // OpenRouter
    {"model not exist", Cause::model, true},        // DeepSeek
    {"invalid model", Cause::model, true},
}};

std::optional<Cause> find_sentence(std::string_view message, std::span<const Sentence> sentences) {
  for (const Sentence& sentence : sentences) {
    const std::size_t at = message.find(sentence.text);
    if (at == std::string_view::npos || (sentence.begins && at != 0)) continue;
    return sentence.cause;
  }
  return std::nullopt;
}

bool speaks_of_model(std::string_view message) {
  for (const std::string_view word : {"model", "deployment", "no endpoints found"}) {
    if (message.find(word) != std::string_view::npos) return true;
  }
  return false;
}

bool holds(const std::vector<std::string>& words, std::string_view wanted) {
  return std::find(words.begin(), words.end(), wanted) != words.end();
}

std::optional<Cause> cause_of_words(const std::vector<std::string>& words, int status) {
  for (const Word& each : kWords) {
    if (!holds(words, each.word)) continue;
    // Groq: a request that no minute of this key has room for. Others are not in its way.
    if (each.cause == Cause::rate && status == 413) return Cause::route;
    return each.cause;
  }
  return std::nullopt;
}

std::optional<Cause> cause_of_message(std::string_view message, int status) {
  if (!is_blaming(status)) return std::nullopt;
  if (const std::optional<Cause> first = find_sentence(message, kFirstSentences)) return first;
  std::optional<Cause> found;
  if (status == 401 || status == 403 || status == 429) {
    found = find_sentence(message, kCreditSentences);
  }
  if (!found && status == 403) found = find_sentence(message, kForbiddenSentences);
  if (!found && status == 403 && speaks_of_model(message)) found = Cause::model;
  if (!found && (status == 400 || status == 413 || status == 422)) {
    found = find_sentence(message, kRequestSentences);
  }
  return found;
}

Cause cause_of_404(std::string_view message) {
  if (speaks_of_model(message)) return Cause::model;
  for (const std::string_view word : {"file", "response", "item", "batch"}) {
    if (message.find(word) != std::string_view::npos) return Cause::request;
  }
  return Cause::route;
}

Cause cause_of_status(int status, const NativeError& native, std::string_view message) {
  switch (status) {
    case 401:
      return Cause::key;
    case 402:
      return Cause::credit;
    case 403:
      return native.is_readable ? Cause::key : Cause::trouble;  // a page: of a wall before it
    case 404:
      return cause_of_404(message);
    case 407:
      return Cause::proxy;
    case 408:
    case 504:
    case 522:
    case 524:
      return Cause::slow;
    case 424:
      return Cause::trouble;
    case 425:
      return Cause::early;
    case 429:
      return Cause::rate;
    case 498:
    case 503:
    case 529:
      return Cause::overload;
    default:
      break;
  }
  if (is_blaming(status)) return Cause::request;
  return status >= 300 && status < 400 ? Cause::redirect : Cause::trouble;
}

}  // namespace

int status_inside(const NativeError& native) {
  if (native.status != 0) return native.status;
  const std::vector<std::string> words = lower_words(native);
  for (const StatusWord& each : kStatusWords) {
    if (holds(words, each.word)) return each.status;
  }
  return 0;
}

Cause find_cause(const NativeError& native, int status) {
  const std::string sentence = lower(native.message);
  if (const std::optional<Cause> named = cause_of_words(lower_words(native), status)) {
    return *named;
  }
  if (const std::optional<Cause> said = cause_of_message(sentence, status)) return *said;
  return cause_of_status(status, native, sentence);
}

}  // namespace arouter
