// Usage: the counts that are billed. usage_stream_rules.cpp has those about its place in a stream.
#include <algorithm>
#include <cstdlib>

#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"
#include "shared/validate/usage_stream_rules.hpp"

namespace arouter::validate {

namespace {

using Count = std::optional<std::int64_t>;

/// The final usage of one answer or stream, and what it is about.
struct Reported {
  const Exchange* exchange = nullptr;
  JsonRef usage;
  std::optional<std::size_t> event;  // in a stream
  bool has_text = false;
  bool reasoned = false;  // reasoning text or tokens are there
  std::string finish;

  Evidence at_value(const JsonRef& value) const {
    return event ? at(*exchange, *event, value) : at(*exchange, value);
  }
  Count prompt() const { return count("prompt_tokens"); }
  Count completion() const { return count("completion_tokens"); }
  Count total() const { return count("total_tokens"); }
  /// Nothing for what is no count: usage.ints tells of that.
  Count count(std::string_view key) const {
    const Count value = usage[key].integer();
    return value && *value >= 0 ? value : std::nullopt;
  }
  Count reasoning() const {
    return usage["completion_tokens_details"]["reasoning_tokens"].integer();
  }
};

bool has_reasoning(const JsonRef& message, const JsonRef& usage) {
  return !message["reasoning_content"].text().empty() || !message["reasoning"].text().empty() ||
         usage["completion_tokens_details"]["reasoning_tokens"].integer().value_or(0) > 0;
}

Reported from_answer(const Exchange& exchange) {
  const JsonRef choice = exchange.json.root()["choices"].at(0);
  Reported reported;
  reported.exchange = &exchange;
  reported.usage = exchange.json.root()["usage"];
  reported.has_text = !choice["message"]["content"].text().empty();
  reported.reasoned = has_reasoning(choice["message"], reported.usage);
  reported.finish = choice["finish_reason"].text();
  return reported;
}

std::optional<Reported> from_stream(const Stream& stream) {
  Reported reported;
  reported.exchange = stream.exchange;
  for (const Chunk& chunk : stream.chunks) {
    const JsonRef choice = chunk.json["choices"].at(0);
    const std::string word = choice["finish_reason"].text();
    if (!word.empty()) reported.finish = word;
    if (usage_of(chunk).present()) {
      reported.usage = usage_of(chunk);
      reported.event = chunk.event;
    }
    reported.has_text = reported.has_text || !choice["delta"]["content"].text().empty();
    reported.reasoned = reported.reasoned || has_reasoning(choice["delta"], reported.usage);
  }
  if (!reported.event) return std::nullopt;
  return reported;
}

/// Judges every usage object there is: of plain answers, and the last one of each stream.
Judgement each_usage(const Transcript& transcript,
                     const std::function<Judgement(const Reported&)>& judge) {
  bool judged = false;
  Judgement plain = each_answer(transcript, [&](const Exchange& exchange) {
    const Reported reported = from_answer(exchange);
    if (!reported.usage.is(JsonType::object)) return good();
    judged = true;
    return judge(reported);
  });
  if (plain.kind == Judgement::Kind::broken) return plain;
  Judgement streamed = each_stream(transcript, [&](const Stream& stream) {
    const std::optional<Reported> reported = from_stream(stream);
    if (!reported || !reported->usage.is(JsonType::object)) return good();
    judged = true;
    return judge(*reported);
  });
  if (streamed.kind == Judgement::Kind::broken) return streamed;
  return judged ? good() : inconclusive("no answer reports usage");
}

Judgement present(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const JsonRef usage = exchange.json.root()["usage"];
    if (usage.is(JsonType::object)) return good();
    return broken("usage is " + kind_name(usage), at(exchange, usage));
  });
}

Judgement ints(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    for (const char* key : {"prompt_tokens", "completion_tokens", "total_tokens"}) {
      const JsonRef value = reported.usage[key];
      const Count count = value.integer();
      if (count && *count >= 0) continue;
      return broken("usage." + std::string(key) + " is " + kind_name(value),
                    reported.at_value(value.present() ? value : reported.usage));
    }
    return good();
  });
}

