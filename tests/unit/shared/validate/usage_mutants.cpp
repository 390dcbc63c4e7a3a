#include "tests/unit/shared/validate/mutants.hpp"

namespace arouter::validate {

namespace {

/// Gives `probe` an answer with these counts.
std::function<void(Recording&)> counts(const char* probe, int prompt, int completion,
                                       const char* finish = "stop") {
  return [=](Recording& r) {
    r.body(probe) =
        answer_body(std::string("chatcmpl-") + probe, "one, two", prompt, completion, finish);
  };
}

std::function<void(Recording&)> swap_in(const char* probe, std::string from, std::string to) {
  return [=](Recording& r) { r.swap(probe, from, to); };
}

/// The prompt_tokens that `probe` reports.
int prompt_of(Recording& r, const char* probe) {
  const std::string& body = r.body(probe);
  constexpr std::string_view key = "\"prompt_tokens\":";
  return std::stoi(body.substr(body.find(key) + key.size()));
}

/// `probe` reports as many prompt tokens as the basic prompt, and `more`.
std::function<void(Recording&)> like_basic(const char* probe, int more) {
  return [=](Recording& r) { counts(probe, prompt_of(r, "basic") + more, 2)(r); };
}

constexpr const char* kStream = "stream-usage";
constexpr const char* kStreamId = "chatcmpl-stream-usage";

}  // namespace

std::vector<Mutant> usage_mutants() {
  const auto fail = Outcome::fail;
  const auto warn = Outcome::warn;
  return {
      {"usage.present", fail,
       [](Recording& r) {
         std::string& body = r.body("parts");
         body.replace(body.find("\"usage\":"), std::string::npos, "\"usage\":null}");
       }},
      {"usage.ints", fail,
       swap_in("parts", "\"completion_tokens\":16", "\"completion_tokens\":\"16\"")},
      {"usage.ints", fail,
       swap_in("parts", "\"completion_tokens\":16", "\"completion_tokens\":16.0")},
      {"usage.ints", fail, swap_in("parts", "\"completion_tokens\":16,", "")},
      {"usage.ints", fail,
       swap_in("parts", "\"completion_tokens\":16", "\"completion_tokens\":-1")},
      {"usage.sum", fail, swap_in("parts", "\"completion_tokens\":16", "\"completion_tokens\":15")},
      {"usage.reasoning-additive", warn,
       [](Recording& r) {
         counts("parts", 20, 2)(r);
         r.swap("parts", "\"total_tokens\":22",
                "\"total_tokens\":27,\"completion_tokens_details\":{\"reasoning_tokens\":5}");
       }},
      {"usage.prompt-positive", fail, counts("parts", 0, 2)},
      {"usage.completion-positive", fail, counts("parts", 20, 0)},
      {"usage.completion-cap", fail, counts("parts", 20, 30)},
      {"usage.completion-cap", Outcome::info, counts("parts", 20, 17)},
      {"usage.length-equals-cap", warn, counts("parts", 20, 3, "length")},
      {"usage.prompt-monotonic", fail, like_basic("long-prompt", 0)},
      {"usage.prompt-slope", Outcome::info, like_basic("long-prompt", 2)},
      {"usage.repeatable", warn, like_basic("basic-again", 40)},
      {"usage.repeatable", Outcome::info, like_basic("basic-again", 2)},
      {"usage.stream-equals", warn,
       [](Recording& r) {
         const std::string before = std::to_string(prompt_of(r, "cap-stream"));
         const int wrong = prompt_of(r, "cap-stream") + 30;
         r.swap("cap-stream", usage_event("chatcmpl-cap-stream", std::stoi(before), 8),
                usage_event("chatcmpl-cap-stream", wrong, 8));
       }},
      {"usage.details-bounds", warn,
       swap_in("parts", "\"prompt_tokens\":",
               "\"prompt_tokens_details\":{\"cached_tokens\":5000},\"prompt_tokens\":")},
      {"usage.details-type", Outcome::info,
       swap_in("parts", "\"prompt_tokens\":", "\"prompt_tokens_details\":null,\"prompt_tokens\":")},
      {"usage.system-counted", warn, like_basic("system", 0)},
      {"usage.stream-optin", fail,
       [](Recording& r) {
         r.swap(kStream, usage_event(kStreamId, prompt_of(r, kStream), 30), "");
       }},
      {"usage.stream-option-accepted", fail,
       [](Recording& r) {
         r.answer_with(kStream, "400 Bad Request", error_body("unknown key stream_options"));
       }},
      {"usage.stream-place", warn,
       [](Recording& r) {
         // DeepSeek: usage in the chunk with finish_reason.
         const std::string usage = usage_event(kStreamId, prompt_of(r, kStream), 30);
         r.swap(kStream, usage, "");
         r.swap(kStream, "\"finish_reason\":\"stop\"}]",
                "\"finish_reason\":\"stop\"}]," +
                    usage.substr(usage.find("\"usage\":"),
                                 usage.rfind('}') - usage.find("\"usage\":")));
       }},
      {"usage.stream-unasked", warn,
       [](Recording& r) {
         r.swap("stream", "data: [DONE]", usage_event("chatcmpl-stream", 20, 16) + "data: [DONE]");
       }},
      {"usage.stream-unasked", Outcome::info,
       swap_in("stream", "\"model\":", "\"usage\":null,\"model\":")},
      {"usage.stream-every-chunk", warn,
       [](Recording& r) {
         r.swap(kStream, "\"model\":",
                R"("usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0},"model":)");
       }},
      {"usage.stream-final-is-max", fail,
       [](Recording& r) {
         r.swap(
             kStream, "\"model\":",
             R"("usage":{"prompt_tokens":900,"completion_tokens":9,"total_tokens":909},"model":)");
       }},
      {"usage.before-done", fail,
       [](Recording& r) {
         const std::string usage = usage_event(kStreamId, prompt_of(r, kStream), 30);
         r.swap(kStream, usage, "");
         r.body(kStream) += usage;
       }},
  };
}

}  // namespace arouter::validate
