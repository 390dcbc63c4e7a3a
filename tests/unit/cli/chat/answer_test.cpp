#include "cli/chat/answer.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

constexpr std::string_view kStream =
    "\r\n: waiting\n\n"
    "data: {\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"delta\":{\"role\":\"assistant\","
    "\"content\":null},\"finish_reason\":null}],\"usage\":null}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\r\n\r\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo \\u00e9\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5,"
    "\"cost\":0.0000480}}\n\n"
    "data: [DONE]\n\n";

struct Reading {
  std::string shown;
  AnswerReader reader{[this](std::string_view text) { shown += text; }};
  /// An error of any step.
  std::optional<Error> read(std::string_view bytes) {
    const Result<void> fed = reader.feed(bytes);
    if (!fed) return fed.error();
    return std::nullopt;
  }
  std::optional<Error> end() {
    const Result<void> ended = reader.end();
    if (!ended) return ended.error();
    return std::nullopt;
  }
};

void check_the_answer(const Reading& reading) {
  const Answer& answer = reading.reader.answer();
  CHECK(reading.shown == "Hello é");
  CHECK(answer.content == "Hello é");
  CHECK(answer.id == "c1");
  CHECK(answer.model == "m");
  CHECK(answer.finish_reason == "stop");
  CHECK(answer.input_tokens == 9);
  CHECK(answer.output_tokens == 5);
  CHECK(answer.cost == "0.0000480");  // as it was written
  CHECK(answer.usage == R"({"prompt_tokens":9,"completion_tokens":5,"cost":0.0000480})");
}

}  // namespace

TEST_SUITE("answer") {
  TEST_CASE("a stream is the same answer wherever the network cuts it") {
    for (std::size_t cut = 0; cut <= kStream.size(); ++cut) {
      CAPTURE(cut);
      Reading reading;
      CHECK_FALSE(reading.read(kStream.substr(0, cut)));
      CHECK_FALSE(reading.read(kStream.substr(cut)));
      CHECK_FALSE(reading.end());
      check_the_answer(reading);
    }
  }

  TEST_CASE("an answer in one piece is read as well, asked for or not") {
    Reading reading;
    CHECK_FALSE(reading.read("\n{\"id\":\"c1\",\"model\":\"m\",\"choices\":[{\"message\":{"));
    CHECK_FALSE(
        reading.read("\"content\":\"Hello é\"},\"finish_reason\":\"stop\"}],\"usage\":"
                     "{\"prompt_tokens\":9,\"completion_tokens\":5,\"cost\":0.0000480}}"));
    CHECK_FALSE(reading.end());
    check_the_answer(reading);
  }

  TEST_CASE("a stream that breaks off keeps what came and says so") {
    Reading reading;
    const std::size_t half = kStream.find("data: {\"choices\":[{\"delta\":{}");
    CHECK_FALSE(reading.read(kStream.substr(0, half)));
    const auto error = reading.end();
    REQUIRE(error.has_value());
    CHECK(error->kind == ErrorKind::upstream_truncated);
    CHECK(reading.reader.answer().content == "Hello é");
  }

  TEST_CASE("an error amid the stream is the server's own word") {
    Reading reading;
    const auto error = reading.read(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"
        "data: {\"error\":{\"message\":\"acme broke off\",\"code\":\"upstream_truncated\"}}\n\n");
    REQUIRE(error.has_value());
    CHECK(error->message == "acme broke off");
    CHECK(error->code == "upstream_truncated");
    CHECK(reading.shown == "a");
  }

  TEST_CASE("what is no answer is refused") {
    for (const char* text : {"<html></html>", "data: <html>\n\n", "data: {\"choices\":\n\n"}) {
      CAPTURE(text);
      Reading reading;
      CHECK(reading.read(text).has_value());
    }
    for (const char* text : {"", "{}", "{\"a\":", "hello"}) {
      CAPTURE(text);
      Reading reading;
      CHECK_FALSE(reading.read(text).has_value());
      CHECK(reading.end().has_value());
    }
    Reading flood;
    CHECK(flood.read("data: " + std::string(2 * 1024 * 1024, 'x')).has_value());
  }

  TEST_CASE("choices and contents of odd shapes are no text") {
    Reading reading;
    CHECK_FALSE(reading.read(
        "data: {\"choices\":7}\n\ndata: {\"choices\":[7]}\n\ndata: "
        "{\"choices\":[{\"delta\":7}]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"content\":[\"x\"]}}],\"usage\":[]}\n\n"
        "data: {\"choices\":[{\"delta\":{\"content\":\"ok\"},\"finish_reason\":\"stop\"}]}\n\n"));
    CHECK_FALSE(reading.end());
    CHECK(reading.shown == "ok");
  }

  TEST_CASE("a cost is exact, whatever way its number is written") {
    const auto pico = [](std::string_view number) {
      const auto cost = decode_cost(number);
      return cost ? cost->pico_usd : -1;
    };
    CHECK(pico("0.000048") == 48'000'000);
    CHECK(pico("0.0000480") == 48'000'000);
    CHECK(pico("4.8e-05") == 48'000'000);
    CHECK(pico("4.8E-5") == 48'000'000);
    CHECK(pico("48e-6") == 48'000'000);
    CHECK(pico("1.5e+1") == 15'000'000'000'000);
    CHECK(pico("12e2") == 1'200'000'000'000'000);
    CHECK(pico("0") == 0);
    CHECK(pico("0e0") == 0);
    CHECK(pico("1e-12") == 1);
    CHECK(pico("1e-13") == -1);
    CHECK(pico("1e99999999999") == -1);
    CHECK(pico("-1") == -1);
    CHECK(pico("") == -1);
  }
}

}  // namespace arouter
