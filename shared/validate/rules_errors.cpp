// Errors: how bad requests are refused.
#include <algorithm>
#include <array>

#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

constexpr const char* kBadRequests[] = {"bad-json", "no-messages", "messages-string"};

const Exchange* answered(const Transcript& transcript, std::string_view probe) {
  const Exchange* exchange = transcript.find(probe);
  const bool usable = exchange != nullptr && exchange->answered() && !exchange->throttled();
  return usable ? exchange : nullptr;
}

std::string status_of(const Exchange& exchange) {
  return "status " + std::to_string(exchange.status());
}

std::string what_of(const Exchange& exchange) {
  if (exchange.probe == "bad-json") return "a body that is not JSON";
  if (exchange.probe == "no-messages") return "a request without messages";
  if (exchange.probe == "messages-string") return "messages as a string";
  return "the bad request \"" + exchange.probe + "\"";
}

Judgement status_4xx(const Transcript& transcript) {
  bool judged = false;
  for (const char* probe : kBadRequests) {
    const Exchange* exchange = answered(transcript, probe);
    if (exchange == nullptr) continue;
    judged = true;
    const int status = exchange->status();
    if (status >= 400 && status < 500) continue;
    const std::string message = what_of(*exchange) + " gets " + status_of(*exchange);
    // A string for messages may be a courtesy of the server.
    const bool lenient = status < 300 && exchange->probe == "messages-string";
    return lenient ? lesser(Severity::should, message, at(*exchange, 0))
                   : broken(message, at(*exchange, 0));
  }
  return judged ? good() : inconclusive("no bad request was answered");
}

Judgement status_400(const Transcript& transcript) {
  for (const char* probe : kBadRequests) {
    const Exchange* exchange = answered(transcript, probe);
    if (exchange == nullptr || exchange->status() != 422) continue;
    return broken(what_of(*exchange) + " gets 422 where OpenAI answers 400", at(*exchange));
  }
  return good();
}

Judgement json_body(const Transcript& transcript) {
  return each_refusal(transcript, [](const Exchange& exchange) {
    if (exchange.json.root().is(JsonType::object)) return good();
    const bool array = exchange.json.root().is(JsonType::array);
    if (array) return good();  // err.shape
    const std::string message = "the body of " + status_of(exchange) +
                                (exchange.response.body.empty() ? " is empty" : " is not JSON");
    const bool gateway = exchange.status() == 502 || exchange.status() == 504;
    return gateway ? lesser(Severity::should, message, at(exchange, 0))
                   : broken(message, at(exchange, 0));
  });
}

/// The message of an error in one of the shapes that are about; absent when there is none.
JsonRef other_message(const JsonRef& body) {
  for (const char* key : {"message", "detail", "error", "msg", "error_message"}) {
    if (body[key].is(JsonType::string)) return body[key];
  }
  return body.is(JsonType::array) ? body.at(0)["error"]["message"] : JsonRef();
}

Judgement shape(const Transcript& transcript) {
  return each_refusal(transcript, [](const Exchange& exchange) {
    const JsonRef body = exchange.json.root();
    const bool structured = body.is(JsonType::object) || body.is(JsonType::array);
    if (!structured) return good();  // err.json
    if (body["error"]["message"].is(JsonType::string)) return good();
    const JsonRef other = other_message(body);
    if (other.present()) {
      return broken("the message stands in " + quoted(other.path()) + ", not in error.message",
                    at(exchange, other));
    }
    return broken("there is no error.message", at(exchange, body));
  });
}

/// Judges the error object of every refusal that has one.
Judgement each_error(const Transcript& transcript,
                     const std::function<Judgement(const Exchange&, const JsonRef&)>& judge) {
  bool judged = false;
  Judgement found = each_refusal(transcript, [&](const Exchange& exchange) {
    const JsonRef error = exchange.json.root()["error"];
    if (!error.is(JsonType::object)) return good();
    judged = true;
    return judge(exchange, error);
  });
  return judged ? found : inconclusive("no refusal has an error object");
}

Judgement message_nonempty(const Transcript& transcript) {
  return each_error(transcript, [](const Exchange& exchange, const JsonRef& error) {
    const JsonRef value = error["message"];
    if (!value.is(JsonType::string) || !value.text().empty()) return good();
    return broken("error.message is empty", at(exchange, value));
  });
}

