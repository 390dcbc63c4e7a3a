// Every endpoint of the three dialects: where a key may stand, what a wrong one is told, and the
// methods beside the one that it is for.
#include <doctest/doctest.h>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

struct Endpoint {
  std::string_view method;
  std::string path;
  std::string body;
  std::string_view dialect;
  std::string answer;            // of the provider
  std::string pointer;           // into the answer: it is there
  std::string google_pointer{};  // the same where Google's header makes the caller Google's
  std::string_view fields{};     // that make the caller what it is
};

constexpr std::string_view kAnthropicVersion = "anthropic-version: 2023-06-01\r\n";

Endpoint chat(std::string_view format, std::string pointer) {
  const Ask ask{.format = format, .model = model_of(format)};
  return {"POST",
          ask_path(ask),
          ask_body(ask),
          format,
          json_answer(200, reply_wire(format)),
          std::move(pointer)};
}

Endpoint gemini_call(std::string_view verb, std::string body, std::string_view answer,
                     std::string pointer) {
  return {"POST",
          "/v1beta/models/to-gemini/m:" + std::string(verb),
          std::move(body),
          "gemini",
          json_answer(200, answer),
          std::move(pointer)};
}

Endpoint gemini_stream(std::string_view query) {
  const StreamWire wire = stream_wire("gemini");
  Endpoint endpoint = gemini_call("streamGenerateContent" + std::string(query),
                                  ask_body({.format = "gemini", .model = {}}), "", "");
  endpoint.answer = event_stream_head() + chunk(wire.whole()) + std::string(kLastChunk);
  return endpoint;
}

std::vector<Endpoint> calls() {
  const std::string one = R"({"content":{"parts":[{"text":"a"}]}})";
  return {
      chat("openai", "/choices/0"),
      {"POST", "/v1/embeddings", R"({"model":"to-openai/m","input":"a"})", "openai",
       json_answer(200, R"({"data":[{"index":0,"embedding":[1]}],"usage":{"prompt_tokens":1}})"),
       "/data/0"},
      {"POST", "/v1/completions", R"({"model":"to-openai/m","prompt":"a"})", "openai",
       json_answer(200, R"({"id":"c","choices":[{"text":"a","finish_reason":"stop"}]})"),
       "/choices/0"},
      chat("responses", "/output/0"),
      {"POST", "/v1/responses/input_tokens", R"({"model":"to-responses/m","input":"a"})",
       "responses", json_answer(200, R"({"input_tokens":1})"), "/input_tokens"},
      chat("anthropic", "/content/0"),
      {"POST", "/v1/messages/count_tokens",
       R"({"model":"to-anthropic/m","messages":[{"role":"user","content":"a"}]})", "anthropic",
       json_answer(200, R"({"input_tokens":1})"), "/input_tokens"},
      chat("gemini", "/candidates/0"),
      gemini_stream(""),
      gemini_stream("?alt=sse"),
      gemini_call("countTokens", R"({"contents":[{"parts":[{"text":"a"}]}]})",
                  R"({"totalTokens":1})", "/totalTokens"),
      gemini_call("embedContent", one, R"({"embedding":{"values":[1]}})", "/embedding"),
      gemini_call("batchEmbedContents", R"({"requests":[)" + one + "]}",
                  R"({"embeddings":[{"values":[1]}]})", "/embeddings/0"),
  };
}

std::vector<Endpoint> endpoints() {
  std::vector<Endpoint> all = calls();
  const auto read = [&](std::string path, std::string_view dialect, std::string pointer,
                        std::string google_pointer, std::string_view fields) {
    all.push_back({"GET", std::move(path), "", dialect, "", std::move(pointer),
                   std::move(google_pointer), fields});
  };
  read("/v1/models", "openai", "/data/0/owned_by", "/models/0/name", "");
  read("/v1/models/to-openai/m", "openai", "/owned_by", "/name", "");
  read("/v1/models", "anthropic", "/data/0/display_name", "", kAnthropicVersion);
  read("/v1/models/to-openai/m", "anthropic", "/display_name", "", kAnthropicVersion);
  read("/v1beta/models", "gemini", "/models/0/name", "", "");
  read("/v1beta/models/to-openai/m", "gemini", "/name", "", "");
  return all;
}

