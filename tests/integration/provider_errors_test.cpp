// Errors of every shape, as providers send them: each client is told in its own words, with who
// refused, when to come back and the request's id.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

struct Shape {
  std::string_view provider;  // its format
  int status;
  std::string body;
  int told_status;
  std::string code;
  std::string message;
  std::string fields{};       // of the provider's answer
  std::string retry_after{};  // that the client is told
};

const std::string kNoKey = "refused this daemon's credential";
const std::string kNoCredit = "has no credit left for this daemon's account";

std::vector<Shape> shapes() {
  return {
      {"openai", 401, R"({"error":{"message":"Incorrect API key","code":"invalid_api_key"}})", 502,
       "upstream_auth", kNoKey},
      {"openai", 429, R"({"error":{"message":"pay","type":"insufficient_quota","code":null}})", 502,
       "upstream_credit", kNoCredit},
      {"openai", 429, R"({"error":{"message":"slower","code":"rate_limit_exceeded"}})", 429,
       "rate_limit_exceeded", "slower",
       "x-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-tokens: 12s\r\n", "12"},
      {"openai", 429, R"({"error":{"message":"slower"}})", 429, "rate_limit_exceeded", "slower",
       "retry-after-ms: 1500\r\nRetry-After: 9\r\n", "2"},
      {"openai", 400, R"({"error":{"message":"long","code":"context_length_exceeded"}})", 400,
       "context_length_exceeded", "long"},
      {"openai", 400,
       R"({"error":{"message":"bad","code":"content_filter","innererror":{"code":"x"}}})", 400,
       "content_filter", "bad"},
      {"openai", 404, R"({"error":"model 'x' not found"})", 404, "model_not_found",
       "model 'x' not found"},
      {"openai", 422, R"({"detail":[{"loc":["body","n"],"msg":"too many"}]})", 422,
       "provider_rejected", "n: too many"},
      {"openai", 503, "<html>busy</html>", 503, "overloaded", "answered with status 503", "", "1"},
      {"openai", 500, "", 502, "upstream_refused", "answered with status 500"},
      {"openai", 400,
       R"({"error":{"message":"Provider returned error","metadata":{"raw":"too odd"}}})", 400,
       "provider_rejected", "Provider returned error: too odd"},
      {"openai", 200, R"({"error":{"code":429,"message":"slower"}})", 429, "rate_limit_exceeded",
       "slower", "", "1"},
      {"openai", 200, R"({"error":{"type":"invalid_request_error","message":"bad"}})", 400,
       "provider_rejected", "bad"},
      {"anthropic", 529, R"({"type":"error","error":{"type":"overloaded_error","message":"full"}})",
       503, "overloaded", "full", "", "1"},
      {"anthropic", 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":)"
       R"("Your credit balance is too low to access the Anthropic API."}})",
       502, "upstream_credit", kNoCredit},
      {"anthropic", 404,
       R"({"type":"error","error":{"type":"not_found_error","message":"model: x"}})", 404,
       "model_not_found", "model: x"},
      {"gemini", 400,
       R"([{"error":{"code":400,"message":"bad","details":[{"reason":"API_KEY_INVALID"}]}}])", 502,
       "upstream_auth", kNoKey},
      {"gemini", 429,
       R"({"error":{"code":429,"message":"slower","status":"RESOURCE_EXHAUSTED","details":[)"
       R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"39s"}]}})",
       429, "rate_limit_exceeded", "slower", "", "39"},
      {"responses", 500, R"({"error":{"message":"oh","type":"server_error"}})", 502,
       "upstream_refused", "oh"},
  };
}

std::string text_at(const nlohmann::json& value, const char* path) {
  const nlohmann::json::json_pointer pointer(path);
  if (!value.is_object() || !value.contains(pointer)) return "nothing";
  return value.at(pointer).is_string() ? value.at(pointer).get<std::string>() : "no text";
}

/// Who refused and what, in the dialect's own place.
void check_origin(std::string_view client, const RawResponse& answer, const std::string& source) {
  const nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
  const bool is_anthropic = client == "anthropic";
  const bool is_gemini = client == "gemini";
  const char* source_at = is_anthropic ? "/source"
                          : is_gemini  ? "/error/details/0/domain"
                                       : "/error/source";
  const char* id_at = is_anthropic ? "/request_id"
                      : is_gemini  ? "/error/details/0/metadata/request_id"
                                   : "/error/request_id";
  CHECK(text_at(body, source_at) == source);
  CHECK(answer.field("x-arouter-source") == source);
  CHECK(answer.field("x-request-id").starts_with("gen-"));
  CHECK(text_at(body, id_at) == answer.field("x-request-id"));
  if (is_anthropic) CHECK(answer.field("request-id") == answer.field("x-request-id"));
}