Judgement type(const Transcript& transcript) {
  return each_error(transcript, [](const Exchange& exchange, const JsonRef& error) {
    const JsonRef value = error["type"];
    if (value.is(JsonType::string)) return good();
    return broken("error.type is " + kind_name(value),
                  at(exchange, value.present() ? value : error));
  });
}

Judgement code_type(const Transcript& transcript) {
  return each_error(transcript, [](const Exchange& exchange, const JsonRef& error) {
    const JsonRef value = error["code"];
    if (value.absent_or_null() || value.is(JsonType::string)) return good();
    const std::string message = "error.code is " + kind_name(value);
    if (value.integer() == exchange.status()) {
      return lesser(Severity::info, message + ", the status", at(exchange, value));
    }
    return broken(message, at(exchange, value));
  });
}

Judgement param(const Transcript& transcript) {
  return each_error(transcript, [](const Exchange& exchange, const JsonRef& error) {
    if (error["param"].present()) return good();
    return broken("error.param is missing", at(exchange, error));
  });
}

Judgement unknown_model(const Transcript& transcript) {
  const Exchange* exchange = answered(transcript, "unknown-model");
  if (exchange == nullptr) return inconclusive("no answer, or only 429 and 503");
  const int status = exchange->status();
  if (status == 404 || status == 400) return good();
  const bool served = status < 300;
  const std::string message =
      "an unknown model " + (served ? std::string("is served") : "gets " + status_of(*exchange));
  if (transcript.any_model && status < 500) return skipped("the provider serves any model name");
  if (!served && status < 500) return lesser(Severity::should, message, at(*exchange, 0));
  return broken(served ? message + " (say --any-model for a server of one model)" : message,
                at(*exchange, 0));
}

Judgement unknown_route(const Transcript& transcript) {
  const Exchange* exchange = answered(transcript, "unknown-route");
  if (exchange == nullptr) return inconclusive("no answer to the probe");
  const int status = exchange->status();
  if (status >= 400 && status < 500) return good();
  return broken("an unknown path gets " + status_of(*exchange), at(*exchange, 0));
}

Judgement method(const Transcript& transcript) {
  const Exchange* exchange = answered(transcript, "get-chat");
  if (exchange == nullptr) return inconclusive("no answer to the probe");
  if (exchange->status() < 500 || exchange->status() == 501) return good();
  return broken("GET of the chat route gets " + status_of(*exchange), at(*exchange, 0));
}

Judgement no_stacktrace(const Transcript& transcript) {
  return each_refusal(transcript, [](const Exchange& exchange) {
    constexpr std::array<std::string_view, 8> marks{"Traceback (most recent call last)",
                                                    "/site-packages/",
                                                    "/dist-packages/",
                                                    "goroutine 1 [",
                                                    ".java:",
                                                    "node_modules/",
                                                    "File \\\"/",
                                                    "panic: runtime"};
    for (const std::string_view mark : marks) {
      const std::size_t found = exchange.response.body.find(mark);
      if (found == std::string::npos) continue;
      return broken("an error shows the server's inside: " + quoted(mark), at(exchange, found));
    }
    return good();
  });
}

Judgement retry_after(const Transcript& transcript) {
  bool seen = false;
  for (const Exchange& exchange : transcript.exchanges) {
    if (!exchange.saw_throttle) continue;
    seen = true;
    if (!exchange.throttle_said_when) {
      return broken("429 or 503 without a Retry-After that can be read", at(exchange));
    }
  }
  return seen ? good() : skipped("nothing was rate limited, and nothing is provoked");
}

Judgement stream_request(const Transcript& transcript) {
  const Exchange* exchange = answered(transcript, "bad-stream");
  if (exchange == nullptr) return inconclusive("no answer to the probe");
  if (!exchange->ok() || exchange->sse.data_lines == 0) return good();
  if (joined_content(read_stream(*exchange)).empty()) return good();  // stream.error-*
  return broken("a bad request with stream: true is served as a stream", at(*exchange, 0));
}

