// `arouter mock` over real sockets in each of its formats: plain, streamed, with a tool, refused.
#include <doctest/doctest.h>

#include "cli/mock/mock.hpp"
#include "tests/integration/answers.hpp"
#include "tests/integration/raw_client.hpp"

namespace arouter::test {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kKey = "mock-key-0123456789";
constexpr std::string_view kVersion = "anthropic-version: 2023-06-01\r\n";
constexpr std::string_view kGemini = "/v1beta/models/demo-small:";

MockOptions small_options() {
  MockOptions options;
  options.listen = "127.0.0.1:0";
  options.tokens = 3;
  return options;
}

struct Mock {
  explicit Mock(const MockOptions& options = small_options())
      : server(std::move(*MockServer::start(options))), port(server->port()) {}

  RawResponse send(std::string_view path, std::string_view body,
                   std::string_view fields = {}) const {
    return call(port, post(port, path, "", body, fields));
  }
  RawResponse message(std::string_view more) const {
    return send("/v1/messages",
                R"({"model":"demo-small","max_tokens":2048,)" + std::string(more) + "}", kVersion);
  }
  RawResponse response(std::string_view more) const {
    return send("/v1/responses", R"({"model":"demo-small",)" + std::string(more) + "}");
  }
  RawResponse generate(std::string_view verb, std::string_view body) const {
    return send(std::string(kGemini) + std::string(verb), body);
  }

  std::unique_ptr<MockServer> server;
  std::uint16_t port;
};

Json json_of(const RawResponse& response) {
  CAPTURE(response.head);
  CAPTURE(response.body);
  CHECK(response.complete);
  CHECK(response.field("content-type").starts_with("application/json"));
  return Json::parse(response.body, nullptr, false);
}

/// `line` without what differs from run to run.
std::string without_ids(std::string text) {
  for (const char* key : {"\"id\":\"", "\"item_id\":\"", "\"responseId\":\"", "\"created_at\":"}) {
    const std::size_t size = std::string_view(key).size();
    for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos; at += size) {
      const std::size_t end = text.find_first_of("\",}", at + size);
      text.erase(at + size, end - at - size);
    }
  }
  return text;
}

}  // namespace