Judgement sum(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    const Count prompt = reported.prompt();
    const Count completion = reported.completion();
    const Count total = reported.total();
    if (!prompt || !completion || !total) return good();  // usage.ints
    const std::int64_t rest = *total - *prompt - *completion;
    const bool reasoning_outside = rest > 0 && reported.reasoning() == rest;
    if (rest == 0 || reasoning_outside) return good();
    return broken("total_tokens is " + std::to_string(*total) + ", but " + std::to_string(*prompt) +
                      " + " + std::to_string(*completion) + " is " +
                      std::to_string(*prompt + *completion),
                  reported.at_value(reported.usage["total_tokens"]));
  });
}

Judgement reasoning_additive(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    const Count reasoning = reported.reasoning();
    if (!reasoning || *reasoning <= 0 || !reported.prompt() || !reported.completion() ||
        !reported.total()) {
      return good();
    }
    const std::int64_t rest = *reported.total() - *reported.prompt() - *reported.completion();
    if (rest != *reasoning) return good();
    return broken("reasoning_tokens are not part of completion_tokens",
                  reported.at_value(reported.usage["completion_tokens"]));
  });
}

Judgement prompt_positive(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    if (reported.prompt() != 0) return good();
    return broken("prompt_tokens is 0 for a prompt that is not empty",
                  reported.at_value(reported.usage["prompt_tokens"]));
  });
}

Judgement completion_positive(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    if (reported.completion() != 0 || !reported.has_text) return good();
    return broken("completion_tokens is 0 although text came",
                  reported.at_value(reported.usage["completion_tokens"]));
  });
}

Judgement completion_cap(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    const std::int64_t cap = reported.exchange->max_tokens;
    const Count completion = reported.completion();
    if (cap == 0 || !completion || *completion <= cap) return good();
    const std::string message = "max_tokens is " + std::to_string(cap) + ", completion_tokens is " +
                                std::to_string(*completion);
    const Evidence evidence = reported.at_value(reported.usage["completion_tokens"]);
    // One more: some engines count the token that ended the answer.
    return *completion == cap + 1 ? lesser(Severity::info, message, evidence)
                                  : broken(message, evidence);
  });
}

Judgement length_equals_cap(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    const std::int64_t cap = reported.exchange->max_tokens;
    const Count completion = reported.completion();
    if (reported.finish != "length" || cap == 0 || !completion) return good();
    // 0 although text came has its own rule.
    if (*completion >= cap - 1 || *completion == 0) return good();
    const std::string message = "finish_reason is length at " + std::to_string(*completion) +
                                " of " + std::to_string(cap) + " tokens";
    const Evidence evidence = reported.at_value(reported.usage["completion_tokens"]);
    // Hidden reasoning fills the budget without being counted.
    return reported.reasoned ? lesser(Severity::info, message, evidence)
                             : broken(message, evidence);
  });
}

/// prompt_tokens of a plain probe; nothing when it was not answered with one.
Count prompt_tokens(const Transcript& transcript, const char* probe) {
  const Exchange* exchange = transcript.find(probe);
  if (exchange == nullptr || !exchange->ok()) return std::nullopt;
  return exchange->json.root()["usage"]["prompt_tokens"].integer();
}

Evidence at_prompt_tokens(const Transcript& transcript, const char* probe) {
  const Exchange& exchange = *transcript.find(probe);
  return at(exchange, exchange.json.root()["usage"]["prompt_tokens"]);
}

/// `longer` must cost more prompt tokens than the basic prompt.
Judgement costs_more(const Transcript& transcript, const char* longer, const char* what) {
  const Count basic = prompt_tokens(transcript, "basic");
  const Count more = prompt_tokens(transcript, longer);
  if (!basic || !more) return inconclusive("prompt tokens were not reported for both prompts");
  if (*basic == 0) return inconclusive("prompt_tokens is 0: see usage.prompt-positive");
  if (*more > *basic) return good();
  return broken(std::string(what) + " counts " + std::to_string(*more) +
                    " prompt tokens, without it " + std::to_string(*basic),
                at_prompt_tokens(transcript, longer));
}

Judgement prompt_monotonic(const Transcript& transcript) {
  return costs_more(transcript, "long-prompt", "a prompt with 400 bytes more");
}

Judgement system_counted(const Transcript& transcript) {
  return costs_more(transcript, "system", "a system message of 400 bytes");
}

