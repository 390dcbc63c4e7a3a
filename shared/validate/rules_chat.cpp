// Plain chat completions: the JSON of one answer.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>

#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

JsonRef root(const Exchange& exchange) {
  return exchange.json.root();
}

/// Judges every choice of every answer.
Judgement each_choice(const Transcript& transcript,
                      const std::function<Judgement(const Exchange&, const JsonRef&)>& judge) {
  return each_answer(transcript, [&](const Exchange& exchange) {
    Judgement worst;
    for (const JsonRef& choice : root(exchange)["choices"].children()) {
      keep_worse(worst, judge(exchange, choice));
    }
    return worst;
  });
}

/// Judges every message of every answer; choices without one have a finding of their own.
Judgement each_message(const Transcript& transcript,
                       const std::function<Judgement(const Exchange&, const JsonRef& choice,
                                                     const JsonRef& message)>& judge) {
  return each_choice(transcript, [&](const Exchange& exchange, const JsonRef& choice) {
    const JsonRef message = choice["message"];
    return message.is(JsonType::object) ? judge(exchange, choice, message) : good();
  });
}

/// Judges the body of every whole 2xx answer to a plain request, JSON or not.
Judgement each_body(const Transcript& transcript,
                    const std::function<Judgement(const Exchange&)>& judge) {
  bool judged = false;
  for (const Exchange& exchange : transcript.exchanges) {
    if (exchange.expect != Expect::answer || !exchange.ok()) continue;
    judged = true;
    Judgement found = judge(exchange);
    if (found.kind == Judgement::Kind::broken) return found;
  }
  return judged ? good() : inconclusive("no plain chat was answered with success");
}

/// Plain requests that every provider has to serve; those with something special have their rules.
Judgement requests_accepted(const Transcript& transcript) {
  bool judged = false;
  for (const char* probe : {"basic", "basic-again", "cap", "long-prompt", "system", "parallel-1",
                            "parallel-2", "parallel-3", "parallel-4"}) {
    const Exchange* exchange = transcript.find(probe);
    if (exchange == nullptr || !exchange->answered() || exchange->throttled()) continue;
    judged = true;
    if (exchange->status() < 400) continue;
    return broken("a plain request is refused with status " + std::to_string(exchange->status()),
                  at(*exchange, 0));
  }
  return judged ? good() : inconclusive("no plain chat was answered");
}

Judgement strict_json(const Transcript& transcript) {
  return each_body(transcript, [](const Exchange& exchange) {
    if (exchange.json.faults().empty()) return good();
    const JsonFault& fault = exchange.json.faults().front();
    return broken("the answer is not strict JSON: " + fault.what, at(exchange, fault.offset));
  });
}

Judgement duplicate_keys(const Transcript& transcript) {
  return each_body(transcript, [](const Exchange& exchange) {
    if (exchange.json.duplicate_keys().empty()) return good();
    const JsonFault& first = exchange.json.duplicate_keys().front();
    return broken("the key " + quoted(first.what) + " stands twice in one object",
                  at(exchange, first.offset));
  });
}

Judgement no_error_in_200(const Transcript& transcript) {
  return each_body(transcript, [](const Exchange& exchange) {
    const JsonRef error = error_in(root(exchange));
    if (!error.present()) return good();
    return broken("status " + std::to_string(exchange.status()) + " carries an error",
                  at(exchange, error));
  });
}

Judgement id(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const JsonRef value = root(exchange)["id"];
    if (!value.text().empty()) return good();
    return broken("id is " + kind_name(value), at(exchange, value));
  });
}

Judgement id_unique(const Transcript& transcript) {
  std::set<std::string> seen;
  return each_answer(transcript, [&](const Exchange& exchange) {
    const JsonRef value = root(exchange)["id"];
    const std::string text = value.text();
    if (text.empty() || seen.insert(text).second) return good();
    const std::string message = "two answers have the same id " + quoted(text);
    for (const HeaderLine& field : exchange.response.fields) {
      if (field.name.find("ache") == std::string::npos) continue;
      const bool hit = field.value.find("hit") != std::string::npos ||
                       field.value.find("HIT") != std::string::npos;
      if (hit) return lesser(Severity::info, message + " (from a cache)", at(exchange, value));
    }
    return broken(message, at(exchange, value));
  });
}

Judgement object(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const JsonRef value = root(exchange)["object"];
    if (value.text() == "chat.completion") return good();
    return broken("object is " + kind_name(value), at(exchange, value));
  });
}

