// Streams that go wrong, for every format as provider and as client: each client is told in its
// own words, nobody takes a part for the whole, and the ledger says what happened.
#include <doctest/doctest.h>

#include <functional>
#include <memory>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

const std::string kLast(kLastChunk);
constexpr std::string_view kNoCapacity = "no capacity today";

struct Pair {
  std::string_view provider;
  std::string_view client;
  bool as_array = false;

  bool passes() const { return provider == client; }
  std::string name() const {
    return std::string(provider) + " to " + std::string(client) + (as_array ? " (array)" : "");
  }
  Ask ask(bool stream = true) const {
    return {.format = client, .model = model_of(provider), .stream = stream, .as_array = as_array};
  }
};

std::vector<Pair> all_pairs() {
  std::vector<Pair> pairs;
  for (const std::string_view provider : kFormats) {
    for (const std::string_view client : kFormats) pairs.push_back({provider, client});
    pairs.push_back({provider, "gemini", true});
  }
  return pairs;
}

Script stream(const std::string& wire) {
  return Script().send(event_stream_head()).send(wire);
}

struct Cut {
  std::string name;
  std::string code;
  int status;  // of that code
  std::function<Script(Script, std::string_view)> rest;
  bool is_behind_finish = false;
};

std::vector<Cut> cuts() {
  const std::string large(1'100'000, 'x');
  return {
      {"FIN", "upstream_truncated", 502,
       [](Script script, std::string_view) { return script.close(); }},
      {"RST", "upstream_truncated", 502,
       [](Script script, std::string_view) { return script.reset(); }},
      {"a body that ends without the end mark", "upstream_truncated", 502,
       [](Script script, std::string_view) { return script.send(kLast); }},
      {"FIN inside an event", "upstream_truncated", 502,
       [](Script script, std::string_view) { return script.send(chunk("data: {\"a")).close(); }},
      {"FIN behind the finish, without a last chunk", "upstream_truncated", 502,
       [](Script script, std::string_view format) {
         return script.send(chunk(stream_wire(format).closing)).close();
       },
       true},
      {"an end mark without a finish reason", "upstream_truncated", 502,
       [](Script script, std::string_view format) {
         const std::string mark = stream_wire(format).mark;
         const bool has_own = format == "openai" || format == "anthropic";
         return script.send(chunk(has_own ? mark : "data: [DONE]\n\n") + kLast);
       }},
      {"garbage", "upstream_malformed", 502,
       [](Script script, std::string_view) {
         return script.send(chunk("data: {\"type\":\n\n") + kLast);
       }},
      {"an event of over 1 MiB", "upstream_event_too_large", 502,
       [large](Script script, std::string_view) {
         return script.send(chunk("data: " + large + "\n\n") + kLast).close();
       }},
      {"an error event", "overloaded", 503,
       [](Script script, std::string_view format) {
         return script.send(chunk(error_event_wire(format, kNoCapacity)) +
                            chunk(stream_wire(format).closing + stream_wire(format).mark) + kLast);
       }},
      {"an error event, and a stream left open", "overloaded", 503,
       [](Script script, std::string_view format) {
         return script.send(chunk(error_event_wire(format, kNoCapacity))).stall();
       }},
  };
}

/// The stream's beginning is read by the client; then it goes wrong.
void check_cut(WireWorld& world, const Pair& pair, const Cut& cut) {
  const StreamWire wire = stream_wire(pair.provider);
  const Gate delta_read;
  world.provider.plays(
      cut.rest(stream(chunk(wire.opening + wire.delta)).wait(delta_read), pair.provider));
  RawClient client(world.daemon.port());
  client.send(world.request(pair.ask()));
  CHECK(client.read_head().status == 200);
  REQUIRE(client.read_body_until("half"));
  delta_read.open();
  const RawResponse& answer = client.read_rest();
  CAPTURE(answer.body);
  CHECK_FALSE(answer.complete);
  CHECK(text_of(pair.client, answer) == "half");
  const bool may_show_mark = cut.is_behind_finish && pair.client == "gemini";
  if (!may_show_mark) CHECK_FALSE(has_success_mark(pair.client, answer.body));
  const Told told = told_by(pair.client, answer);
  if (cut.code == "overloaded") CHECK(told.message == kNoCapacity);
  const bool as_it_came = cut.code == "overloaded" && pair.passes();
  if (!as_it_came) CHECK(told.code == told_code(pair.client, cut.code, cut.status));
  CHECK(told.message.find(kProviderKey) == std::string::npos);
  CHECK(client.read_ending() == ReadEnd::fin);
}

