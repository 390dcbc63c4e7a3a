#include "shared/validate/report.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/unit/shared/validate/recording.hpp"

namespace arouter::validate {

namespace {

Report report_of(const Recording& recording) {
  return make_report(recording.transcript(), "");
}

std::string first_lines(const std::string& text, int count) {
  std::size_t end = 0;
  for (int i = 0; i < count && end != std::string::npos; ++i) end = text.find('\n', end) + 1;
  return text.substr(0, end);
}

Recording wrong_sum() {
  Recording recording;
  recording.body("parts") = answer_body("chatcmpl-parts", "one, two", 12, 16, "length");
  recording.swap("parts", "\"total_tokens\":28", "\"total_tokens\":30");
  return recording;
}

Recording all_answered_with(std::string_view status, const std::string& body) {
  Recording recording;
  for (const char* probe : {"basic", "basic-again", "stream"}) {
    recording.answer_with(probe, status, body);
  }
  return recording;
}

}  // namespace

TEST_SUITE("validate report") {
  TEST_CASE("a perfect provider is ready, in five lines") {
    const Report report = report_of(Recording());
    CHECK(report.verdict == Verdict::ready);
    CHECK(exit_code(report, true) == 0);
    CHECK(render_text(report) ==
          "READY for ARouter: every required check passes\n"
          "https://api.acme.example/v1, model model-a, profile openai-2026.1, 39 requests, 1.2 s\n"
          "Transport 9/9, Event stream 11/11, Chat 13/13, Chat stream 20/20, Usage 11/11\n"
          "Credentials 3/3, Errors 4/4, Models 6/6, Metadata 7/7\n"
          "0 warnings, 0 remarks, 0 not judged, 1 skipped\n");
  }

  TEST_CASE("a failure is a card: fault, place, excerpt with caret, who is hurt, fix, command") {
    const std::string text = render_text(report_of(wrong_sum()));
    CHECK(first_lines(text, 1) == "NOT READY for ARouter: 1 required check fails\n");
    const std::size_t card = text.find("\nFAIL ");
    REQUIRE(card != std::string::npos);
    const std::string shown = text.substr(card);
    CHECK(first_lines(shown, 8) ==
          "\nFAIL usage.sum: total_tokens is 30, but 12 + 16 is 28\n"
          "  at    exchange parts, byte 256, usage.total_tokens\n"
          "        ion_tokens\":16,\"total_tokens\":30}}\n"
          "                                      ^\n"
          "  rule  total_tokens is the sum of the other two. (OpenAI API reference, completion "
          "usage)\n"
          "  hurts wrong bills: openai/openai-python#2544, mozilla-ai/any-llm#1290\n"
          "  fix   Compute total_tokens from the two.\n");
    CHECK(
        shown.find("  try   curl -sSi 'https://api.acme.example/v1/chat/completions' "
                   "-H \"Authorization: Bearer $KEY\" -H 'Content-Type: application/json' -d '{") !=
        std::string::npos);
  }

  TEST_CASE("the JSON report holds the same and is stable") {
    const Report report = report_of(wrong_sum());
    const std::string text = render_json(report);
    CHECK(text == render_json(report_of(wrong_sum())));
    const nlohmann::json json = nlohmann::json::parse(text);
    CHECK(json["schema"] == "arouter-validate/1");
    CHECK(json["verdict"] == "not_ready");
    CHECK(json["profile"] == "openai-2026.1");
    CHECK(json["findings"].size() == rule_count());
    for (const nlohmann::json& finding : json["findings"]) {
      for (const char* key :
           {"id", "area", "severity", "outcome", "message", "source", "breaks", "fix"}) {
        CHECK(finding[key].is_string());
      }
      if (finding["id"] != "usage.sum") continue;
      CHECK(finding["severity"] == "must");
      CHECK(finding["outcome"] == "fail");
      CHECK(finding["evidence"]["exchange"] == "parts");
      CHECK(finding["evidence"]["path"] == "usage.total_tokens");
      CHECK(finding["evidence"]["offset"] == 256);
    }
  }

  TEST_CASE("warnings are limits, and failures under strict") {
    Recording recording;
    recording.swap("cap", "chatcmpl-cap", "chatcmpl-basic");
    const Report report = report_of(recording);
    CHECK(report.verdict == Verdict::ready_with_limits);
    CHECK(exit_code(report, false) == 0);
    CHECK(exit_code(report, true) == 1);
    CHECK(render_text(report).starts_with("READY WITH LIMITS"));
    CHECK(render_text(report, true).starts_with("NOT READY for ARouter under --strict: "));
  }

  TEST_CASE("an unknown model is no matter for a provider of any model") {
    Recording recording;
    recording.answer_with("unknown-model", "200 OK", answer_body("x", "one", 20, 1, "stop"));
    recording.finish = [](Transcript& transcript) { transcript.any_model = true; };
    const Report report = report_of(recording);
    CHECK(report.verdict == Verdict::ready);
    CHECK(exit_code(report, true) == 0);
  }

  TEST_CASE("a required rule that could not be judged is a limit, and named") {
    Recording recording;
    recording.answer_with("wrong-key", "429 Too Many Requests", error_body("slow down"));
    const Report report = report_of(recording);
    CHECK(report.verdict == Verdict::ready_with_limits);
    CHECK(exit_code(report, true) == 0);
    CHECK(render_text(report).find("Required, but not judged\n  auth.wrong: ") !=
          std::string::npos);
  }

  TEST_CASE("a refused key is said once and measures nothing") {
    const Report report = report_of(all_answered_with("401 Unauthorized", error_body("bad key")));
    CHECK(report.verdict == Verdict::not_measured);
    CHECK(exit_code(report, false) == 3);
    CHECK(first_lines(render_text(report), 1) ==
          "NOT MEASURED: the provider refuses the key: status 401, it says \"bad key\"\n");
    CHECK(report.count(Outcome::fail) == 0);
    CHECK(report.count(Outcome::inconclusive) == rule_count());
  }

  TEST_CASE("an address that nobody listens at measures nothing") {
    Recording recording;
    for (const char* probe : {"basic", "stream"}) {
      recording.answer(probe).adjust = [](Exchange& exchange) {
        exchange.wire.clear();
        exchange.failure = Failure::connect;
        exchange.failure_detail = "connection refused";
      };
    }
    const Report report = report_of(recording);
    CHECK(exit_code(report, false) == 3);
    CHECK(report.obstacle == "no connection to https://api.acme.example/v1: connection refused");
  }

  TEST_CASE("streams that never come are no pass") {
    Recording recording;
    for (const char* probe : {"stream", "stream-usage", "cap-stream", "unicode"}) {
      recording.answer(probe).adjust = [](Exchange& exchange) {
        exchange.wire.clear();
        exchange.failure = Failure::timeout;
        exchange.failure_detail = "none came within 15 s";
      };
    }
    const Report report = report_of(recording);
    CHECK(report.verdict == Verdict::not_measured);
    CHECK(exit_code(report, false) == 3);
    CHECK(report.obstacle.starts_with("streamed answers could not be judged: no whole answer"));
    CHECK(report.count(Outcome::pass) > 50);
  }

  TEST_CASE("answers that are no chat are failures, not an obstacle") {
    const Report report = report_of(all_answered_with("200 OK", "<html>hello</html>"));
    CHECK(report.verdict == Verdict::not_ready);
    CHECK(exit_code(report, false) == 1);
  }

  TEST_CASE("a milder form of a required rule's fault warns and leaves its score") {
    Recording recording;
    recording.answer_with("no-key", "403 Forbidden", error_body("no"));
    recording.head("no-key") += "WWW-Authenticate: Bearer\r\n";
    const Report report = report_of(recording);
    CHECK(report.verdict == Verdict::ready_with_limits);
    CHECK(render_text(report).find("Credentials 3/3") != std::string::npos);
  }

  TEST_CASE("what a provider says cannot command the terminal") {
    const Report report =
        report_of(all_answered_with("400 Bad Request", error_body("\\u001b[2J\\u202e \xC2\x9B")));
    for (const char c : render_text(report)) {
      CHECK((c == '\n' || (c >= ' ' && c <= '~')));
    }
  }

  TEST_CASE("a short key is masked where an answer is quoted") {
    const Transcript transcript =
        all_answered_with("401 Unauthorized", error_body("k-17 is no key")).transcript();
    CHECK(make_report(transcript, "k-17").obstacle.find("****") != std::string::npos);
    CHECK(render_json(make_report(transcript, "k-17")).find("k-17") == std::string::npos);
  }

  TEST_CASE("a command line quotes for the shell") {
    Exchange exchange;
    exchange.url = "http://127.0.0.1/v1/chat/completions";
    exchange.request_fields = {{"Authorization", "Bearer $ACME_KEY"}};
    exchange.request_body = "{\"a\":\"it's $x\"}";
    CHECK(render_curl(exchange) ==
          "curl -sSi 'http://127.0.0.1/v1/chat/completions' -H \"Authorization: Bearer $ACME_KEY\" "
          "-d '{\"a\":\"it'\\''s $x\"}'");
  }

  TEST_CASE("the list names every rule with its severity and source") {
    const std::string list = render_rule_list();
    CHECK(static_cast<std::size_t>(std::count(list.begin(), list.end(), '\n')) == rule_count());
    CHECK(list.find("stream.done                   must    A stream ends in data: [DONE].") !=
          std::string::npos);
  }
}

}  // namespace arouter::validate