void check_shape(WireWorld& world, const Shape& shape, std::string_view client, bool stream) {
  world.provider.plays(Script().send(json_answer(shape.status, shape.body, shape.fields)));
  const RawResponse answer =
      world.ask({.format = client, .model = model_of(shape.provider), .stream = stream});
  CAPTURE(answer.head);
  CAPTURE(answer.body);
  CHECK(answer.status == shape.told_status);
  CHECK(answer.field("retry-after") == shape.retry_after);
  const Told told = told_by(client, answer);
  CHECK(told.code == told_code(client, shape.code, shape.told_status));
  CHECK(told.message.find(shape.message) != std::string::npos);
  check_origin(client, answer, "to-" + std::string(shape.provider));
}

}  // namespace

TEST_SUITE("provider errors") {
  TEST_CASE("every shape of error is told in each client's own words") {
    WireWorld world;
    const std::vector<Shape> all = shapes();
    for (const Shape& shape : all) {
      CAPTURE(shape.body);
      for (const std::string_view client : kFormats) {
        CAPTURE(client);
        for (const bool stream : {false, true}) check_shape(world, shape, client, stream);
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == all.size() * kFormats.size() * 2);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Shape& shape = all[i / (kFormats.size() * 2)];
      CAPTURE(shape.body);
      CHECK(rows[i].at("error_code") == shape.code);
      CHECK(rows[i].at("status") == std::to_string(shape.told_status));
      CHECK(rows[i].at("outcome") == "error");
    }
  }

  TEST_CASE("what arouter refuses itself is told in the same way") {
    WireWorld world;
    for (const std::string_view client : kFormats) {
      CAPTURE(client);
      const RawResponse unknown = world.ask({.format = client, .model = "nobody/has-it"});
      CHECK(unknown.status == 404);
      check_origin(client, unknown, "arouter");
      const Ask ask{.format = client, .model = model_of(client)};
      const RawResponse broken = call(
          world.daemon.port(), post(world.daemon.port(), ask_path(ask), world.daemon.key(), "{"));
      CHECK(broken.status == 400);
      check_origin(client, broken, "arouter");
      const RawResponse stranger =
          call(world.daemon.port(), post(world.daemon.port(), ask_path(ask), "", ask_body(ask)));
      CHECK(stranger.status == 401);
      check_origin(client, stranger, "arouter");
    }
    const RawResponse no_http = call(world.daemon.port(), "GET\r\n\r\n");
    CHECK(no_http.field("x-arouter-source") == "arouter");
    CHECK(no_http.field("x-request-id").starts_with("gen-"));
  }

  TEST_CASE("an error inside a stream names the request, translated or as it came") {
    WireWorld world;
    for (const std::string_view provider : kFormats) {
      for (const std::string_view client : kFormats) {
        CAPTURE(provider);
        CAPTURE(client);
        const StreamWire wire = stream_wire(provider);
        const Gate delta_read;
        world.provider.plays(Script()
                                 .send(event_stream_head())
                                 .send(chunk(wire.opening + wire.delta))
                                 .wait(delta_read)
                                 .send(chunk(error_event_wire(provider, "no capacity")))
                                 .close());
        RawClient raw(world.daemon.port());
        raw.send(world.request({.format = client, .model = model_of(provider), .stream = true}));
        const std::string id = raw.read_head().field("x-request-id");
        CHECK(id.starts_with("gen-"));
        REQUIRE(raw.read_body_until("half"));
        delta_read.open();
        const RawResponse& answer = raw.read_rest();
        CAPTURE(answer.body);
        CHECK(told_by(client, answer).message == "no capacity");
        CHECK(answer.body.find("\"request_id\":\"" + id + "\"") != std::string::npos);
      }
    }
  }

  TEST_CASE("what the provider calls its error is told to the log") {
    WireWorld world;
    world.provider.plays(Script().send(
        json_answer(500, R"({"error":{"message":"m","type":"odd_type","code":"odd_code"}})",
                    "X-Request-Id: req_odd\r\n")));
    CHECK(world.ask({.format = "openai", .model = model_of("openai")}).status == 502);
    world.stop_and_read_rows();
    const std::string told = "status 500, code odd_code, type odd_type, its request req_odd";
    CHECK(world.daemon.errors().find(told) != std::string::npos);
  }

  TEST_CASE("a model that the provider does not have is asked for elsewhere") {
    WireWorld world(
        "",
        "[[model]]\nid = \"shared/m\"\nendpoints = [{ provider = \"to-openai\", model = "
        "\"m\" }, { provider = \"to-anthropic\", model = \"m\" }]\n");
    world.provider.plays(
        Script().send(json_answer(404, R"({"error":{"message":"The model `m` does not exist"}})")));
    world.provider.plays(Script().send(json_answer(200, reply_wire("anthropic"))));
    const RawResponse answer =
        world.ask({.format = "openai", .model = "shared/m", .more = order_of({"to-openai"})});
    CHECK(answer.status == 200);
    CHECK(answer.field("x-arouter-provider") == "to-anthropic");
  }
}

}  // namespace arouter::test
