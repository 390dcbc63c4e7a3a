// What is legal stays green, however odd it looks.
#include <doctest/doctest.h>

#include <sstream>

#include "shared/validate/rule.hpp"
#include "tests/unit/shared/validate/recording.hpp"

namespace arouter::validate {

namespace {

/// The faults of a recording, as "rule outcome" lines; remarks left out unless asked for.
std::string faults_of(const Recording& recording, bool remarks = true) {
  std::ostringstream out;
  for (const Finding& finding : judge_all(recording.transcript())) {
    const bool fault = finding.outcome == Outcome::fail || finding.outcome == Outcome::warn ||
                       (remarks && finding.outcome == Outcome::info);
    if (fault) out << finding.rule->id << ' ' << outcome_name(finding.outcome) << '\n';
  }
  return out.str();
}

void swap_every_stream(Recording& recording, std::string_view from, std::string_view to) {
  for (const char* probe : {"stream", "stream-usage", "cap-stream", "unicode"}) {
    recording.swap_all(probe, from, to);
  }
}

}  // namespace

TEST_SUITE("validate legal oddities") {
  TEST_CASE("comments and blank lines between events are keep-alives") {
    Recording recording;
    recording.body("unicode").insert(0, ": ping\n\n\n\n:\n\n");
    recording.swap("unicode", "data: [DONE]", "\n\n: ping\n\ndata: [DONE]");
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("blank lines before and after a JSON answer are keep-alives") {
    Recording recording;
    recording.body("cap") = "\n\n\n" + recording.body("cap") + "\r\n";
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("CRLF throughout is as good as LF") {
    Recording recording;
    swap_every_stream(recording, "\n", "\r\n");
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("data without a space is remarked, never failed") {
    Recording recording;
    swap_every_stream(recording, "data: ", "data:");
    CHECK(faults_of(recording) == "sse.space info\n");
  }

  TEST_CASE("CR alone is remarked, never failed") {
    Recording recording;
    swap_every_stream(recording, "\n", "\r");
    CHECK(faults_of(recording) == "sse.line-endings info\n");
  }

  TEST_CASE("media types differ in case and parameters") {
    Recording recording;
    recording.swap_head("cap", "application/json", "Application/JSON;charset=UTF-8");
    recording.swap_head("basic", "application/json", "application/problem+json");
    recording.swap_head("unicode", "text/event-stream; charset=utf-8", "TEXT/Event-Stream");
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("the field that nobody knows may be dropped, and said so") {
    Recording recording;
    recording.head("unknown-param") += "X-ARouter-Dropped: x_arouter_probe\r\n";
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("HTTP/1.0 answers that end with the connection are remarked, never failed") {
    Recording recording;
    for (const char* probe : {"basic", "cap"}) {
      recording.swap_head(probe, "HTTP/1.1", "HTTP/1.0");
      recording.answer(probe).raw = recording.head(probe) + "\r\n" + recording.body(probe);
      recording.answer(probe).adjust = [](Exchange& exchange) { exchange.peer_closed = true; };
    }
    CHECK(faults_of(recording) == "http.version info\n");
  }

  TEST_CASE("a stream may end with the connection") {
    Recording recording;
    RecordedAnswer& answer = recording.answer("unicode");
    answer.raw = answer.head + "Connection: close\r\n\r\n" + answer.body;
    answer.adjust = [](Exchange& exchange) { exchange.peer_closed = true; };
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("an announced close is no broken keep-alive") {
    Recording recording;
    recording.head("basic") += "Connection: close\r\n";
    recording.answer("basic").adjust = [](Exchange& exchange) { exchange.peer_closed = true; };
    recording.answer("basic-again").adjust = [](Exchange&) {};
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("chunk extensions, trailers and interim answers are legal") {
    Recording recording;
    RecordedAnswer& answer = recording.answer("cap");
    const std::string body = answer.body;
    std::string bytes = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer.head +
                        "Transfer-Encoding: chunked\r\n\r\n";
    for (const char c : body) bytes += std::string("1;note=\"x\"\r\n") + c + "\r\n";
    answer.raw = bytes + "0\r\nX-Checksum: 17\r\n\r\n";
    CHECK(faults_of(recording, false) == "");
    CHECK(recording.transcript().find("cap")->response.body == body);
  }

  TEST_CASE("usage in the finish chunk is a warning, and no chunk of it fails") {
    Recording recording;
    const std::string& body = recording.body("stream-usage");
    const std::size_t last = body.rfind("data: {");
    const std::string usage = body.substr(
        body.find("\"usage\":", last), body.find("}}", last) + 1 - body.find("\"usage\":", last));
    recording.body("stream-usage").erase(last, body.find("data: [DONE]") - last);
    recording.swap("stream-usage", "\"finish_reason\":\"stop\"}]",
                   "\"finish_reason\":\"stop\"}]," + usage);
    CHECK(faults_of(recording) == "usage.stream-place warn\n");
  }

  TEST_CASE("a filter chunk as Azure sends first is remarked, never failed") {
    Recording recording;
    recording.body("unicode").insert(
        0,
        "data: {\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\",\"choices\":[],"
        "\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n");
    CHECK(faults_of(recording, false) == "");
  }

  TEST_CASE("null content is legal when the budget went into reasoning") {
    Recording recording;
    const std::string text = "\"content\":\"one";
    const std::size_t begin = recording.body("parts").find(text) + 10;
    const std::size_t end = recording.body("parts").find('"', begin + 1) + 1;
    recording.body("parts").replace(begin, end - begin, "null,\"reasoning_content\":\"hm\"");
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("an event of several data lines that make one JSON text is legal") {
    Recording recording;
    recording.swap("unicode", "\"choices\":", "\ndata: \"choices\":");
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("unknown keys, null errors and obfuscation are legal") {
    Recording recording;
    recording.swap("cap", "\"object\":", "\"error\":null,\"service_tier\":\"x\",\"object\":");
    swap_every_stream(recording,
                      "\"object\":", "\"obfuscation\":\"Zk1\",\"error\":null,\"object\":");
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("rate limits are never held against a provider") {
    Recording recording;
    const std::string body = error_body("slow down");
    for (const char* probe : {"cap", "cap-stream", "long-prompt", "parts", "bad-json", "no-key",
                              "unknown-model", "unicode", "parallel-2", "after-abort", "model"}) {
      recording.answer_with(probe, "429 Too Many Requests", body);
    }
    for (const char* probe : {"wrong-key", "stream-usage", "system", "unknown-param"}) {
      recording.answer_with(probe, "503 Service Unavailable", "<html>busy</html>");
    }
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("a clock of ours that is wrong is no fault of the provider") {
    Recording recording;
    recording.swap("cap", "1795000000", "1695000000");
    recording.head("cap") += "Date: Mon, 18 Sep 2023 01:20:00 GMT\r\n";
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("prompt counts without cached tokens are no sign of swapped answers") {
    Recording recording;
    const char* counts[] = {"90", "30", "35", "31"};
    for (int i = 0; i < 4; ++i) {
      const std::string probe = "parallel-" + std::to_string(i + 1);
      recording.body(probe) =
          answer_body("chatcmpl-" + probe, "one", std::stoi(counts[i]), 2, "stop");
    }
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("a wrong key at Google is a warning") {
    Recording recording;
    recording.answer_with("wrong-key", "400 Bad Request", error_body("API_KEY_INVALID"));
    CHECK(faults_of(recording) == "auth.wrong warn\n");
  }

  TEST_CASE("a stream that breaks off because the provider is overloaded is not judged") {
    Recording recording;
    recording.swap("unicode", "data: [DONE]",
                   R"(data: {"error":{"message":"overloaded","code":503}})"
                   "\n\n");
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("a model that repeats itself is not taken for a server that sends twice") {
    Recording recording;
    std::vector<std::string> pieces(20, " word");
    recording.body("unicode") = stream_body("x", pieces, "stop") + "data: [DONE]\n\n";
    CHECK(faults_of(recording) == "");
  }

  TEST_CASE("a stream that samples another text than the plain answer is no loss") {
    Recording recording;
    recording.swap("cap-stream", ", three", ", 3");
    CHECK(faults_of(recording) == "");
  }
}

}  // namespace arouter::validate