Judgement prompt_slope(const Transcript& transcript) {
  const Count basic = prompt_tokens(transcript, "basic");
  const Count more = prompt_tokens(transcript, "long-prompt");
  if (!basic || !more || *more <= *basic) return inconclusive("see usage.prompt-monotonic");
  const Exchange& short_one = *transcript.find("basic");
  const Exchange& long_one = *transcript.find("long-prompt");
  const auto bytes = static_cast<std::int64_t>(long_one.request_body.size()) -
                     static_cast<std::int64_t>(short_one.request_body.size());
  const std::int64_t tokens = *more - *basic;
  if (bytes <= 0 || (tokens * 16 >= bytes && tokens <= bytes)) return good();
  return broken(std::to_string(bytes) + " more bytes of prompt cost " + std::to_string(tokens) +
                    " more tokens",
                at_prompt_tokens(transcript, "long-prompt"));
}

/// Two counts of one prompt; a small difference is only worth a remark.
Judgement same_count(Count first, Count second, const std::string& what, const Evidence& evidence) {
  if (!first || !second) return inconclusive("prompt tokens were not reported twice");
  if (*first == *second) return good();
  const std::string message =
      what + ": prompt_tokens " + std::to_string(*first) + " and " + std::to_string(*second);
  return std::llabs(*first - *second) <= 3 ? lesser(Severity::info, message, evidence)
                                           : broken(message, evidence);
}

Judgement repeatable(const Transcript& transcript) {
  const Count second = prompt_tokens(transcript, "basic-again");
  const Evidence evidence = second ? at_prompt_tokens(transcript, "basic-again") : Evidence();
  return same_count(prompt_tokens(transcript, "basic"), second, "the same request twice", evidence);
}

Judgement stream_equals(const Transcript& transcript) {
  const Exchange* exchange = transcript.find("cap-stream");
  if (exchange == nullptr || !exchange->ok()) return inconclusive("no stream to compare with");
  const Stream stream = read_stream(*exchange);
  const std::optional<Reported> reported = from_stream(stream);
  if (!reported) return inconclusive("the stream reports no usage");
  return same_count(prompt_tokens(transcript, "cap"), reported->prompt(),
                    "the same prompt plain and streamed",
                    reported->at_value(reported->usage["prompt_tokens"]));
}

Judgement details_bounds(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    const auto over = [&](const JsonRef& part, Count whole) {
      const Count count = part.integer();
      return count && (*count < 0 || (whole && *count > *whole));
    };
    const JsonRef cached = reported.usage["prompt_tokens_details"]["cached_tokens"];
    const JsonRef reasoning = reported.usage["completion_tokens_details"]["reasoning_tokens"];
    if (over(cached, reported.prompt())) {
      return broken(
          "cached_tokens is " + kind_name(cached) + ", more than prompt_tokens or negative",
          reported.at_value(cached));
    }
    // Reasoning that is counted outside has its own rule.
    const Count whole = reported.total();
    if (over(reasoning, whole)) {
      return broken(
          "reasoning_tokens is " + kind_name(reasoning) + ", more than all tokens or negative",
          reported.at_value(reasoning));
    }
    return good();
  });
}

Judgement details_type(const Transcript& transcript) {
  return each_usage(transcript, [](const Reported& reported) {
    for (const char* key : {"prompt_tokens_details", "completion_tokens_details"}) {
      const JsonRef value = reported.usage[key];
      const bool empty = value.is(JsonType::object) && value.size() == 0;
      if (!value.is(JsonType::null) && !empty) continue;
      return broken(std::string(key) + " is " + (empty ? "an empty object" : "null"),
                    reported.at_value(value));
    }
    return good();
  });
}

constexpr std::string_view kSource = "OpenAI API reference, completion usage";
constexpr std::string_view kOptions = "OpenAI API reference, stream_options";

