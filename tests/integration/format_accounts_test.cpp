// What a call costs and what is told of it, for every format as provider and as client: usage in
// the ledger, losses of a translation, refusals of providers.
#include <doctest/doctest.h>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

const std::string kLast(kLastChunk);

Script answer_of(std::string_view format, bool stream) {
  if (!stream) return Script().send(json_answer(200, reply_wire(format)));
  return Script().send(event_stream_head() + chunk(stream_wire(format).whole()) + kLast);
}

void check_priced(const Row& row) {
  CHECK(row.at("outcome") == "ok");
  CHECK(row.at("status") == "200");
  CHECK(row.at("usage_origin") == "reported");
  CHECK(row.at("input_tokens") == kInput);
  CHECK(row.at("cached_input_tokens") == kCached);
  CHECK(row.at("output_tokens") == kOutput);
  CHECK(row.at("reasoning_tokens") == kReasoning);
  CHECK(row.at("cost_pico_usd") == kPicoUsd);
  CHECK(row.at("upstream_id") == "up-1");
  CHECK(row.at("finish_reason") != "");
}

/// An answer of Gemini's whose model failed at a call.
Script failed_call(bool stream) {
  const auto failed = [](std::string wire) {
    const std::string_view stop = "STOP";
    return wire.replace(wire.find(stop), stop.size(), "MALFORMED_FUNCTION_CALL");
  };
  if (!stream) return Script().send(json_answer(200, failed(reply_wire("gemini"))));
  return Script().send(event_stream_head() + chunk(failed(stream_wire("gemini").whole())) + kLast);
}

/// `path` of a client as it goes through the proxy.
std::string proxied(std::string_view format, const std::string& path) {
  return "/to-" + std::string(format) + path;
}

struct Refusing {
  int status;
  std::string_view fields;
  int told_status;
  std::string_view code;
  std::string_view retry_after;
  bool keeps_message;
};

constexpr Refusing kRefusals[] = {
    {400, "", 400, "provider_rejected", "", true},
    {404, "", 404, "provider_rejected", "", true},
    {401, "", 502, "upstream_auth", "", false},
    {403, "", 502, "upstream_auth", "", false},
    {429, "Retry-After: 7\r\n", 429, "rate_limit_exceeded", "7", true},
    {500, "", 502, "upstream_refused", "", true},
    {503, "Retry-After: 9\r\n", 503, "overloaded", "9", true},
    {529, "", 503, "overloaded", "1", true},
};

void check_refusal(WireWorld& world, const Ask& ask, std::string_view provider,
                   const Refusing& refusing) {
  const std::string message = "no, not with " + std::string(kProviderKey) + " today";
  world.provider.plays(Script().send(json_answer(
      refusing.status, error_wire(provider, refusing.status, message), refusing.fields)));
  const RawResponse answer = world.ask(ask);
  CAPTURE(answer.head);
  CAPTURE(answer.body);
  CHECK(answer.status == refusing.told_status);
  CHECK(answer.complete);
  CHECK(answer.field("content-type") == "application/json");
  CHECK(answer.field("retry-after") == refusing.retry_after);
  CHECK(answer.field("x-request-id").starts_with("gen-"));
  const bool is_anthropic = ask.format == "anthropic";
  CHECK(answer.field("request-id") == (is_anthropic ? answer.field("x-request-id") : ""));
  const Told told = told_by(ask.format, answer);
  CHECK(told.code == told_code(ask.format, refusing.code, refusing.told_status));
  if (refusing.keeps_message) CHECK(told.message == "no, not with *** today");
  CHECK(answer.body.find(kProviderKey) == std::string::npos);
}

}  // namespace

