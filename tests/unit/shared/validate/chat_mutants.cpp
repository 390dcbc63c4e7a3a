#include "tests/unit/shared/validate/mutants.hpp"

namespace arouter::validate {

namespace {

/// A mutant that changes one piece of one body.
Mutant swapped(std::string_view rule, Outcome outcome, const char* probe, const char* from,
               const char* to) {
  return {rule, outcome, [=](Recording& r) { r.swap(probe, from, to); }};
}

constexpr const char* kSecondChoices =
    R"("choices":[{"index":0,"delta":{"content":", two"},"finish_reason":null}])";

std::vector<std::string> pieces(std::initializer_list<const char*> texts) {
  return {texts.begin(), texts.end()};
}

}  // namespace

std::vector<Mutant> chat_mutants() {
  const auto fail = Outcome::fail;
  return {
      {"chat.accepted", fail,
       [](Recording& r) {
         r.answer_with("system", "500 Internal Server Error", error_body("no"));
       }},
      swapped("json.strict", fail, "cap", "\"usage\":{", "\"load\":NaN,\"usage\":{"),
      swapped("json.strict", fail, "cap", "}}", "},}"),
      swapped("json.strict", fail, "parts", "one, two", "one,\n two"),
      {"json.strict", fail, [](Recording& r) { r.body("cap") += "x"; }},
      {"json.strict", fail, [](Recording& r) { r.body("parts") = "<html>busy</html>"; }},
      {"json.strict", fail, [](Recording& r) { r.body("parts").insert(0, "\xEF\xBB\xBF"); }},
      swapped("json.duplicate-keys", Outcome::warn, "cap",
              "\"object\":", "\"object\":\"x\",\"object\":"),
      swapped("chat.id", fail, "cap", "\"chatcmpl-cap\"", "17"),
      swapped("chat.id", fail, "cap", "\"id\":\"chatcmpl-cap\",", ""),
      swapped("chat.id-unique", Outcome::warn, "cap", "chatcmpl-cap", "chatcmpl-basic"),
      swapped("chat.object", fail, "cap", "chat.completion", "text_completion"),
      swapped("chat.created-int", fail, "cap", "1795000000", "1795000000.0"),
      swapped("chat.created-int", fail, "cap", "1795000000", "\"1795000000\""),
      swapped("chat.created-seconds", Outcome::warn, "cap", "1795000000", "1795000000000"),
      swapped("chat.created-seconds", Outcome::warn, "cap", "1795000000", "1695000000"),
      swapped("chat.created-seconds", Outcome::info, "cap", "1795000000", "0"),
      swapped("chat.model-present", fail, "cap", "\"model-a\"", "null"),
      swapped("chat.model-echo", Outcome::info, "cap", "model-a", "other-7b"),
      {"chat.choices", fail,
       [](Recording& r) {
         r.body("parts") = answer_body("x", "", 20, 1, "stop");
         const std::size_t begin = r.body("parts").find("[{");
         const std::size_t end = r.body("parts").find("}],") + 2;
         r.body("parts").replace(begin, end - begin, "null");
       }},
      swapped("chat.choice-index", fail, "cap", "\"index\":0", "\"index\":1"),
      swapped("chat.choice-index", fail, "cap", "\"index\":0,", ""),
      swapped("chat.message", fail, "parts", "\"message\":", "\"delta\":"),
      swapped("chat.role", fail, "cap", "\"assistant\"", "\"\""),
      {"chat.content-type", fail,
       [](Recording& r) {
         r.body("parts") = answer_body("x", "one", 20, 1, "stop");
         r.swap("parts", "\"content\":\"one\"",
                "\"content\":[{\"type\":\"text\",\"text\":\"one\"}]");
       }},
      {"chat.content-type", fail,
       [](Recording& r) {
         r.body("parts") = answer_body("x", "one", 20, 1, "stop");
         r.swap("parts", "\"content\":\"one\"", "\"content\":null");
       }},
      {"chat.content-nonempty", Outcome::warn,
       [](Recording& r) {
         for (const char* probe : {"basic", "basic-again", "cap", "long-prompt", "system", "parts",
                                   "unknown-param", "developer-role", "parallel-1", "parallel-2",
                                   "parallel-3", "parallel-4", "after-abort"}) {
           std::string& body = r.body(probe);
           const std::size_t begin = body.find("\"one") + 1;
           body.erase(begin, body.find('"', begin) - begin);
           r.swap(probe, "\"length\"", "\"stop\"");
         }
       }},
      swapped("chat.finish-enum", fail, "cap", "\"length\"", "\"eos_token\""),
      swapped("chat.finish-enum", fail, "cap", "\"length\"", "null"),
      swapped("chat.finish-enum", Outcome::warn, "cap", "\"length\"", "\"model_length\""),
      {"chat.no-error-in-200", fail, [](Recording& r) { r.body("parts") = error_body("busy"); }},
      {"chat.no-error-in-200", fail,
       [](Recording& r) { r.body("parts") = R"({"detail":"busy"})"; }},
      swapped("chat.tool-calls-null", Outcome::info, "cap",
              "\"role\":", "\"tool_calls\":null,\"role\":"),
      {"chat.parts-accepted", Outcome::warn,
       [](Recording& r) { r.answer_with("parts", "400 Bad Request", error_body("no")); }},
      {"chat.developer-role", Outcome::info,
       [](Recording& r) { r.answer_with("developer-role", "400 Bad Request", error_body("no")); }},
      {"chat.unknown-param", Outcome::warn,
       [](Recording& r) {
         r.answer_with("unknown-param", "500 Internal Server Error", error_body("no"));
       }},
  };
}

std::vector<Mutant> stream_mutants() {
  const auto fail = Outcome::fail;
  const auto in_stream = [](std::string_view rule, Outcome outcome, const char* from,
                            const char* to) { return swapped(rule, outcome, "unicode", from, to); };
  return {
      {"stream.accepted", fail,
       [](Recording& r) { r.answer_with("unicode", "400 Bad Request", error_body("no")); }},
      {"stream.no-error", fail,
       [](Recording& r) {
         r.swap("unicode", "data: [DONE]",
                "data: " + error_body("engine crashed") + "\n\ndata: [DONE]");
       }},
      in_stream("stream.done", fail, "data: [DONE]\n\n", ""),
      in_stream("stream.done-once", Outcome::warn, "data: [DONE]", "data: [DONE]\n\ndata: [DONE]"),
      {"stream.done-last", fail,
       [](Recording& r) { r.body("unicode") += chunk_event("chatcmpl-unicode", "{}", "null"); }},
      in_stream("stream.done-exact", Outcome::warn, "[DONE]", "[done]"),
      in_stream("stream.done-exact", Outcome::warn, "[DONE]", " [DONE]"),
      in_stream("stream.chunk-object", fail, "chat.completion.chunk", "chat.completion"),
      in_stream("stream.id-constant", fail, "chatcmpl-unicode", "chatcmpl-17"),
      in_stream("stream.id-present", fail, "\"chatcmpl-unicode\"", "\"\""),
      in_stream("stream.created-constant", Outcome::warn, "1795000000", "1795000007"),
      in_stream("stream.created-constant", Outcome::info, "1795000000", "1795000001"),
      in_stream("stream.created-int", fail, "1795000000", "1795000000.5"),
      {"stream.created-int", fail,
       [](Recording& r) { r.swap_all("unicode", "1795000000", "1795000000000"); }},
      in_stream("stream.model-present", fail, "\"model-a\"", "null"),
      in_stream("stream.choices-array", fail, kSecondChoices, "\"choices\":null"),
      in_stream("stream.delta-object", fail, "\"delta\":{\"content\":\", two\"}",
                "\"message\":{\"content\":\", two\"}"),
      in_stream("stream.choice-index-stable", fail, "\"index\":0,\"delta\":{\"content\":\", two\"}",
                "\"index\":1,\"delta\":{\"content\":\", two\"}"),
      in_stream("stream.role-first", Outcome::warn, "\"role\":\"assistant\",", ""),
      in_stream("stream.role-value", fail, "\"assistant\"", "\"\""),
      in_stream("stream.role-null", Outcome::info, "{\"content\":\", two\"}",
                "{\"role\":null,\"content\":\", two\"}"),
      {"stream.role-repeat", Outcome::info,
       [](Recording& r) {
         r.swap_all("unicode", "{\"content\":", "{\"role\":\"assistant\",\"content\":");
       }},
      in_stream("stream.content-type", fail, "\"content\":\", two\"", "\"content\":[\", two\"]"),
      {"stream.content-delta", fail,
       [](Recording& r) {
         r.body("unicode") = stream_body("x",
                                         pieces({"one", "one two", "one two three",
                                                 "one two three four", "one two three four five"}),
                                         "stop") +
                             "data: [DONE]\n\n";
       }},
      {"stream.no-dup", Outcome::warn,
       [](Recording& r) {
         r.body("unicode") =
             stream_body(
                 "x",
                 pieces({"a", "a", "b", "b", "c", "c", "d", "d", "e", "e", "f", "f", "g", "g"}),
                 "stop") +
             "data: [DONE]\n\n";
       }},
      in_stream("stream.finish-present", fail, "\"stop\"", "null"),
      in_stream("stream.finish-enum", fail, "\"stop\"", "\"end_turn\""),
      in_stream("stream.finish-enum", Outcome::warn, "\"stop\"", "\"repetition\""),
      in_stream("stream.finish-null-before", fail, "\"finish_reason\":null",
                "\"finish_reason\":\"\""),
      in_stream("stream.finish-null-before", fail, "\"finish_reason\":null",
                "\"finish_reason\":\"null\""),
      in_stream("stream.finish-null-before", Outcome::info, ",\"finish_reason\":null", ""),
      {"stream.finish-once", Outcome::warn,
       [](Recording& r) {
         r.swap("unicode", "data: [DONE]",
                (chunk_event("chatcmpl-unicode", "{}", "\"stop\"") + "data: [DONE]").c_str());
       }},
      {"stream.after-finish", fail,
       [](Recording& r) {
         r.swap("unicode", "data: [DONE]",
                chunk_event("chatcmpl-unicode", R"({"content":" and"})", "null") + "data: [DONE]");
       }},
      in_stream("stream.finish-chunk-empty", Outcome::info, "\"delta\":{},",
                "\"delta\":{\"content\":\"!\"},"),
      swapped("stream.equals-nonstream", Outcome::warn, "cap-stream", "{\"content\":\", three\"}",
              "{\"content\":\"\"}"),
      {"stream.error-shape", fail,
       [](Recording& r) {
         r.answer("bad-stream").head = r.head("stream");
         r.body("bad-stream") = "data: boom\n\n";
       }},
      {"stream.error-shape", fail,
       [](Recording& r) {
         r.answer("bad-stream").head = r.head("stream");
         r.body("bad-stream") = "data: [DONE]\n\n";
       }},
      {"stream.error-status-first", Outcome::warn,
       [](Recording& r) {
         r.answer("bad-stream").head = r.head("stream");
         r.body("bad-stream") = "data: " + error_body("messages is no array") + "\n\n";
       }},
  };
}

}  // namespace arouter::validate
