// Same format on both sides: what may change on the way, and that nothing else does.
#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <algorithm>
#include <random>

#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

// Everything a careless proxy would repair: blanks, numbers that no double holds, escapes, keys
// that come twice, letters of every width.
constexpr std::string_view kBehindModel =
    " ,\r\n\t\"seed\":9007199254740993,\"big\":18446744073709551616,\"tiny\":1e-400,\"huge\":1e400,"
    "\"minus\":-0,\"short\":1E2,\"price\":1.10,\"long\":0."
    "12345678901234567890123456789012345678901,"
    "\"x\":1,\"x\":\"2\" , \"\":{},\"nested\":{\"model\":\"mine\",\"usage\":[ ]},"
    "\"messages\":[ {\"role\":\"user\",\"content\":\"h\\u00e9 \\ud83d\\ude42 \\ud800 \\/ \xc3\xa9 "
    "\xe2\x80\xa8 \xf0\x9f\x99\x82 \xe2\x80\xae\"} ] }\n ";
constexpr std::string_view kBeforeModel = "\n { \"model\" :  ";

std::string odd_body(std::string_view model, std::string_view more = {}) {
  return std::string(kBeforeModel) + "\"" + std::string(model) + "\"" + std::string(more) +
         std::string(kBehindModel);
}

constexpr std::string_view kAnswerBefore =
    "{\"id\" : \"chatcmpl-\\u0031\",\n\"model\":\"a-1-2026\",\"created\":1.75e9,\"x\":1,\"x\":2,"
    "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\\u00e9\xc3\xa9\\/"
    "\xe2\x80\xa9\"},\"finish_reason\":\"stop\"}],\"usage\" : { \"prompt_tokens\":9,\r\n"
    "\"completion_tokens\":5,\"total_tokens\":14.0 ";
constexpr std::string_view kAnswerBehind = "} , \"system_fingerprint\":\"fp_\\u0000\" } \n";
// 9 x 0.000002 and 5 x 0.000006.
constexpr std::string_view kCost =
    R"(,"cost":0.000048,"cost_details":{"upstream_inference_cost":0.000048,)"
    R"("upstream_inference_prompt_cost":0.000018,"upstream_inference_completions_cost":0.00003},)"
    R"("is_byok":false)";

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
             EVP_sha256(), nullptr);
  return digest;
}

/// The digest of what stands around the one place that may change.
std::string sha256_around(const std::string& bytes, std::string_view changing) {
  const std::size_t at = bytes.find(changing);
  REQUIRE(at != std::string::npos);
  return sha256(bytes.substr(0, at) + bytes.substr(at + changing.size()));
}

std::string joined(const std::vector<std::string>& events) {
  std::string all;
  for (const std::string& event : events) all += event;
  return all;
}

/// Replaces the one `from` in `text`.
std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

Script stream_of(std::string_view body) {
  return Script().send(event_stream_head()).send(chunk(body)).send(std::string(kLastChunk));
}

constexpr std::string_view kAsksForUsage = R"(,"stream_options":{"include_usage":true})";
// 9 x 0.000002 and 2 x 0.000006.
constexpr std::string_view kStreamCost =
    R"(,"cost":0.00003,"cost_details":{"upstream_inference_cost":0.00003,)"
    R"("upstream_inference_prompt_cost":0.000018,"upstream_inference_completions_cost":0.000012},)"
    R"("is_byok":false)";

std::string shown_usage(const std::string& event) {
  return with(event, R"("total_tokens":11)", R"("total_tokens":11)" + std::string(kStreamCost));
}

/// A JSON text whose strings hold random letters of one to four bytes.
std::string random_text(std::mt19937& random, std::size_t letters) {
  const std::vector<std::string> alphabet{"a",
                                          " ",
                                          "\\n",
                                          "\\u00e9",
                                          "\xc3\xa9",
                                          "<",
                                          "\\\"",
                                          "\\\\",
                                          "0",
                                          "\xe2\x82\xac",
                                          "}",
                                          "{\\\"x\\\"",
                                          "\xf0\x9f\x99\x82"};
  std::string text;
  for (std::size_t i = 0; i < letters; ++i) text += alphabet[random() % alphabet.size()];
  return text;
}

}  // namespace