void check_cut_row(const Pair& pair, const Cut& cut, const Row& row) {
  CHECK(row.at("outcome") == "truncated");
  CHECK(row.at("error_code") == cut.code);
  CHECK(row.at("status") == "200");
  CHECK(row.at("provider") == "to-" + std::string(pair.provider));
  CHECK(row.at("streamed") == "1");
  CHECK(row.at("attempt") == "1");
  CHECK(row.at("upstream_id") == "up-1");
  if (cut.is_behind_finish && pair.provider != "responses") {
    CHECK(row.at("usage_origin") == "reported");
    CHECK(row.at("output_tokens") == kOutput);
    CHECK(row.at("cost_pico_usd") == kPicoUsd);
  } else if (pair.provider == "anthropic") {  // reports its input first
    CHECK(row.at("usage_origin") == "reported");
    CHECK(row.at("input_tokens") == kInput);
    CHECK(row.at("output_tokens") == "1");
  } else {
    CHECK(row.at("usage_origin") == "estimated");
    CHECK(row.at("output_tokens") == "1");  // "half": four bytes
  }
}

struct Early {
  std::string name;
  bool stream;
  std::string code;
  int status;
  std::function<Script(std::string_view)> script;
};

/// What can still be answered with a status.
std::vector<Early> early_faults() {
  return {
      {"an error as the first event", true, "overloaded", 503,
       [](std::string_view format) {
         return stream(chunk(error_event_wire(format, kNoCapacity))).close();
       }},
      {"an error object in a plain 200, a stream was asked for", true, "overloaded", 503,
       [](std::string_view format) {
         return Script().send(json_answer(200, error_wire(format, 503, kNoCapacity)));
       }},
      {"an error object in a plain 200", false, "overloaded", 503,
       [](std::string_view format) {
         return Script().send(json_answer(200, error_wire(format, 503, kNoCapacity)));
       }},
      {"nothing at all", true, "upstream_truncated", 502,
       [](std::string_view) { return stream(kLast); }},
      {"garbage", true, "upstream_malformed", 502,
       [](std::string_view) { return stream(chunk("data: hello\n\n") + kLast); }},
      {"a plain answer where a stream was asked for", true, "upstream_malformed", 502,
       [](std::string_view format) { return Script().send(json_answer(200, reply_wire(format))); }},
      {"a stream where none was asked for", false, "upstream_malformed", 502,
       [](std::string_view format) {
         return stream(chunk(stream_wire(format).whole()) + kLast).close();
       }},
      {"a plain answer that is no JSON", false, "upstream_malformed", 502,
       [](std::string_view) { return Script().send(json_answer(200, "<html>")); }},
      {"a plain answer with nothing in it", false, "upstream_malformed", 502,
       [](std::string_view) { return Script().send(json_answer(200, "{}")); }},
      {"a plain answer that is cut", false, "upstream_truncated", 502,
       [](std::string_view format) {
         const std::string whole = json_answer(200, reply_wire(format));
         return Script().send(whole.substr(0, whole.size() - 3)).close();
       }},
  };
}

void check_early(WireWorld& world, const Pair& pair, const Early& fault) {
  world.provider.plays(fault.script(pair.provider));
  const RawResponse answer = world.ask(pair.ask(fault.stream));
  CAPTURE(answer.head);
  CAPTURE(answer.body);
  CHECK(answer.status == fault.status);
  CHECK(answer.complete);
  CHECK(answer.field("content-type") == "application/json");
  const Told told = told_by(pair.client, answer);
  CHECK(told.code == told_code(pair.client, fault.code, fault.status));
  if (fault.code == "overloaded") {
    CHECK(told.message == kNoCapacity);
    CHECK(answer.field("retry-after") == "1");
  }
}

}  // namespace

