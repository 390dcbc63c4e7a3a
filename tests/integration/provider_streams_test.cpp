// A stream that goes wrong: before its first byte an error like any other, behind it an error event
// and a connection without a last chunk, so that nobody takes the part for the whole.
#include <doctest/doctest.h>

#include <functional>

#include "tests/integration/answers.hpp"
#include "tests/integration/fault_table.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

const std::string kDelta = chat_events({"half"}).front();
const std::string kFinish = chat_events({})[0];
const std::string kDone = "data: [DONE]\n\n";
const std::string kLast(kLastChunk);

std::string event(std::string_view data) {
  return chunk("data: " + std::string(data) + "\n\n");
}

Script stream(const std::string& wire) {
  return Script().send(event_stream_head()).send(wire);
}

/// The data of the last event of a body.
json last_event(const std::string& body) {
  const std::size_t at = body.rfind("data: ");
  if (at == std::string::npos) return {};
  return json::parse(body.substr(at + 6), nullptr, false);
}

struct Cut {
  std::string name;
  Script script;  // what the provider plays once the client has read kDelta
  std::string code;
};

/// The client reads a first delta; then the rest of the script goes wrong.
void check_cut(World& world, const Cut& cut, const Gate& delta_read) {
  world.provider.plays(cut.script);
  RawClient client(world.daemon.port());
  client.send(world.chat_request(chat_json(true)));
  CHECK(client.read_head().status == 200);
  REQUIRE(client.read_body_until(kDelta));
  delta_read.open();
  const RawResponse& answer = client.read_rest();
  CHECK_FALSE(answer.complete);
  CHECK(answer.body.find("[DONE]") == std::string::npos);
  const json error = last_event(answer.body)["error"];
  CHECK(error["code"] == cut.code);
  CHECK(error["source"] == "acme");
  CHECK(error["request_id"] == answer.field("x-request-id"));
  CHECK(client.read_ending() == ReadEnd::fin);
}

/// A script that sends a first delta and waits until the client has it.
Script after_delta(const Gate& delta_read) {
  return stream(chunk(kDelta)).wait(delta_read);
}

}  // namespace