constexpr Rule kRules[] = {
    {"usage.present", Severity::must, Need::any, "Answers report usage.", kSource,
     "nothing can be billed", "Send usage with every answer.", present},
    {"usage.ints", Severity::must, Need::any,
     "prompt_tokens, completion_tokens and total_tokens are integers.", kSource,
     "typed clients: agentgateway/agentgateway#1464, MiniMax-AI/MiniMax-M2.5#2",
     "Send all three as JSON integers.", ints},
    {"usage.sum", Severity::must, Need::any, "total_tokens is the sum of the other two.", kSource,
     "wrong bills: openai/openai-python#2544, mozilla-ai/any-llm#1290",
     "Compute total_tokens from the two.", sum},
    {"usage.reasoning-additive", Severity::should, Need::any,
     "Reasoning tokens are part of completion_tokens.", kSource,
     "cost under-counted: sonami-tech/omni-llm-provider#49, router-for-me/CLIProxyAPI#5733",
     "Add reasoning tokens to completion_tokens.", reasoning_additive},
    {"usage.prompt-positive", Severity::must, Need::any, "A prompt costs tokens.", kSource,
     "mudler/LocalAI#677", "Count the prompt.", prompt_positive},
    {"usage.completion-positive", Severity::must, Need::any, "Text costs completion tokens.",
     kSource, "accounting nonsense: router-for-me/CLIProxyAPI#5733", "Count the answer.",
     completion_positive},
    {"usage.completion-cap", Severity::must, Need::any,
     "completion_tokens does not pass max_tokens.", kSource,
     "budgets overrun: stuartleeks/aoai-simulated-api#34, lemonade-sdk/lemonade#1044",
     "Stop at max_tokens.", completion_cap},
    {"usage.length-equals-cap", Severity::should, Need::text,
     "finish_reason length means that the cap was reached.", kSource,
     "answers look cut that are not", "Say length only at the cap.", length_equals_cap},
    {"usage.prompt-monotonic", Severity::must, Need::any, "A longer prompt costs more tokens.",
     kSource, "bills that do not follow use", "Count the tokens of the prompt.", prompt_monotonic},
    {"usage.prompt-slope", Severity::info, Need::any, "A token stands for 1 to 16 bytes of prompt.",
     kSource, "token estimates of clients", "Check that prompt_tokens counts tokens.",
     prompt_slope},
    {"usage.repeatable", Severity::should, Need::any,
     "The same request costs the same prompt tokens.", kSource, "bills that cannot be checked",
     "Count the whole prompt, cached parts included.", repeatable},
    {"usage.stream-equals", Severity::should, Need::any,
     "A prompt costs the same streamed and plain.", kSource, "bills that depend on streaming",
     "Count both in one place.", stream_equals},
    {"usage.details-bounds", Severity::should, Need::any, "Parts are not larger than the whole.",
     kSource, "negative costs: prism-php/prism#1017", "Count cached tokens within prompt_tokens.",
     details_bounds},
    {"usage.details-type", Severity::info, Need::any, "Details hold counts or are left out.",
     kSource, "defog-ai/defog#83", "Leave empty details out.", details_type},
    {"usage.system-counted", Severity::should, Need::any, "The system message is used and counted.",
     kSource, "instructions silently dropped", "Pass the system message to the model.",
     system_counted},
    {"usage.stream-optin", Severity::must, Need::any, "include_usage is honoured.", kOptions,
     "0 tokens and 0 cost in gateways: router-for-me/CLIProxyAPI#2111, "
     "UKGovernmentBEIS/inspect_ai#4694, baptisteArno/typebot.io#1872",
     "Send one usage chunk before [DONE].", usage_in_stream},
    {"usage.stream-option-accepted", Severity::must, Need::any, "stream_options is accepted.",
     kOptions,
     "the whole request fails: vercel/ai#1578, vybestack/llxprt-code#114, "
     "langgenius/dify-plugin-sdks#50",
     "Accept stream_options.", usage_option_accepted},
    {"usage.stream-place", Severity::should, Need::any,
     "Usage comes in a last chunk of its own with choices: [].", kOptions,
     "router-for-me/CLIProxyAPI#3076", "Send usage after the finish chunk.", usage_in_own_chunk},
    {"usage.stream-unasked", Severity::should, Need::any,
     "No usage chunk is sent that was not asked for.", kOptions,
     "choices[0] IndexError: Arthur-Ficial/apfel#100", "Send it only with include_usage.",
     usage_only_when_asked},
    {"usage.stream-every-chunk", Severity::should, Need::any, "Usage is reported once per stream.",
     kOptions,
     "clients add them up: RooCodeInc/Roo-Code#1227, ogx-ai/ogx#5122, "
     "router-for-me/CLIProxyAPI#3076",
     "Send usage: null in all other chunks.", usage_sent_once},
    {"usage.stream-final-is-max", Severity::must, Need::any, "The last usage is the final one.",
     kOptions, "bills of the wrong count: router-for-me/CLIProxyAPI#3076",
     "Send the final counts last.", usage_last_is_final},
    {"usage.before-done", Severity::must, Need::any, "Usage comes before [DONE].", kOptions,
     "clients stop reading at [DONE]: Continuum-AI-Corp/OrcaRouter-Lite#154",
     "Send usage, then [DONE].", usage_before_done},
};

}  // namespace

std::span<const Rule> usage_rules() {
  return kRules;
}

}  // namespace arouter::validate