TEST_SUITE("bytes") {
  TEST_CASE("a plain chat goes through byte for byte but for the model and the cost") {
    World world;
    world.provider.plays(
        Script().send(json_answer(200, std::string(kAnswerBefore) + std::string(kAnswerBehind))));
    const RawResponse answer = world.chat(odd_body("acme/model-a"));
    CHECK(answer.status == 200);
    CHECK(answer.body ==
          std::string(kAnswerBefore) + std::string(kCost) + std::string(kAnswerBehind));
    CHECK(world.provider.requests().at(0).body == odd_body("model-a"));
  }

  TEST_CASE("large bodies have the same digest on both legs, around what may change") {
    World world;
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    for (const std::size_t letters : {10U, 5'000U, 300'000U}) {
      CAPTURE(letters);
      const std::string asked = R"({"messages":[{"role":"user","content":")" +
                                random_text(random, letters) +
                                R"("}],"model":"acme/model-a","n":1})";
      const std::string answered = chat_body(random_text(random, letters));
      world.provider.plays(Script().send(json_answer(200, answered)));
      const RawResponse answer = world.chat(asked);
      REQUIRE(answer.status == 200);
      const std::string received = world.provider.requests().back().body;
      CHECK(sha256_around(asked, "acme/model-a") == sha256_around(received, "model-a"));
      CHECK(sha256_around(answer.body, kCost) == sha256(answered));
    }
  }

  TEST_CASE("the answer says which provider and model it came from, and names its ledger row") {
    World world;
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    world.provider.plays(streamed_chat({"a"}));
    for (const bool stream : {false, true}) {
      const RawResponse answer = world.chat(chat_json(stream));
      CHECK(answer.field("x-arouter-provider") == "acme");
      CHECK(answer.field("x-arouter-model") == "acme/model-a");
      CHECK(answer.field("x-generation-id").starts_with("gen-"));
      CHECK(answer.field("x-generation-id") == answer.field("x-request-id"));
    }
  }

  TEST_CASE("the provider gets its own credential and nothing of the client's") {
    World world;
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    world.chat(chat_json(false),
               "Cookie: a=b\r\nX-Api-Key: " + world.daemon.key() +
                   "\r\nProxy-Authorization: Basic eDp5\r\nX-Forwarded-Host: evil.example\r\n"
                   "Connection: keep-alive, X-Title\r\nUser-Agent: client\r\nX-Title: app\r\n");
    const RecordedRequest request = world.provider.requests().at(0);
    CHECK(request.field("authorization") == "Bearer " + std::string(kProviderKey));
    CHECK(request.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
    CHECK(request.field("host") == "127.0.0.1:" + std::to_string(world.provider.port()));
    CHECK(request.field("x-title") == "app");
    CHECK(request.head.find(world.daemon.key()) == std::string::npos);
    for (const char* name : {"cookie", "x-api-key", "proxy-authorization", "x-forwarded-host"}) {
      CHECK(request.field(name) == "");
    }
  }

  TEST_CASE("usage of a stream is asked for in the client's own body, with nothing else touched") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"(,"stream_options":{"x":1})", R"(,"stream_options":{"include_usage":true,"x":1})"},
        {R"(,"stream_options":{ })", R"(,"stream_options":{"include_usage":true })"},
        {R"(,"stream_options":null)", R"(,"stream_options":{"include_usage":true})"},
        {R"(,"stream_options":{"include_usage": false ,"x":1})",
         R"(,"stream_options":{"include_usage": true ,"x":1})"},
        {R"(,"stream_options":{"include_usage":null})",
         R"(,"stream_options":{"include_usage":true})"},
        {std::string(kAsksForUsage), std::string(kAsksForUsage)},
    };
    World world;
    world.provider.always(streamed_chat({"a"}));
    for (const auto& [asked, sent] : cases) {
      CAPTURE(asked);
      CHECK(world.chat(odd_body("acme/model-a", R"(,"stream":true)" + asked)).status == 200);
      CHECK(world.provider.requests().back().body ==
            odd_body("model-a", R"(,"stream":true)" + sent));
    }
    CHECK(world.chat(odd_body("acme/model-a", R"(,"stream":true)")).status == 200);
    const std::string plain = odd_body("model-a", R"(,"stream":true)");
    CHECK(world.provider.requests().back().body ==
          std::string(plain).insert(plain.rfind('}'), kAsksForUsage));
  }

  TEST_CASE(
      "a stream is the provider's, and its usage is shown with the cost to who asked for it") {
    World world;
    world.provider.always(streamed_chat({"\xc3\xa9", "\\u0031 "}));
    std::vector<std::string> events = chat_events({"\xc3\xa9", "\\u0031 "});
    const std::string usage = events[3];
    events[3] = shown_usage(usage);
    const RawResponse asked = world.chat(chat_json(true, kAsksForUsage));
    CHECK(asked.complete);
    CHECK(asked.field("content-type").starts_with("text/event-stream"));
    CHECK(asked.body == joined(events));
    events.erase(events.begin() + 3);
    CHECK(world.chat(chat_json(true)).body == joined(events));
    CHECK(world.chat(chat_json(true, R"(,"stream_options":{"include_usage":false})")).body ==
          joined(events));
  }

  TEST_CASE("comments, names, empty lines and odd line ends of a stream are kept") {
    World world;
    const std::string first =
        ": hello\r\n\r\n\nevent: x\r\nid: 7\r\ndata:{\"choices\":[{\"delta\":{}}],\"a\":1.10}\r\n"
        "\r\nretry: 5\n\ndata: {\"choices\":[],\n"
        "data: \"b\":1E2}\n\ndata: {\"choices\":[{\"finish_reason\":\"length\"}]}\r\r";
    world.provider.plays(stream_of(first + "data: [DONE]\n\n"));
    CHECK(world.chat(chat_json(true)).body == first + "data: [DONE]\n\n");
  }

  TEST_CASE("usage beside choices is shown to everybody") {
    World world;
    const std::string body =
        R"(data: {"choices":[{"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,)"
        R"("completion_tokens":2,"total_tokens":11}})"
        "\n\ndata: [DONE]\n\n";
    world.provider.plays(stream_of(body));
    CHECK(world.chat(chat_json(true)).body == shown_usage(body));
  }

  TEST_CASE("wherever the network cuts a stream the client reads the same") {
    World world;
    std::vector<std::string> events = chat_events({"a\xc3\xa9", "b"});
    const std::string body = joined(events);
    events[3] = shown_usage(events[3]);
    const std::string expected = joined(events);
    const std::string asks = world.chat_request(chat_json(true, kAsksForUsage));

    std::string wire = event_stream_head();
    for (const std::string& event : chat_events({"a\xc3\xa9", "b"})) wire += chunk(event);
    wire += kLastChunk;
    RawClient client(world.daemon.port());
    const auto body_of_next = [&](Script script) {
      world.provider.plays(std::move(script));
      client.send(asks);
      const RawResponse answer = client.read_response();
      return answer.complete ? answer.body : "cut short: " + answer.body;
    };
    for (std::size_t cut = 1; cut < wire.size(); ++cut) {
      CAPTURE(cut);
      REQUIRE(body_of_next(Script().send(wire.substr(0, cut)).send(wire.substr(cut))) == expected);
    }
    CHECK(body_of_next(Script().send(wire)) == expected);
    CHECK(body_of_next(Script().dribble(wire)) == expected);
    CHECK(body_of_next(stream_of(body)) == expected);
    Script bytes;
    bytes.send(event_stream_head());
    for (const char byte : body) bytes.send(chunk(std::string(1, byte)));
    CHECK(body_of_next(bytes.send(std::string(kLastChunk))) == expected);
  }

  TEST_CASE("no chunk that a client receives ends inside an event") {
    World world;
    std::string wire = event_stream_head();
    for (const std::string& event : chat_events({"a", "b", "c"})) wire += chunk(event);
    world.provider.plays(Script().dribble(wire + std::string(kLastChunk)));
    RawClient client(world.daemon.port());
    client.send(world.chat_request(chat_json(true), "Connection: close\r\n"));
    CHECK(client.read_ending() == ReadEnd::fin);
    std::string_view rest = client.leftover();
    rest.remove_prefix(rest.find("\r\n\r\n") + 4);
    std::size_t chunks = 0;
    for (; !rest.starts_with("0\r\n"); ++chunks) {
      const std::size_t size =
          std::stoul(std::string(rest.substr(0, rest.find("\r\n"))), nullptr, 16);
      rest.remove_prefix(rest.find("\r\n") + 2);
      CHECK(rest.substr(0, size).ends_with("\n\n"));
      rest.remove_prefix(size + 2);
    }
    CHECK(chunks >= 1);
    CHECK(rest == kLastChunk);
  }

  TEST_CASE("an old client gets a stream that ends with its connection") {
    World world;
    world.provider.plays(streamed_chat({"a"}, false));
    std::string request = world.chat_request(chat_json(true));
    RawClient client(world.daemon.port());
    client.send(with(request, "HTTP/1.1", "HTTP/1.0"));
    const RawResponse answer = client.read_response();
    CHECK(answer.framing == BodyFraming::until_close);
    CHECK(answer.complete);
    CHECK(answer.body == joined(chat_events({"a"}, false)));
  }

  TEST_CASE("Azure's older path names the model, and its body says whether to stream") {
    World world;
    world.provider.plays(streamed_chat({"a"}));
    const RawResponse stream =
        call(world.daemon.port(),
             post(world.daemon.port(),
                  "/openai/deployments/model-a/chat/completions?api-version=2024-10-21",
                  world.daemon.key(), R"({"model":"model-a","messages":[],"stream":true})"));
    CHECK(stream.status == 200);
    CHECK(stream.body.ends_with("data: [DONE]\n\n"));
  }
}

}  // namespace arouter::test