TEST_SUITE("provider_streams") {
  TEST_CASE("before its first event a stream can still be refused with a status") {
    World world({.provider = "timeouts = { first_byte_ms = 300, progress_ms = 300 }"});
    const std::string page = "<html>captive portal</html>";
    check_faults(
        world, world.chat_request(chat_json(true)),
        {
            {"an error as the first event",
             stream(event(R"({"error":{"message":"no capacity","code":503}})")).close(),
             "503 overloaded"},
            {"a comment, then an error",
             stream(chunk(": hello\n\n") + event(R"({"error":"no capacity"})") + kLast).close(),
             "502 upstream_refused"},
            {"nothing", stream(kLast).close(), "502 upstream_truncated"},
            {"nothing but comments", stream(chunk(": a\n\n: b\n\n") + kLast).close(),
             "502 upstream_truncated"},
            {"only the end mark", stream(event("[DONE]") + kLast).close(),
             "502 upstream_malformed"},
            {"garbage", stream(event("hello") + kLast).close(), "502 upstream_malformed"},
            {"an event of over 1 MiB", stream(event(std::string(1'100'000, 'x')) + kLast).close(),
             "502 upstream_event_too_large"},
            {"a line without end", stream(chunk(std::string(1'100'000, 'x'))).close(),
             "502 upstream_event_too_large"},
            {"reset behind the head", stream("").reset(), "502 upstream_truncated"},
            {"no event at all", stream("").stall(), "504 upstream_timeout"},
            {"bad chunks", stream("xyz\r\n").close(), "502 upstream_malformed"},
            {"a page",
             Script().send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page).close(),
             "502 upstream_malformed"},
            {"a plain answer", Script().send(json_answer(200, chat_body("a"))).close(),
             "502 upstream_malformed"},
        });
  }

  TEST_CASE(
      "behind its first byte a stream that goes wrong ends with an error, and without an end") {
    World world({.provider = "timeouts = { progress_ms = 300 }"});
    std::vector<Cut> cuts;
    std::vector<Gate> gates;
    const auto add = [&](const std::string& name, const std::string& code,
                         const std::function<Script(Script)>& rest) {
      const Gate gate;
      gates.push_back(gate);
      cuts.push_back({name, rest(after_delta(gate)), code});
    };
    add("ended without the end mark", "upstream_truncated",
        [](Script script) { return script.send(chunk(kFinish) + kLast).close(); });
    add("FIN without a last chunk", "upstream_truncated",
        [](Script script) { return script.close(); });
    add("FIN inside an event", "upstream_truncated",
        [](Script script) { return script.send(chunk("data: {\"choi")).close(); });
    add("FIN inside a chunk", "upstream_truncated",
        [](Script script) { return script.send("100\r\ndata: {").close(); });
    add("reset", "upstream_truncated", [](Script script) { return script.reset(); });
    add("silence", "upstream_timeout", [](Script script) { return script.stall(); });
    add("no finish_reason", "upstream_truncated",
        [](Script script) { return script.send(event("[DONE]") + kLast).close(); });
    add("garbage", "upstream_malformed",
        [](Script script) { return script.send(event("{\"choices\":") + kLast).close(); });
    add("an event too large", "upstream_event_too_large", [](Script script) {
      return script.send(event(std::string(1'100'000, 'x')) + kLast).close();
    });
    add("bad chunks", "upstream_malformed",
        [](Script script) { return script.send("xyz\r\n").close(); });
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      CAPTURE(cuts[i].name);
      check_cut(world, cuts[i], gates[i]);
    }
    CHECK(world.is_well());
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == cuts.size() + 1);
    for (std::size_t i = 0; i < cuts.size(); ++i) {
      CAPTURE(cuts[i].name);
      CHECK(rows[i].at("outcome") == "truncated");
      CHECK(rows[i].at("error_code") == cuts[i].code);
      CHECK(rows[i].at("status") == "200");
      CHECK(rows[i].at("attempt") == "1");
      CHECK(rows[i].at("usage_origin") == "estimated");
      CHECK(rows[i].at("output_tokens") == "1");  // "half": four bytes
      CHECK(rows[i].at("streamed") == "1");
      CHECK(rows[i].at("upstream_id") == "chatcmpl-2");
    }
  }

  TEST_CASE(
      "an error event of the provider's goes to the client with our id, and ends the stream") {
    World world;
    const Gate delta_read;
    const std::string error = "event: error\ndata: {\"error\" : {\"message\":\"overloaded\"}}\n\n";
    world.provider.plays(
        after_delta(delta_read).send(chunk(error) + chunk(kFinish) + event("[DONE]") + kLast));
    {
      RawClient client(world.daemon.port());
      client.send(world.chat_request(chat_json(true)));
      client.read_head();
      REQUIRE(client.read_body_until(kDelta));
      delta_read.open();
      const RawResponse& answer = client.read_rest();
      const std::string told = "event: error\ndata: {\"error\" : {\"message\":\"overloaded\"," +
                               std::string("\"request_id\":\"") + answer.field("x-request-id") +
                               "\"}}\n\n";
      CHECK(answer.body == kDelta + told);
      CHECK_FALSE(answer.complete);
      CHECK(client.read_ending() == ReadEnd::fin);
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "truncated");
    CHECK(rows[0].at("error_code") == "upstream_refused");
  }

  TEST_CASE("comments alone do not keep a stream alive") {
    World world({.provider = "timeouts = { progress_ms = 300 }"});
    world.provider.plays(stream(chunk(kDelta)).flood(chunk(": alive\n\n")));
    const RawResponse answer = world.chat(chat_json(true));
    CHECK(last_event(answer.body)["error"]["code"] == "upstream_timeout");
    CHECK_FALSE(answer.complete);
  }

  TEST_CASE("what comes before the first event is held back up to 16 KiB") {
    World world;
    const std::string error = event(R"({"error":{"message":"no capacity","code":503}})");
    std::string comments;
    while (comments.size() < 12'000) comments += ": not yet\n\n";
    world.provider.plays(stream(chunk(comments) + error).close());
    CHECK(world.chat(chat_json(true)).status == 503);
    comments += comments + comments;
    world.provider.plays(stream(chunk(comments) + error).close());
    const RawResponse answer = world.chat(chat_json(true));
    CHECK(answer.status == 200);
    CHECK_FALSE(answer.complete);
    CHECK(last_event(answer.body)["error"]["message"] == "no capacity");
  }

  TEST_CASE("behind the end mark nothing is passed on, but usage is still learnt") {
    World world;
    const std::string usage =
        R"({"choices":[],"usage":{"prompt_tokens":90,"completion_tokens":7}})";
    world.provider.plays(stream(chunk(kDelta + kFinish + kDone) + event(usage) +
                                event(R"({"choices":[{"delta":{"content":"late"}}]})") +
                                event("[DONE]") + kLast));
    const RawResponse answer =
        world.chat(chat_json(true, R"(,"stream_options":{"include_usage":true})"));
    CHECK(answer.complete);
    CHECK(answer.body == kDelta + kFinish + kDone);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("outcome") == "ok");
    CHECK(rows[0].at("usage_origin") == "reported");
    CHECK(rows[0].at("input_tokens") == "90");
    CHECK(rows[0].at("output_tokens") == "7");
  }

  TEST_CASE("a provider that stays open behind its end mark does not hold up the client's") {
    World world;
    world.provider.plays(stream(chunk(kDelta + kFinish) +
                                event(R"({"choices":[],"usage":{)"
                                      R"("prompt_tokens":9,)"
                                      R"("completion_tokens":1}})") +
                                event("[DONE]"))
                             .stall());
    CHECK(world.chat(chat_json(true)).complete);
    world.provider.plays(stream(chunk(kDelta + kFinish) + event("[DONE]")).stall());
    CHECK(world.chat(chat_json(true)).complete);  // no usage: waited for, but not for long
  }

  TEST_CASE("running totals of usage are not summed: the last one counts") {
    World world;
    const auto counted = [](int output) {
      return event(R"({"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":9,)"
                   R"("completion_tokens":)" +
                   std::to_string(output) + "}}");
    };
    world.provider.plays(
        stream(counted(1) + counted(2) + counted(3) + chunk(kFinish) + event("[DONE]") + kLast));
    CHECK(world.chat(chat_json(true)).complete);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("input_tokens") == "9");
    CHECK(rows[0].at("output_tokens") == "3");
    CHECK(rows[0].at("cost_pico_usd") == "36000000");
  }
}

}  // namespace arouter::test