Judgement created_int(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const JsonRef value = root(exchange)["created"];
    if (value.integer()) return good();
    return broken("created is " + kind_name(value), at(exchange, value));
  });
}

/// The server's own clock, from Date; nothing when it does not tell.
std::optional<std::int64_t> date_of(const Exchange& exchange) {
  const std::string* date = exchange.response.find("date");
  std::tm broken_down{};
  if (date == nullptr) return std::nullopt;
  const char* end = ::strptime(date->c_str(), "%a, %d %b %Y %H:%M:%S GMT", &broken_down);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return static_cast<std::int64_t>(::timegm(&broken_down));
}

Judgement created_seconds(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const JsonRef value = root(exchange)["created"];
    const std::optional<std::int64_t> created = value.integer();
    if (!created) return good();
    if (*created == 0) return lesser(Severity::info, "created is 0", at(exchange, value));
    if (*created > 100'000'000'000) {
      return broken("created is in milliseconds: " + std::to_string(*created), at(exchange, value));
    }
    constexpr std::int64_t kDay = 86'400;
    // Either clock will do: it may be ours that is wrong.
    const std::int64_t date = date_of(exchange).value_or(exchange.began_unix_s);
    if (std::llabs(*created - exchange.began_unix_s) <= kDay) return good();
    if (std::llabs(*created - date) <= kDay) return good();
    return broken("created is more than a day from now: " + std::to_string(*created),
                  at(exchange, value));
  });
}

Judgement model_present(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const JsonRef value = root(exchange)["model"];
    if (!value.text().empty()) return good();
    return broken("model is " + kind_name(value), at(exchange, value));
  });
}

std::string bare_model(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return lower_case(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

Judgement model_echo(const Transcript& transcript) {
  const std::string asked = bare_model(transcript.model);
  return each_answer(transcript, [&](const Exchange& exchange) {
    const JsonRef value = root(exchange)["model"];
    const std::string told = bare_model(value.text());
    if (told.empty() || told.find(asked) != std::string::npos ||
        asked.find(told) != std::string::npos) {
      return good();
    }
    return broken("asked for " + quoted(transcript.model) + ", model says " + quoted(value.text()),
                  at(exchange, value));
  });
}

Judgement choices(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const JsonRef value = root(exchange)["choices"];
    if (value.size() > 0 && value.is(JsonType::array)) return good();
    if (value.is(JsonType::array)) return broken("choices is empty", at(exchange, value));
    return broken("choices is " + kind_name(value), at(exchange, value));
  });
}

Judgement choice_index(const Transcript& transcript) {
  return each_choice(transcript, [](const Exchange& exchange, const JsonRef& choice) {
    const JsonRef value = choice["index"];
    const auto count = static_cast<std::int64_t>(root(exchange)["choices"].size());
    const std::optional<std::int64_t> index = value.integer();
    if (index && *index >= 0 && *index < count) return good();
    return broken(
        "a choice's index is " + kind_name(value) + " among " + std::to_string(count) + " choices",
        at(exchange, value.present() ? value : choice));
  });
}

Judgement message(const Transcript& transcript) {
  return each_choice(transcript, [](const Exchange& exchange, const JsonRef& choice) {
    const JsonRef value = choice["message"];
    if (value.is(JsonType::object)) return good();
    return broken("a choice's message is " + kind_name(value),
                  at(exchange, value.present() ? value : choice));
  });
}

Judgement role(const Transcript& transcript) {
  return each_message(transcript,
                      [](const Exchange& exchange, const JsonRef&, const JsonRef& told) {
                        const JsonRef value = told["role"];
                        if (value.text() == "assistant") return good();
                        return broken("the message's role is " + kind_name(value),
                                      at(exchange, value.present() ? value : told));
                      });
}

/// The reasoning text of a message, under either of its names; "" when there is none.
std::string reasoning_of(const JsonRef& told) {
  return told["reasoning_content"].text() + told["reasoning"].text();
}

Judgement content_type(const Transcript& transcript) {
  return each_message(transcript, [](const Exchange& exchange, const JsonRef& choice,
                                     const JsonRef& told) {
    const JsonRef value = told["content"];
    if (value.is(JsonType::string)) return good();
    if (!value.absent_or_null()) {
      return broken("content is " + kind_name(value), at(exchange, value));
    }
    const std::string finish = choice["finish_reason"].text();
    const bool excused = told["tool_calls"].size() > 0 || !told["refusal"].text().empty() ||
                         !told["function_call"].absent_or_null() || !reasoning_of(told).empty() ||
                         finish == "length" || finish == "content_filter";
    if (excused) return good();
    return broken("content is " + kind_name(value) + " and nothing stands in its place",
                  at(exchange, value.present() ? value : told));
  });
}