constexpr std::string_view kGoogleField = "x-goog-api-key: ";
constexpr std::array<std::string_view, 4> kKeyFields{"Authorization: Bearer ",
                                                     "X-Api-Key: ", "Api-Key: ", kGoogleField};

/// The bytes of a request with these fields beside its own.
std::string request_of(const World& world, const Endpoint& endpoint, std::string_view method,
                       std::string_view query, std::string_view fields) {
  const bool has_query = endpoint.path.find('?') != std::string::npos;
  std::string target = endpoint.path;
  if (!query.empty()) target += (has_query ? "&" : "?") + std::string(query);
  std::string text = std::string(method) + " " + target +
                     " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(world.daemon.port()) +
                     "\r\n" + std::string(endpoint.fields) + std::string(fields);
  if (method != "POST") return text + "\r\n";
  return text + "Content-Type: application/json\r\nContent-Length: " +
         std::to_string(endpoint.body.size()) + "\r\n\r\n" + endpoint.body;
}

RawResponse ask(const World& world, const Endpoint& endpoint, std::string_view query,
                std::string_view fields) {
  return call(world.daemon.port(), request_of(world, endpoint, endpoint.method, query, fields));
}

/// Answered as it should be, whatever the format.
void check_answered(const Endpoint& endpoint, const RawResponse& answer, bool as_google) {
  CAPTURE(answer.head);
  CAPTURE(answer.body);
  CHECK(answer.status == 200);
  CHECK(answer.complete);
  const bool turned = as_google && !endpoint.google_pointer.empty();
  const std::string& pointer = turned ? endpoint.google_pointer : endpoint.pointer;
  if (pointer.empty()) {
    CHECK(text_of(endpoint.dialect, answer) == "half");
  } else {
    const json body = json::parse(answer.body, nullptr, false);
    CHECK((body.is_object() && body.contains(json::json_pointer(pointer))));
  }
}

void check_unauthorized(const Endpoint& endpoint, const RawResponse& answer, bool as_google,
                        std::string_view code) {
  CAPTURE(answer.head);
  CAPTURE(answer.body);
  CHECK(answer.field("x-should-retry") == "false");
  CHECK(answer.status == 401);
  CHECK(answer.field("content-type") == "application/json");
  CHECK(answer.field("x-request-id") != "");
  const bool turned = as_google && !endpoint.google_pointer.empty();
  const std::string_view dialect = turned ? "gemini" : endpoint.dialect;
  const Told told = told_by(dialect, answer);
  CHECK(told.code == told_code(dialect, code, 401));
  CHECK(told.message != "");
}

}  // namespace