Judgement fast(const Transcript& transcript) {
  return each_refusal(transcript, [](const Exchange& exchange) {
    if (exchange.duration_ms <= 10'000) return good();
    return broken("a refusal took " + std::to_string(exchange.duration_ms) + " ms", at(exchange));
  });
}

Judgement bad_schema(const Transcript& transcript) {
  const Exchange* exchange = answered(transcript, "bad-response-format");
  if (exchange == nullptr) return inconclusive("no answer to the probe");
  const std::string message = "a response_format that is no schema gets " + status_of(*exchange);
  if (exchange->status() >= 500) return broken(message, at(*exchange, 0));
  return exchange->ok() ? lesser(Severity::info, message, at(*exchange, 0)) : good();
}

constexpr std::string_view kSource = "OpenAI API reference, error codes";

constexpr Rule kRules[] = {
    {"err.status-4xx", Severity::must, Need::any, "Bad requests get a 4xx status.", kSource,
     "clients retry a 5xx for ever: vllm-project/vllm#17664", "Answer 400.", status_4xx},
    {"err.status-400", Severity::info, Need::any, "Bad requests get 400.", kSource,
     "tbphp/gpt-load#743", "Answer 400 instead of 422.", status_400},
    {"err.json", Severity::must, Need::any, "Errors have a JSON object as body.", kSource,
     "SDKs show \"unknown error\": lynote-ai/humanize-text#55, "
     "musistudio/claude-code-router#204",
     "Send the error object as application/json.", json_body},
    {"err.shape", Severity::should, Need::any, "Errors are {\"error\":{\"message\":…}}.", kSource,
     "the message is not found: vllm-project/vllm#12886, sgl-project/sglang#7487, "
     "FuzzAnything/PromptFuzz#42, coreply/coreply#18",
     "Wrap the message in error.message.", shape},
    {"err.message-nonempty", Severity::should, Need::any, "Errors say what is wrong.", kSource,
     "vllm-project/vllm#35438", "Write a message.", message_nonempty},
    {"err.type", Severity::should, Need::any, "Errors have a type.", kSource,
     "clients that choose by type", "Send error.type as a string.", type},
    {"err.code-type", Severity::should, Need::any, "error.code is a string or null.", kSource,
     "typed clients: vllm-project/vllm#37011, nodetool-ai/nodetool#5755",
     "Send the code as a word.", code_type},
    {"err.param", Severity::info, Need::any, "Errors have a param.", kSource,
     "the field at fault is not shown", "Name the field, or send null.", param},
    {"err.unknown-model", Severity::must, Need::any, "An unknown model gets 404.", kSource,
     "typing errors are billed, fallbacks never start: runpod-workers/worker-vllm#57, "
     "Wei-Shaw/sub2api#1489, ollama/ollama#6646",
     "Answer 404 with code model_not_found.", unknown_model},
    {"err.unknown-route", Severity::should, Need::any, "An unknown path gets 404.", kSource,
     "wrong base URLs go unnoticed: epam/ai-dial-chat#7926", "Answer 404.", unknown_route},
    {"err.method", Severity::info, Need::any, "A wrong method does not crash the server.",
     "RFC 9110 section 15.5.6", "health checks", "Answer 405.", method},
    {"err.no-stacktrace", Severity::should, Need::any, "Errors show no stack trace.", kSource,
     "secrets and paths leak: vllm-project/vllm#57997", "Log it; send a sentence.", no_stacktrace},
    {"err.retry-after", Severity::info, Need::any, "429 and 503 say when to come back.",
     "RFC 9110 section 10.2.3",
     "clients guess: BerriAI/litellm#4695, "
     "anthropics/anthropic-sdk-typescript#357",
     "Send Retry-After in seconds.", retry_after},
    {"err.stream-request", Severity::should, Need::any,
     "Bad requests are refused when they ask for a stream.", kSource, "BerriAI/litellm#25505",
     "Check the request before the stream begins.", stream_request},
    {"err.fast", Severity::info, Need::any, "Refusals come within 10 s.", kSource,
     "users wait for a refusal", "Check the request before queueing it.", fast},
    {"json.schema-bad", Severity::must, Need::any,
     "A malformed response_format does not crash the server.", kSource,
     "clients retry for ever: vllm-project/vllm#35438, ggml-org/llama.cpp#23463", "Answer 400.",
     bad_schema},
};

}  // namespace

std::span<const Rule> error_rules() {
  return kRules;
}

}  // namespace arouter::validate
