// One model, two providers: when the second is asked, when not, and who is billed.
#include <doctest/doctest.h>
#include <signal.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kShared = R"(
[[model]]
id = "maker/shared"
endpoints = [
  { provider = "acme", model = "acme-shared", pricing = { prompt = "0.1", completion = "0.1" } },
  { provider = "beta", model = "beta-shared", pricing = { prompt = "0.01", completion = "0.01" } },
]
)";

std::string shared_chat(bool stream) {
  return R"({"model":"maker/shared","provider":{"order":["acme","beta"]},"messages":[],"stream":)" +
         std::string(stream ? "true" : "false") + "}";
}

/// A daemon that asks acme first and beta next.
struct TwoProviders {
  explicit TwoProviders(const std::string& provider = {},
                        const std::optional<std::string>& first_url = {})
      : daemon(home,
               encode_config({.server = {}, .provider = provider, .tail = std::string(kShared)},
                             {first_url.value_or(first.base_url()), second.base_url()})) {
    must_listen(daemon);
  }
  RawResponse chat(bool stream = false) const {
    return call(daemon.port(), post(daemon.port(), kChatPath, daemon.key(), shared_chat(stream)));
  }
  std::vector<Row> rows() {
    daemon.signal(SIGTERM);
    CHECK(daemon.wait_for_exit() == 0);
    return read_ledger(state_of(home));
  }

  TempDir home;
  FakeProvider first, second;
  DaemonProcess daemon;
};

void check_second_answers(TwoProviders& two, const RawResponse& answer) {
  CHECK(answer.status == 200);
  CHECK(answer.complete);
  CHECK(answer.field("x-arouter-provider") == "beta");
  CHECK(answer.field("x-arouter-model") == "maker/shared");
  CHECK(two.second.requests().back().body.find(R"("model":"beta-shared")") != std::string::npos);
}

/// 9 prompt and 5 (or 1) completion tokens at beta's price: acme's would be ten times as much.
void check_second_billed(const Row& row, const std::string& pico) {
  CHECK(row.at("outcome") == "ok");
  CHECK(row.at("provider") == "beta");
  CHECK(row.at("upstream_model") == "beta-shared");
  CHECK(row.at("model") == "maker/shared");
  CHECK(row.at("attempt") == "2");
  CHECK(row.at("cost_pico_usd") == pico);
  CHECK(row.at("error_code") == "");
}

}  // namespace