Judgement content_nonempty(const Transcript& transcript) {
  bool budget_too_small = false;
  bool some_text = false;
  const Judgement found = each_message(
      transcript, [&](const Exchange& exchange, const JsonRef& choice, const JsonRef& told) {
        if (!told["content"].text().empty() || told["tool_calls"].size() > 0) {
          some_text = true;
          return good();
        }
        const std::string finish = choice["finish_reason"].text();
        if (finish == "length" || finish == "content_filter" || !reasoning_of(told).empty()) {
          budget_too_small = true;
          return good();
        }
        return broken("the answer is empty", at(exchange, told));
      });
  // One empty answer of many may be the model's choice; none with text is the server's fault.
  if (some_text || found.kind == Judgement::Kind::inconclusive) return some_text ? good() : found;
  if (budget_too_small) {
    return inconclusive("every answer spent its token budget before any content (reasoning?)");
  }
  return found;
}

Judgement finish_enum(const Transcript& transcript) {
  return each_choice(transcript, [](const Exchange& exchange, const JsonRef& choice) {
    const JsonRef value = choice["finish_reason"];
    return judge_finish_reason(value, at(exchange, value.present() ? value : choice));
  });
}

Judgement tool_calls_null(const Transcript& transcript) {
  return each_message(
      transcript, [](const Exchange& exchange, const JsonRef&, const JsonRef& told) {
        for (const char* key : {"tool_calls", "function_call"}) {
          const JsonRef value = told[key];
          const bool empty_list = value.is(JsonType::array) && value.size() == 0;
          if (!value.is(JsonType::null) && !empty_list) continue;
          return broken(std::string(key) + " is " + (empty_list ? "an empty array" : "null") +
                            " where it should be left out",
                        at(exchange, value));
        }
        return good();
      });
}

/// A request that must not be refused; `what` names it.
Judgement accepted(const Transcript& transcript, const char* probe, const std::string& what) {
  const Exchange* exchange = transcript.find(probe);
  if (exchange == nullptr || !exchange->answered()) return inconclusive("no answer to the probe");
  if (exchange->throttled()) return inconclusive("the probe was rate limited");
  if (exchange->status() < 400) return good();  // redirects have a rule of their own
  return broken(what + " is refused with status " + std::to_string(exchange->status()),
                at(*exchange, 0));
}

Judgement parts_accepted(const Transcript& transcript) {
  return accepted(transcript, "parts", "content as an array of text parts");
}

Judgement developer_role(const Transcript& transcript) {
  return accepted(transcript, "developer-role", "a message of role developer");
}

Judgement unknown_param(const Transcript& transcript) {
  const Exchange* exchange = transcript.find("unknown-param");
  if (exchange == nullptr || !exchange->answered()) return inconclusive("no answer to the probe");
  if (exchange->status() < 500 || exchange->throttled()) return good();
  return broken("an unknown key in the request gives status " + std::to_string(exchange->status()),
                at(*exchange, 0));
}

constexpr std::string_view kSource = "OpenAI API reference, chat completion object";