TEST_SUITE("format endpoints") {
  TEST_CASE("every endpoint takes the key in every header that some client writes it in") {
    WireWorld world;
    for (const Endpoint& endpoint : endpoints()) {
      CAPTURE(endpoint.path);
      world.provider.always(Script().send(endpoint.answer));
      for (const std::string_view field : kKeyFields) {
        CAPTURE(field);
        const std::string line = std::string(field) + world.daemon.key() + "\r\n";
        check_answered(endpoint, ask(world, endpoint, "", line), field == kGoogleField);
      }
    }
    for (const RecordedRequest& each : world.provider.requests()) {
      CHECK(each.head.find(world.daemon.key()) == std::string::npos);
    }
  }

  TEST_CASE("a missing or wrong key is told in each dialect's own shape, and asks nobody") {
    WireWorld world;
    const std::string wrong = "lr_live_of-somebody-else";
    for (const Endpoint& endpoint : endpoints()) {
      CAPTURE(endpoint.path);
      check_unauthorized(endpoint, ask(world, endpoint, "", ""), false, "missing_api_key");
      for (const std::string_view field : kKeyFields) {
        CAPTURE(field);
        const RawResponse answer = ask(world, endpoint, "", std::string(field) + wrong + "\r\n");
        check_unauthorized(endpoint, answer, field == kGoogleField, "invalid_api_key");
        CHECK((answer.head + answer.body).find(wrong) == std::string::npos);
      }
    }
    CHECK(world.provider.connections() == 0);
    CHECK(world.stop_and_read_rows().empty());
    CHECK(world.daemon.errors().find(wrong) == std::string::npos);
  }

  TEST_CASE("the query bears a key on Gemini's routes alone, and no log and no provider sees it") {
    WireWorld world("", "[logging]\nlevel = \"debug\"\n");
    const std::string key = "key=" + world.daemon.key();
    const std::string wrong = "lr_live_of-somebody-else";
    // First, while there is room in the log: a provider that fails is told of there.
    world.provider.plays(Script().send(json_answer(500, "{}")));
    CHECK(ask(world, chat("gemini", ""), key, "").status == 502);
    std::size_t answered = 1;
    for (const Endpoint& endpoint : endpoints()) {
      CAPTURE(endpoint.path);
      world.provider.always(Script().send(endpoint.answer));
      const RawResponse answer = ask(world, endpoint, key, "");
      if (endpoint.dialect == "gemini") {
        check_answered(endpoint, answer, false);
        if (endpoint.method == "POST") ++answered;
      } else {
        check_unauthorized(endpoint, answer, false, "missing_api_key");
      }
      const RawResponse refused = ask(world, endpoint, "key=" + wrong, "");
      const bool is_read = endpoint.dialect == "gemini";
      check_unauthorized(endpoint, refused, false, is_read ? "invalid_api_key" : "missing_api_key");
      CHECK((refused.head + refused.body).find(wrong) == std::string::npos);
    }
    // The proxy is of no format, and takes no key from the query.
    CHECK(call(world.daemon.port(),
               post(world.daemon.port(), "/to-gemini/v1beta/models/m:generateContent?" + key, "",
                    ask_body({.format = "gemini", .model = "m"})))
              .status == 401);
    const std::vector<RecordedRequest> asked = world.provider.requests();
    CHECK(asked.size() == answered);
    for (const RecordedRequest& each : asked) {
      CHECK(each.head.find("key=") == std::string::npos);
      CHECK(each.head.find(world.daemon.key()) == std::string::npos);
    }
    world.stop_and_read_rows();
    CHECK(world.daemon.errors().find("status=502") != std::string::npos);
    CHECK(world.daemon.errors().find(world.daemon.key()) == std::string::npos);
    for (const std::string& said : {world.daemon.errors(), world.daemon.output()}) {
      CHECK(said.find(wrong) == std::string::npos);
    }
  }

  TEST_CASE("HEAD and OPTIONS behave on every endpoint") {
    WireWorld world;
    const std::string auth = "Authorization: Bearer " + world.daemon.key() + "\r\n";
    for (const Endpoint& endpoint : endpoints()) {
      CAPTURE(endpoint.path);
      const bool is_call = endpoint.method == "POST";
      const std::string methods = is_call ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
      RawClient client(world.daemon.port());
      client.send(request_of(world, endpoint, "OPTIONS", "", ""));
      const RawResponse options = client.read_response();
      CHECK(options.status == 204);
      CHECK(options.field("allow") == methods);
      CHECK(options.field("access-control-allow-origin") == "");
      client.send(request_of(world, endpoint, "HEAD", "", auth));
      const RawResponse head = client.read_response(true);
      CHECK(head.status == (is_call ? 405 : 200));
      if (is_call) CHECK(head.field("allow") == methods);
      client.send(request_of(world, endpoint, "HEAD", "", ""));
      CHECK(client.read_response(true).status == (is_call ? 405 : 401));
      // The same connection goes on: no byte of a body stood in between.
      client.send(request_of(world, endpoint, is_call ? "DELETE" : "GET", "", auth));
      const RawResponse next = client.read_response();
      CHECK(next.status == head.status);
      if (!is_call) CHECK(head.field("content-length") == next.field("content-length"));
      if (is_call) CHECK(told_by(endpoint.dialect, next).message != "");
    }
    CHECK(world.provider.connections() == 0);
    CHECK(world.stop_and_read_rows().empty());
  }
}

}  // namespace arouter::test