TEST_SUITE("fallback") {
  TEST_CASE(
      "another provider is asked when the first cannot serve, and only the answer is billed") {
    TwoProviders two("timeouts = { first_byte_ms = 300, progress_ms = 300 }");
    const std::string error = R"({"error":{"message":"no"}})";
    const std::vector<std::pair<std::string, Script>> faults{
        {"429", Script().send(json_answer(429, error)).close()},
        {"500", Script().send(json_answer(500, error)).close()},
        {"503", Script().send(json_answer(503, error)).close()},
        {"our credential refused", Script().send(json_answer(401, error)).close()},
        {"closed", Script().close()},
        {"silent", Script().stall()},
        {"HTML", Script().send("HTTP/1.1 200 OK\r\n\r\n<html>").close()},
        {"half a body", Script().send(json_answer(200, chat_body("a")).substr(0, 200)).close()},
        {"an error inside", Script().send(json_answer(200, error)).close()},
    };
    two.second.always(Script().send(json_answer(200, chat_body("a"))));
    for (const auto& [name, script] : faults) {
      CAPTURE(name);
      two.first.plays(script);
      check_second_answers(two, two.chat());
    }
    CHECK(two.first.requests().size() == faults.size());
    CHECK(two.second.requests().size() == faults.size());
    CHECK(two.first.requests()[0].body.find(R"("model":"acme-shared")") != std::string::npos);
    const std::vector<Row> rows = two.rows();
    REQUIRE(rows.size() == faults.size());
    for (const Row& row : rows) check_second_billed(row, "140000000000");
  }

  TEST_CASE("nothing of a failed answer is booked with the one that follows") {
    TwoProviders two;
    // Usage and an error arrive together, before the client has seen anything.
    const std::string usage =
        R"(data: {"id":"acme-id","choices":[{"index":0,"delta":{"content":"x"}}],)"
        R"("usage":{"prompt_tokens":900,"completion_tokens":900,"total_tokens":1800}})"
        "\n\n";
    two.first.plays(
        Script().send(event_stream_head() + chunk(usage + "data: {\"error\":\"no\"}\n\n")).close());
    two.second.always(streamed_chat({"a"}, false));  // reports no usage of its own
    CHECK(two.chat(true).complete);
    const std::vector<Row> rows = two.rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("upstream_id") == "chatcmpl-2");
    CHECK(rows[0].at("usage_origin") == "estimated");
    CHECK(rows[0].at("input_tokens") != "900");
  }

  TEST_CASE("a stream changes its provider as long as nothing of it was seen") {
    TwoProviders two;
    two.first.plays(Script().send(event_stream_head()).reset());
    two.first.plays(Script()
                        .send(event_stream_head())
                        .send(chunk(": hello\n\ndata: {\"error\":\"no capacity\"}\n\n"))
                        .close());
    two.second.always(streamed_chat({"a"}));
    for (int i = 0; i < 2; ++i) {
      const RawResponse answer = two.chat(true);
      check_second_answers(two, answer);
      CHECK(answer.body.find("hello") == std::string::npos);
    }
    const std::vector<Row> rows = two.rows();
    REQUIRE(rows.size() == 2);
    for (const Row& row : rows) check_second_billed(row, "100000000000");
  }

  TEST_CASE("a provider that nobody can connect to is passed over") {
    std::uint16_t port = 0;
    const Descriptor held = bind_on_loopback(port);
    TwoProviders two("", "http://127.0.0.1:" + std::to_string(port) + "/v1");
    two.second.plays(Script().send(json_answer(200, chat_body("a"))));
    check_second_answers(two, two.chat());
    const std::vector<Row> rows = two.rows();
    REQUIRE(rows.size() == 1);
    check_second_billed(rows[0], "140000000000");
  }

  TEST_CASE("a provider that has its fill is passed over") {
    TwoProviders two("limits = { concurrency = 1 }");
    const Gate asked, finish;
    two.first.plays(Script().reach(asked).wait(finish).send(json_answer(200, chat_body("a"))));
    two.second.plays(Script().send(json_answer(200, chat_body("b"))));
    RawClient busy(two.daemon.port());
    busy.send(post(two.daemon.port(), kChatPath, two.daemon.key(), shared_chat(false)));
    REQUIRE(asked.wait());
    check_second_answers(two, two.chat());
    finish.open();
    CHECK(busy.read_response().field("x-arouter-provider") == "acme");
  }

  TEST_CASE("what blames the request is the answer: nobody else is asked") {
    TwoProviders two;
    const std::vector<int> statuses{400, 409, 413, 422};
    for (const int status : statuses) {
      CAPTURE(status);
      two.first.plays(Script().send(json_answer(status, R"({"error":{"message":"no"}})")));
      const RawResponse answer = two.chat();
      CHECK(answer.status == status);
      CHECK(answer.field("x-should-retry") == "");
    }
    CHECK(two.second.connections() == 0);
    const std::vector<Row> rows = two.rows();
    REQUIRE(rows.size() == statuses.size());
    for (const Row& row : rows) CHECK(row.at("attempt") == "1");
  }

  TEST_CASE("behind the first byte there is no other provider") {
    TwoProviders two;
    const Gate delta_read;
    const std::string delta = chat_events({"a"}).front();
    two.first.plays(Script().send(event_stream_head()).send(chunk(delta)).wait(delta_read).reset());
    {
      RawClient client(two.daemon.port());
      client.send(post(two.daemon.port(), kChatPath, two.daemon.key(), shared_chat(true)));
      client.read_head();
      REQUIRE(client.read_body_until(delta));
      delta_read.open();
      CHECK_FALSE(client.read_rest().complete);
    }
    CHECK(two.second.connections() == 0);
    const std::vector<Row> rows = two.rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "truncated");
    CHECK(rows[0].at("attempt") == "1");
    CHECK(rows[0].at("provider") == "acme");
  }

  TEST_CASE("when all have failed the client hears of the last, and is told not to try again") {
    TwoProviders two;
    two.first.plays(Script().send(json_answer(500, "{}")));
    two.second.plays(Script().send(json_answer(503, "{}", "Retry-After: 7\r\n")));
    const RawResponse answer = two.chat();
    CHECK(answer.status == 503);
    CHECK(answer.field("x-should-retry") == "false");
    CHECK(answer.field("retry-after") == "7");
    CHECK(error_source_of(answer) == "beta");
    const std::vector<Row> rows = two.rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "error");
    CHECK(rows[0].at("attempt") == "2");
    CHECK(rows[0].at("provider") == "beta");
    CHECK(rows[0].at("cost_pico_usd") == "0");
  }

  TEST_CASE("a fallback to the same provider is not kept out by the request's own first attempt") {
    constexpr const char* kFree = "pricing = { prompt = \"0\", completion = \"0\" } }";
    const std::string twice = std::string("[[model]]\nid = \"maker/twice\"\nendpoints = [\n") +
                              "  { provider = \"acme\", model = \"one\", " + kFree + ",\n" +
                              "  { provider = \"acme\", model = \"two\", " + kFree + ",\n]\n";
    World world({.server = {}, .provider = "limits = { concurrency = 1 }", .tail = twice});
    world.provider.plays(Script().send(json_answer(500, R"({"error":"broken"})")));
    world.provider.plays(Script().send(json_answer(200, chat_body("second"))));
    const RawResponse answer =
        call(world.daemon.port(), post(world.daemon.port(), kChatPath, world.daemon.key(),
                                       R"({"model":"maker/twice","messages":[]})"));
    CHECK(answer.status == 200);
    CHECK(answer.body.find("second") != std::string::npos);
  }
}

}  // namespace arouter::test