TEST_SUITE("format streams") {
  TEST_CASE("behind its first text a stream that goes wrong is told in each client's own words") {
    WireWorld world;
    const std::vector<Pair> pairs = all_pairs();
    const std::vector<Cut> all = cuts();
    for (const Pair& pair : pairs) {
      CAPTURE(pair.name());
      for (const Cut& cut : all) {
        CAPTURE(cut.name);
        check_cut(world, pair, cut);
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == pairs.size() * all.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Pair& pair = pairs[i / all.size()];
      const Cut& cut = all[i % all.size()];
      CAPTURE(pair.name());
      CAPTURE(cut.name);
      check_cut_row(pair, cut, rows[i]);
    }
  }

  TEST_CASE("before its first text a stream can be refused with a status in each format") {
    WireWorld world;
    const std::vector<Pair> pairs = all_pairs();
    const std::vector<Early> faults = early_faults();
    for (const Pair& pair : pairs) {
      CAPTURE(pair.name());
      for (const Early& fault : faults) {
        CAPTURE(fault.name);
        check_early(world, pair, fault);
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == pairs.size() * faults.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Early& fault = faults[i % faults.size()];
      CAPTURE(pairs[i / faults.size()].name());
      CAPTURE(fault.name);
      CHECK(rows[i].at("outcome") == "error");
      CHECK(rows[i].at("error_code") == fault.code);
      CHECK(rows[i].at("status") == std::to_string(fault.status));
      CHECK(rows[i].at("cost_pico_usd") == "0");
    }
  }

  TEST_CASE("an error as the first event lets a provider of another format answer") {
    std::string models;
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
      models += "[[model]]\nid = \"shared/" + std::string(kFormats[i]) +
                "\"\nendpoints = [{ provider = \"to-" + std::string(kFormats[i]) +
                "\", model = \"m\" }, { provider = \"to-" +
                std::string(kFormats[(i + 1) % kFormats.size()]) + "\", model = \"m\" }]\n";
    }
    WireWorld world("", models);
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
      const std::string_view second = kFormats[(i + 1) % kFormats.size()];
      for (const std::string_view client : kFormats) {
        CAPTURE(kFormats[i]);
        CAPTURE(client);
        world.provider.plays(stream(chunk(error_event_wire(kFormats[i], kNoCapacity))).close());
        world.provider.plays(stream(chunk(stream_wire(second).whole()) + kLast));
        const RawResponse answer =
            world.ask({.format = client,
                       .model = "shared/" + std::string(kFormats[i]),
                       .stream = true,
                       .more = order_of({"to-" + std::string(kFormats[i])})});
        CHECK(answer.status == 200);
        CHECK(answer.complete);
        CHECK(answer.field("x-arouter-provider") == "to-" + std::string(second));
        CHECK(text_of(client, answer) == "half");
        CHECK(has_success_mark(client, answer.body));
      }
    }
    for (const Row& row : world.stop_and_read_rows()) {
      CHECK(row.at("outcome") == "ok");
      CHECK(row.at("attempt") == "2");
      CHECK(row.at("cost_pico_usd") == kPicoUsd);
    }
  }

  TEST_CASE("silence behind the first text ends the stream of every client in time") {
    WireWorld world("timeouts = { progress_ms = 300 }");
    std::size_t asked = 0;
    for (const std::string_view provider : kFormats) {
      const StreamWire wire = stream_wire(provider);
      world.provider.always(stream(chunk(wire.opening + wire.delta)).stall());
      std::vector<std::pair<Pair, std::unique_ptr<RawClient>>> clients;
      for (const Pair& pair : all_pairs()) {
        if (pair.provider != provider) continue;
        clients.emplace_back(pair, std::make_unique<RawClient>(world.daemon.port()));
        clients.back().second->send(world.request(pair.ask()));
        world.provider.wait_for_requests(++asked);
      }
      for (const auto& [pair, client] : clients) {
        CAPTURE(pair.name());
        const RawResponse answer = client->read_response();
        CAPTURE(answer.body);
        CHECK_FALSE(answer.complete);
        CHECK_FALSE(has_success_mark(pair.client, answer.body));
        CHECK(told_by(pair.client, answer).code == told_code(pair.client, "upstream_timeout", 504));
      }
    }
    for (const Row& row : world.stop_and_read_rows()) {
      CHECK(row.at("outcome") == "truncated");
      CHECK(row.at("error_code") == "upstream_timeout");
    }
  }

  TEST_CASE("a Responses stream that passes and fails ends with a response.failed of its own") {
    WireWorld world;
    const std::string delta =
        "event: response.output_text.delta\n"
        R"(data: {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,)"
        R"("content_index":0,"delta":"half","sequence_number":4})"
        "\n\n";
    const std::string opening = stream_wire("responses").opening;
    const auto failed = [&](const std::string& rest, int number) {
      const Gate read;
      world.provider.plays(stream(chunk(opening + delta)).wait(read).send(rest).close());
      RawClient client(world.daemon.port());
      client.send(
          world.request({.format = "responses", .model = model_of("responses"), .stream = true}));
      CHECK(client.read_head().status == 200);
      REQUIRE(client.read_body_until("half"));
      read.open();
      const std::string body = client.read_rest().body;
      CAPTURE(body);
      const std::size_t at = body.find("event: response.failed\n");
      REQUIRE(at != std::string::npos);
      CHECK(body.find("event: response.failed\n", at + 1) == std::string::npos);
      const std::string last = body.substr(at);
      CHECK(last.find("\"sequence_number\":" + std::to_string(number)) != std::string::npos);
      CHECK(last.find(R"("id":"up-1")") != std::string::npos);
      return body.substr(0, at);
    };
    const std::string cut = failed("", 6);
    CHECK(cut.find(R"("sequence_number":5})") != std::string::npos);  // the error before it
    const std::string told = failed(chunk(error_event_wire("responses", kNoCapacity)), 10);
    CHECK(told.find(kNoCapacity) != std::string::npos);
    CHECK(told.rfind("event: error") == told.find("event: error"));
  }

  TEST_CASE("pings alone do not keep a stream alive for any client") {
    WireWorld world("timeouts = { progress_ms = 300 }");
    const StreamWire wire = stream_wire("anthropic");
    const std::string ping = "event: ping\ndata: {\"type\": \"ping\"}\n\n";
    for (const std::string_view client : kFormats) {
      CAPTURE(client);
      world.provider.plays(stream(chunk(wire.opening + wire.delta)).flood(chunk(ping)));
      const RawResponse answer =
          world.ask({.format = client, .model = model_of("anthropic"), .stream = true});
      CHECK_FALSE(answer.complete);
      CHECK(told_by(client, answer).code == told_code(client, "upstream_timeout", 504));
    }
  }

  TEST_CASE("a keep-alive where data belongs is no event, and reaches no client") {
    WireWorld world;
    for (const Pair& pair : all_pairs()) {
      CAPTURE(pair.name());
      const StreamWire wire = stream_wire(pair.provider);
      const std::string alive = "data: : keep-alive\n\ndata:\n\nevent: ping\ndata\n\n";
      world.provider.plays(stream(chunk(alive + wire.opening + alive + wire.delta + alive +
                                        wire.closing + alive + wire.mark) +
                                  kLast));
      const RawResponse answer = world.ask(pair.ask());
      CAPTURE(answer.body);
      CHECK(answer.complete);
      CHECK(text_of(pair.client, answer) == "half");
      CHECK(has_success_mark(pair.client, answer.body));
      CHECK(answer.body.find("keep-alive") == std::string::npos);
    }
    for (const Row& row : world.stop_and_read_rows()) CHECK(row.at("cost_pico_usd") == kPicoUsd);
  }

  TEST_CASE("no text can end its event and begin another") {
    WireWorld world;
    const std::string said = "half\n\ndata: [DONE]\n\nevent: error\r\ndata: {}\n\n";
    for (const Pair& pair : all_pairs()) {
      CAPTURE(pair.name());
      StreamWire wire = stream_wire(pair.provider);
      const std::string escaped = R"(half\n\ndata: [DONE]\n\nevent: error\r\ndata: {}\n\n)";
      for (std::string* piece : {&wire.delta, &wire.closing}) {
        const std::size_t at = piece->find("half");
        if (at != std::string::npos) piece->replace(at, 4, escaped);
      }
      world.provider.plays(stream(chunk(wire.whole()) + kLast));
      const RawResponse answer = world.ask(pair.ask());
      CAPTURE(answer.body);
      CHECK(answer.complete);
      CHECK(text_of(pair.client, answer) == said);
      CHECK(answer.body.find("\ndata: {}") == std::string::npos);
      CHECK(has_success_mark(pair.client, answer.body));
    }
  }

  TEST_CASE("what comes behind the end mark reaches no client") {
    WireWorld world;
    for (const Pair& pair : all_pairs()) {
      CAPTURE(pair.name());
      if (pair.provider == "gemini") continue;  // its streams end with the body
      const StreamWire wire = stream_wire(pair.provider);
      world.provider.plays(stream(chunk(wire.whole() + wire.delta + wire.mark) + kLast));
      const RawResponse answer = world.ask(pair.ask());
      CAPTURE(answer.body);
      CHECK(answer.complete);
      CHECK(text_of(pair.client, answer) == "half");
      CHECK(has_success_mark(pair.client, answer.body));
    }
    for (const Row& row : world.stop_and_read_rows()) {
      CHECK(row.at("outcome") == "ok");
      CHECK(row.at("cost_pico_usd") == kPicoUsd);
    }
  }

  TEST_CASE(
      "usage that an OpenAI provider reports behind its end mark is learnt for every client") {
    WireWorld world;
    const StreamWire wire = stream_wire("openai");
    const std::size_t usage = wire.closing.find("\n\n") + 2;
    for (const Pair& pair : all_pairs()) {
      if (pair.provider != "openai") continue;
      CAPTURE(pair.name());
      world.provider.plays(stream(chunk(wire.opening + wire.delta + wire.closing.substr(0, usage) +
                                        wire.mark + wire.closing.substr(usage)) +
                                  kLast));
      const RawResponse answer = world.ask(pair.ask());
      CHECK(answer.complete);
      CHECK(has_success_mark(pair.client, answer.body));
    }
    for (const Row& row : world.stop_and_read_rows()) {
      CHECK(row.at("usage_origin") == "reported");
      CHECK(row.at("cost_pico_usd") == kPicoUsd);
    }
  }
}

}  // namespace arouter::test