TEST_SUITE("mock formats") {
  TEST_CASE("an Anthropic message is answered and counted") {
    const Mock mock;
    const RawResponse response = mock.message(R"("messages":[{"role":"user","content":"hello"}])");
    REQUIRE(response.status == 200);
    CHECK(response.field("request-id") != "");
    CHECK(response.field("x-request-id") == "");
    CHECK(json_of(response)["content"][0]["type"] == "text");
    const Json count = json_of(mock.send(
        "/v1/messages/count_tokens",
        R"({"model":"demo-small","messages":[{"role":"user","content":"hi"}]})", kVersion));
    CHECK(count == Json{{"input_tokens", 5}});
  }

  TEST_CASE("an Anthropic stream has these bytes") {
    const Mock mock;
    const RawResponse response =
        mock.message(R"("stream":true,"messages":[{"role":"user","content":"use a tool"}],)"
                     R"("tools":[{"name":"clock","input_schema":{"type":"object"}}])");
    CHECK(response.field("content-type") == "text/event-stream; charset=utf-8");
    const std::string usage =
        R"("usage":{"input_tokens":14,"cache_creation_input_tokens":0,)"
        R"("cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,)"
        R"("ephemeral_1h_input_tokens":0},"output_tokens":1,"service_tier":"standard"})";
    CHECK(without_ids(response.body) ==
          "event: message_start\n"
          R"(data: {"type":"message_start","message":{"id":"","type":"message",)"
          R"("role":"assistant","model":"demo-small","content":[],"stop_reason":null,)"
          R"("stop_sequence":null,)" +
              usage +
              "}}\n\n"
              "event: content_block_start\n"
              R"(data: {"type":"content_block_start","index":0,"content_block":)"
              R"({"type":"tool_use","id":"","name":"clock","input":{}}})"
              "\n\nevent: ping\n"
              R"(data: {"type":"ping"})"
              "\n\nevent: content_block_delta\n"
              R"(data: {"type":"content_block_delta","index":0,"delta":)"
              R"({"type":"input_json_delta","partial_json":"{}"}})"
              "\n\nevent: content_block_stop\n"
              R"(data: {"type":"content_block_stop","index":0})"
              "\n\nevent: message_delta\n"
              R"(data: {"type":"message_delta","delta":{"stop_reason":"tool_use",)"
              R"("stop_sequence":null},)" +
              usage +
              "}\n\nevent: message_stop\n"
              R"(data: {"type":"message_stop"})"
              "\n\n");
  }

  TEST_CASE("Anthropic's refusals have its shape, and the request's id twice") {
    const Mock mock;
    const RawResponse response = mock.message(R"("messages":[{"role":"user"}])");
    CHECK(response.status == 400);
    const Json body = json_of(response);
    CHECK(body["type"] == "error");
    CHECK(body["error"]["type"] == "invalid_request_error");
    CHECK(body["error"]["message"] == "messages.0.content: is required.");
    CHECK(body["request_id"] == response.field("request-id"));
    const RawResponse unversioned = mock.send("/v1/messages", "{}");
    CHECK(unversioned.status == 400);
    CHECK(json_of(unversioned)["error"]["message"] == "anthropic-version: header is required.");
    CHECK(json_of(mock.send("/v1/messages",
                            R"({"model":"gone","max_tokens":1,"messages":)"
                            R"([{"role":"user","content":"x"}]})",
                            kVersion))["error"]["type"] == "not_found_error");
  }

  TEST_CASE("a response is answered, counted and refused in OpenAI's shape") {
    const Mock mock;
    const Json body = json_of(mock.response(R"("input":"hello")"));
    CHECK(body["object"] == "response");
    CHECK(body["status"] == "completed");
    CHECK(json_of(mock.send("/v1/responses/input_tokens", R"({"input":"hi"})")) ==
          Json{{"object", "response.input_tokens"}, {"input_tokens", 5}});
    const RawResponse refused = mock.response(R"("input":[{"role":"user"}])");
    CHECK(refused.status == 400);
    CHECK(error_of(refused)["param"] == "input[0].content");
    CHECK(error_of(refused)["type"] == "invalid_request_error");
    CHECK(mock.send("/v1/responses", R"({"model":"gone","input":"x"})").status == 404);
  }

  TEST_CASE("a response's stream has named and numbered events, each a chunk of its own") {
    const Mock mock;
    const RawResponse response = mock.response(
        R"("stream":true,"input":"tool","tools":[{"type":"function","name":"clock"}])");
    std::vector<std::string> events;
    for (std::size_t at = 0; at < response.body.size();) {
      const std::size_t end = response.body.find("\n\n", at);
      REQUIRE(end != std::string::npos);
      events.push_back(without_ids(response.body.substr(at, end - at)));
      at = end + 2;
    }
    REQUIRE(events.size() == 7);
    CHECK(
        events[0].starts_with("event: response.created\n"
                              R"(data: {"type":"response.created","sequence_number":0,)"));
    CHECK(events[3] ==
          "event: response.function_call_arguments.delta\n"
          R"(data: {"type":"response.function_call_arguments.delta","sequence_number":3,)"
          R"("item_id":"","output_index":0,"delta":"{}"})");
    CHECK(events[6].starts_with("event: response.completed\n"));
  }

  TEST_CASE("embeddings are the same numbers in both codings") {
    const Mock mock;
    const auto embedded = [&](std::string_view format) {
      return json_of(
          mock.send("/v1/embeddings", R"({"model":"demo-small","input":"a","dimensions":1,)"
                                      R"("encoding_format":")" +
                                          std::string(format) + "\"}"))["data"][0]["embedding"];
    };
    const float number = embedded("float")[0];
    CHECK((number == 1.0F || number == -1.0F));
    CHECK(embedded("base64") == (number > 0 ? "AACAPw==" : "AACAvw=="));
  }

  TEST_CASE("Gemini answers, counts and embeds") {
    const Mock mock;
    const std::string hello = R"({"contents":[{"parts":[{"text":"hello"}]}]})";
    const Json body = json_of(mock.generate("generateContent", hello));
    CHECK(body["candidates"][0]["content"]["role"] == "model");
    CHECK(body["usageMetadata"]["candidatesTokenCount"] == 3);
    CHECK(json_of(mock.generate("countTokens", hello))["totalTokens"] == 5);
    CHECK(json_of(mock.generate("embedContent",
                                R"({"content":{"parts":[{"text":"a"}]},)"
                                R"("outputDimensionality":5})"))["embedding"]["values"]
              .size() == 5);
    CHECK(json_of(
              mock.generate("batchEmbedContents",
                            R"({"requests":[{"content":{"parts":[{"text":"a"}]}}]})"))["embeddings"]
              .size() == 1);
  }

  TEST_CASE("a Gemini stream is unnamed events without an end mark, or one array") {
    const Mock mock;
    const std::string asked = R"({"contents":[{"parts":[{"text":"tools, parallel"}]}],"tools":)"
                              R"([{"functionDeclarations":[{"name":"a"},{"name":"b"}]}]})";
    const auto piece = [](std::string_view name, std::string_view finish, int tokens) {
      return R"({"candidates":[{"content":{"parts":[{"functionCall":{"name":")" +
             std::string(name) + R"(","args":{},"id":""}}],"role":"model"})" + std::string(finish) +
             R"(}],"usageMetadata":{"promptTokenCount":13,)" + R"("candidatesTokenCount":)" +
             std::to_string(tokens) + R"(,"totalTokenCount":)" + std::to_string(13 + tokens) +
             R"(,"promptTokensDetails":[{"modality":"TEXT","tokenCount":13}]},)"
             R"("modelVersion":"demo-small","responseId":""})";
    };
    const std::string first = piece("a", "", 1);
    const std::string last = piece("b", R"(,"finishReason":"STOP")", 2);
    const RawResponse events = mock.generate("streamGenerateContent?alt=sse", asked);
    CHECK(events.field("content-type") == "text/event-stream; charset=utf-8");
    CHECK(without_ids(events.body) == "data: " + first + "\r\n\r\ndata: " + last + "\r\n\r\n");
    const RawResponse array = mock.generate("streamGenerateContent", asked);
    CHECK(array.field("content-type").starts_with("application/json"));
    CHECK(without_ids(array.body) == "[" + first + ",\r\n" + last + "]");
  }

  TEST_CASE("Gemini's refusals have Google's shape, in an array where a stream would be") {
    const Mock mock;
    const RawResponse refused = mock.generate("generateContent", R"({"contents":[]})");
    CHECK(refused.status == 400);
    CHECK(error_of(refused)["status"] == "INVALID_ARGUMENT");
    CHECK(error_of(refused)["details"][0]["fieldViolations"][0]["field"] == "contents");
    CHECK(json_of(mock.generate("streamGenerateContent", "{}"))[0]["error"]["code"] == 400);
    CHECK(error_of(mock.generate("streamGenerateContent?alt=sse", "{}"))["code"] == 400);
    const RawResponse gone = mock.send("/v1beta/models/gone:generateContent",
                                       R"({"contents":[{"parts":[{"text":"x"}]}]})");
    CHECK(gone.status == 404);
    CHECK(error_of(gone)["status"] == "NOT_FOUND");
  }

  TEST_CASE("one path lists the models in three shapes") {
    const Mock mock;
    const auto models = [&](std::string_view path, std::string_view fields) {
      return json_of(call(mock.port, get(mock.port, path, "", fields)));
    };
    CHECK(models("/v1/models", "")["object"] == "list");
    CHECK(models("/v1/models?limit=5", kVersion)["first_id"] == "demo-small");
    CHECK(models("/v1/models/demo-small", kVersion)["type"] == "model");
    CHECK(models("/v1/models", "x-goog-api-key: k\r\n")["models"].size() == 2);
    CHECK(models("/v1beta/models/demo-small", "")["name"] == "models/demo-small");
    CHECK(models("/v1beta/models/gone", "")["error"]["status"] == "NOT_FOUND");
  }

  TEST_CASE("each provider's own header bears the key") {
    MockOptions options = small_options();
    options.keys.emplace_back(std::string(kKey));
    const Mock mock(options);
    const std::string key(kKey);
    const auto status = [&](std::string_view path, const std::string& fields) {
      const RawResponse response = call(mock.port, get(mock.port, path, "", fields));
      CHECK(response.body.find("wrong") == std::string::npos);
      return response.status;
    };
    const std::string version(kVersion);
    CHECK(status("/v1/models", version + "x-api-key: " + key + "\r\n") == 200);
    CHECK(status("/v1/models", version + "Authorization: Bearer " + key + "\r\n") == 200);
    CHECK(status("/v1/models", version + "x-api-key: wrong\r\n") == 401);
    CHECK(status("/v1/models", version) == 401);
    CHECK(status("/v1beta/models", "x-goog-api-key: " + key + "\r\n") == 200);
    CHECK(status("/v1beta/models?key=" + key, "") == 200);
    CHECK(status("/v1beta/models", "x-goog-api-key: wrong\r\n") == 400);
    CHECK(status("/v1beta/models", "") == 403);
    CHECK(status("/v1beta/models", "Authorization: Bearer " + key + "\r\n") == 403);
  }

  TEST_CASE("planned failures come in every format's shape") {
    MockOptions options = small_options();
    options.status = 529;
    const Mock mock(options);
    const RawResponse message = mock.message("");
    CHECK(message.status == 529);
    CHECK(message.field("retry-after") == "1");
    CHECK(json_of(message)["error"]["type"] == "overloaded_error");
    CHECK(error_of(mock.generate("generateContent", "{}"))["code"] == 529);
    CHECK(mock.response("").status == 529);
    CHECK(mock.send("/v1/embeddings", "{}").status == 529);
    CHECK(call(mock.port, get(mock.port, "/v1beta/models", "")).status == 200);
  }

  TEST_CASE("half of a long prompt is cached when it comes again, whoever counts") {
    const Mock mock;
    std::string words;
    for (int i = 0; i < 1'100; ++i) words += "word ";
    const std::string body = R"("messages":[{"role":"user","content":")" + words + "\"}]";
    const Json first = json_of(mock.message(body))["usage"];
    const Json second = json_of(mock.message(body))["usage"];
    CHECK(first["input_tokens"] == 1'104);
    CHECK(first["cache_read_input_tokens"] == 0);
    CHECK(second["input_tokens"] == 552);
    CHECK(second["cache_read_input_tokens"] == 552);
  }

  TEST_CASE("a tool's result comes back in every format") {
    const Mock mock;
    const std::string openai = json_of(mock.send(
        "/v1/chat/completions",
        R"({"model":"demo-small","messages":[{"role":"user","content":"tool"},)"
        R"({"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function",)"
        R"("function":{"name":"f","arguments":"{}"}}]},)"
        R"({"role":"tool","tool_call_id":"a","content":"it rains"}],)"
        R"("tools":[{"type":"function","function":{"name":"f"}}]})"))["choices"][0]["message"]
                                                                     ["content"];
    CHECK(openai == "The tool says: it rains");
    const Json response = json_of(mock.response(
        R"("input":[{"type":"function_call","call_id":"a","name":"f","arguments":"{}"},)"
        R"({"type":"function_call_output","call_id":"a","output":"it rains"}])"));
    CHECK(response["output"][0]["content"][0]["text"] == "The tool says: it rains");
    const Json message = json_of(mock.message(
        R"("messages":[{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f",)"
        R"("input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"a",)"
        R"("content":"it rains"}]}])"));
    CHECK(message["content"][0]["text"] == "The tool says: it rains");
    const Json content = json_of(mock.generate(
        "generateContent",
        R"({"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}}]},)"
        R"({"parts":[{"functionResponse":{"name":"f","response":{"out":"it rains"}}}]}]})"));
    CHECK(content["candidates"][0]["content"]["parts"][0]["text"] ==
          R"(The tool says: {"out":"it rains"})");
  }
}

}  // namespace arouter::test