TEST_SUITE("format accounts") {
  TEST_CASE("every pair's row holds what the provider reported and its exact price") {
    WireWorld world;
    std::size_t asked = 0;
    for (const std::string_view provider : kFormats) {
      for (const std::string_view client : kFormats) {
        for (const bool stream : {false, true}) {
          CAPTURE(provider);
          CAPTURE(client);
          CAPTURE(stream);
          world.provider.plays(answer_of(provider, stream));
          const RawResponse answer =
              world.ask({.format = client, .model = model_of(provider), .stream = stream});
          CAPTURE(answer.body);
          CHECK(answer.status == 200);
          CHECK(answer.complete);
          CHECK(text_of(client, answer).starts_with("half"));
          CHECK(answer.field("x-arouter-dropped") == "");
          CHECK(answer.field("x-arouter-model") == model_of(provider));
          ++asked;
        }
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == asked);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CAPTURE(i);
      CHECK(rows[i].at("streamed") == std::to_string(i % 2));
      check_priced(rows[i]);
    }
  }

  TEST_CASE("calls of each format through the proxy pass untouched and are priced alike") {
    WireWorld world;
    std::size_t asked = 0;
    for (const std::string_view format : kFormats) {
      for (const bool stream : {false, true}) {
        CAPTURE(format);
        CAPTURE(stream);
        const Ask ask{.format = format, .model = "m", .stream = stream};
        world.provider.plays(answer_of(format, stream));
        const RawResponse answer =
            call(world.daemon.port(), post(world.daemon.port(), proxied(format, ask_path(ask)),
                                           world.daemon.key(), ask_body(ask)));
        CHECK(answer.complete);
        CHECK(answer.body == (stream ? stream_wire(format).whole() : reply_wire(format)));
        CHECK(world.provider.requests().back().body == ask_body(ask));
        ++asked;
      }
    }
    const std::string array = "[" + reply_wire("gemini") + "\n,\r\n" + reply_wire("gemini") + "]";
    world.provider.plays(Script().send(json_answer(200, array)));
    const Ask ask{.format = "gemini", .model = "m", .stream = true, .as_array = true};
    const RawResponse answer =
        call(world.daemon.port(), post(world.daemon.port(), proxied("gemini", ask_path(ask)),
                                       world.daemon.key(), ask_body(ask)));
    CHECK(answer.body == array);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == asked + 1);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CAPTURE(i);
      CHECK(rows[i].at("route") == "proxy");
      check_priced(rows[i]);
    }
  }

  TEST_CASE("what a translation drops is named to the client and in the log, and else nothing") {
    WireWorld world;
    for (const std::string_view provider : kFormats) {
      for (const std::string_view client : kFormats) {
        for (const bool stream : {false, true}) {
          CAPTURE(provider);
          CAPTURE(client);
          world.provider.plays(answer_of(provider, stream));
          const RawResponse answer = world.ask({.format = client,
                                                .model = model_of(provider),
                                                .stream = stream,
                                                .more = R"(,"x_odd":1)"});
          CHECK(answer.status == 200);
          CHECK(answer.field("x-arouter-dropped") == (provider == client ? "" : "x_odd"));
        }
      }
    }
    CHECK(world.daemon.wait_for_errors("dropped=x_odd"));
  }

  TEST_CASE("who requires its parameters is refused by name, or served by who loses nothing") {
    std::string models;
    for (const std::string_view client : kFormats) {
      const std::string_view other = client == "openai" ? "gemini" : "openai";
      models += "[[model]]\nid = \"both/" + std::string(client) +
                "\"\nendpoints = [{ provider = \"to-" + std::string(other) +
                "\", model = \"m\" }, { provider = \"to-" + std::string(client) +
                "\", model = \"m\" }]\n";
    }
    WireWorld world("", models);
    const std::string strict = R"(,"x_odd":1,"provider":{"require_parameters":true})";
    for (const std::string_view client : kFormats) {
      CAPTURE(client);
      for (const std::string_view provider : kFormats) {
        if (provider == client) continue;
        CAPTURE(provider);
        const RawResponse refused =
            world.ask({.format = client, .model = model_of(provider), .more = strict});
        CAPTURE(refused.body);
        CHECK(refused.status == 400);
        const Told told = told_by(client, refused);
        CHECK(told.code == told_code(client, "unsupported_parameters", 400));
        CHECK(told.message.find("x_odd") != std::string::npos);
        if (client != "anthropic") {
          CHECK(refused.body.find(R"("param":"x_odd")") != std::string::npos);
        }
      }
      world.provider.plays(answer_of(client, false));
      const RawResponse served =
          world.ask({.format = client, .model = "both/" + std::string(client), .more = strict});
      CHECK(served.status == 200);
      CHECK(served.field("x-arouter-provider") == "to-" + std::string(client));
      CHECK(served.field("x-arouter-dropped") == "");
    }
    CHECK(world.provider.requests().size() == kFormats.size());
  }

  TEST_CASE("a model that fails at its call is an error to who cannot be told so, and is booked") {
    WireWorld world;
    for (const std::string_view client : kFormats) {
      for (const bool stream : {false, true}) {
        CAPTURE(client);
        CAPTURE(stream);
        world.provider.plays(failed_call(stream));
        const RawResponse answer =
            world.ask({.format = client, .model = model_of("gemini"), .stream = stream});
        CAPTURE(answer.body);
        const bool passes = client == "gemini";
        CHECK(answer.status == (passes || stream ? 200 : 502));
        CHECK(answer.complete == (passes || !stream));
        CHECK((answer.body.find("MALFORMED_FUNCTION_CALL") != std::string::npos));
        if (passes) continue;
        CHECK(told_by(client, answer).code == told_code(client, "upstream_malformed", 502));
        CHECK_FALSE(has_success_mark(client, answer.body));
      }
    }
    for (const Row& row : world.stop_and_read_rows()) {
      CHECK(row.at("usage_origin") == "reported");
      CHECK(row.at("input_tokens") == kInput);
      CHECK(row.at("output_tokens") == kOutput);
    }
  }

  TEST_CASE("a provider's refusal reaches every client in its own shape, without our key") {
    WireWorld world;
    std::vector<int> told;
    for (const std::string_view provider : kFormats) {
      for (const std::string_view client : kFormats) {
        for (const Refusing& refusing : kRefusals) {
          for (const bool stream : {false, true}) {
            CAPTURE(provider);
            CAPTURE(client);
            CAPTURE(refusing.status);
            check_refusal(world, {.format = client, .model = model_of(provider), .stream = stream},
                          provider, refusing);
            told.push_back(refusing.told_status);
          }
        }
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == told.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CHECK(rows[i].at("status") == std::to_string(told[i]));
      CHECK(rows[i].at("outcome") == "error");
      CHECK(rows[i].at("usage_origin") == "none");
      CHECK(rows[i].at("cost_pico_usd") == "0");
    }
    CHECK(world.daemon.errors().find(kProviderKey) == std::string::npos);
  }
}

}  // namespace arouter::test