constexpr Rule kRules[] = {
    {"chat.accepted", Severity::must, Need::any, "Plain requests are served.",
     "OpenAI API reference, create chat completion", "every client",
     "Serve user and system messages of any length that fits.", requests_accepted},
    {"json.strict", Severity::must, Need::any, "Answers are strict JSON.", "RFC 8259",
     "every strict parser: sgl-project/sglang#5984, vllm-project/vllm#10234",
     "Serialise with a JSON library and map NaN to null.", strict_json},
    {"json.duplicate-keys", Severity::should, Need::any, "No key stands twice in an object.",
     "RFC 8259 section 4", "parsers differ in which one they keep", "Write each key once.",
     duplicate_keys},
    {"chat.id", Severity::must, Need::any, "id is a string that is not empty.", kSource,
     "typed SDKs: openvinotoolkit/model_server#3553, "
     "huggingface/text-generation-inference#1782",
     "Make an id per answer.", id},
    {"chat.id-unique", Severity::should, Need::any, "Every answer has an id of its own.", kSource,
     "billing and tracing join answers by id", "Make a random id per answer.", id_unique},
    {"chat.object", Severity::must, Need::any, "object is \"chat.completion\".", kSource,
     "SDKs that choose a type by it: AbanteAI/archive-old-cli-mentat#429",
     "Set object to chat.completion.", object},
    {"chat.created-int", Severity::must, Need::any, "created is an integer.", kSource,
     "Go and Rust decoders refuse everything: siyuan-note/siyuan#14787, spiceai/spiceai#5418, "
     "sashabaranov/go-openai#1003, peach0x33a/cmdcode2api#1",
     "Send Unix time as an integer.", created_int},
    {"chat.created-seconds", Severity::should, Need::any, "created is Unix time in seconds.",
     kSource, "int overflow: mlc-ai/web-llm#829, PawanOsman/OpenCursor#67",
     "Divide milliseconds by 1000.", created_seconds},
    {"chat.model-present", Severity::must, Need::any, "model is a string that is not empty.",
     kSource, "typed SDKs: microsoft/foundry-local#144", "Name the model that answered.",
     model_present},
    {"chat.model-echo", Severity::info, Need::any, "model names the model that was asked for.",
     kSource, "accounting by model: QuantumNous/new-api#7418",
     "Echo the requested name or a dated form of it.", model_echo},
    {"chat.choices", Severity::must, Need::any, "choices is an array with at least one choice.",
     kSource, "NoneType crash: langchain-ai/langchain#32252, openai/openai-agents-python#2850",
     "Answer 200 only with a choice; else an error status.", choices},
    {"chat.choice-index", Severity::must, Need::any, "Choices are numbered from 0.", kSource,
     "typed SDKs: microsoft/foundry-local#144", "Set index to the choice's number.", choice_index},
    {"chat.message", Severity::must, Need::any, "Every choice has a message.", kSource,
     "agentgateway/agentgateway#1464", "Put the text in choices[].message.", message},
    {"chat.role", Severity::must, Need::any, "The message's role is assistant.", kSource,
     "schema validators (Zod, pydantic) refuse the answer", "Set role to assistant.", role},
    {"chat.content-type", Severity::must, Need::any,
     "content is a string, or null beside tool calls or a refusal.", kSource,
     "\"Invalid JSON response\": vercel/ai#17779, 0xPlaygrounds/rig#1656",
     "Join text parts to one string.", content_type},
    {"chat.content-nonempty", Severity::should, Need::text, "Answers hold text.", kSource,
     "empty answers: deepseek-ai/DeepSeek-R1#314", "Check the chat template.", content_nonempty},
    {"chat.finish-enum", Severity::must, Need::any,
     "finish_reason is stop, length, tool_calls, content_filter or function_call.", kSource,
     "agent loops stop or spin: BerriAI/litellm#4654, BerriAI/litellm#12481, "
     "huggingface/text-generation-inference#1724",
     "Map the engine's own words to OpenAI's.", finish_enum},
    {"chat.no-error-in-200", Severity::must, Need::any, "Errors do not come with status 200.",
     kSource,
     "\"no choices\" instead of the cause: runpod-workers/worker-vllm#57, "
     "BerriAI/litellm#27030, nodetool-ai/nodetool#5755, maximhq/bifrost#5963",
     "Answer errors with 4xx or 5xx.", no_error_in_200},
    {"chat.tool-calls-null", Severity::info, Need::any,
     "tool_calls is left out when there are none.", kSource,
     "strict schemas: Effect-TS/effect#8333", "Leave the key out.", tool_calls_null},
    {"chat.parts-accepted", Severity::should, Need::any, "content may be an array of text parts.",
     "OpenAI API reference, create chat completion",
     "nextcloud/integration_openai#236, can1357/oh-my-pi#6341, infiniflow/ragflow#15359",
     "Join the text parts of a request.", parts_accepted},
    {"chat.developer-role", Severity::info, Need::any, "Messages may have the role developer.",
     "OpenAI API reference, create chat completion", "ayunis-core/ayunis-core#719",
     "Treat developer like system.", developer_role},
    {"chat.unknown-param", Severity::should, Need::any,
     "An unknown key in a request does not crash the server.", "OpenAI API reference",
     "new SDK versions add keys: voideditor/void#128", "Ignore it, or answer 400.", unknown_param},
};

}  // namespace

std::span<const Rule> chat_rules() {
  return kRules;
}

}  // namespace arouter::validate
