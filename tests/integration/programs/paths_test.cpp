// Every path that some client uses is answered: by the call it means, or with an error in the shape
// that its client reads.
#include <doctest/doctest.h>

#include "tests/integration/programs/client_program.hpp"

namespace arouter::test {

namespace {

using Json = nlohmann::json;

const std::vector<std::string> kOpenaiHeaders{"content-type: application/json",
                                              "authorization: Bearer $key"};
const std::vector<std::string> kAnthropicHeaders{
    "content-type: application/json", "x-api-key: $key", "anthropic-version: 2023-06-01"};
const std::vector<std::string> kGeminiHeaders{"content-type: application/json",
                                              "x-goog-api-key: $key"};

constexpr std::string_view kChat =
    R"({"model":"$model","messages":[{"role":"user","content":"hello"}]})";
constexpr std::string_view kMessage =
    R"({"model":"$model","max_tokens":9,"messages":[{"role":"user","content":"hello"}]})";
constexpr std::string_view kResponse = R"({"model":"$model","input":"hello"})";
constexpr std::string_view kContents = R"({"contents":[{"parts":[{"text":"hello"}]}]})";
constexpr std::string_view kFloat =
    R"({"model":"$model","input":["a","b"],"encoding_format":"float"})";
constexpr std::string_view kBase64 = R"({"model":"$model","input":"a","encoding_format":"base64"})";

struct Path {
  std::string path;
  std::string_view body;
  std::string pointer;  // into the answer; must be there
};

void check_paths(const ProgramWorld& world, std::string_view provider,
                 const std::vector<std::string>& headers, const std::vector<Path>& paths) {
  for (const Path& each : paths) {
    CAPTURE(each.path);
    const RawResponse response =
        send(world.daemon, {.path = each.path, .headers = headers, .body = std::string(each.body)},
             world.model_of(provider));
    CAPTURE(response.body);
    CHECK(response.status == 200);
    const Json body = Json::parse(response.body, nullptr, false);
    CHECK(body.contains(Json::json_pointer(each.pointer)));
  }
}

/// The dialect of an error: its shape tells.
std::string dialect_of(const RawResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (!body.is_object() || !body.contains("error")) return "none";
  if (body.value("type", "") == "error") return "anthropic";
  if (body["error"].contains("status")) return "gemini";
  return body["error"].contains("param") ? "openai" : "none";
}

struct Missing {
  std::string_view method;
  std::string path;
  const std::vector<std::string>& headers;
  std::string_view body;
  int status;
  std::string dialect;
};

}  // namespace

TEST_SUITE("paths") {
  TEST_CASE("chat, with every prefix that clients put before it") {
    const ProgramWorld world;
    for (const std::string_view provider : {"openai", "gemini"}) {
      check_paths(world, provider, kOpenaiHeaders,
                  {{"/v1/chat/completions", kChat, "/choices/0/message/content"},
                   {"/chat/completions", kChat, "/choices/0/message/content"},
                   {"/v1/v1/chat/completions", kChat, "/choices/0/message/content"},
                   {"/api/v1/chat/completions", kChat, "/choices/0/message/content"},
                   {"/openai/v1/chat/completions", kChat, "/choices/0/message/content"},
                   {"/openai/chat/completions", kChat, "/choices/0/message/content"},
                   {"/v1beta/openai/chat/completions", kChat, "/choices/0/message/content"},
                   {"/openai/deployments/$model/chat/completions?api-version=2024-10-21", kChat,
                    "/choices/0/message/content"}});
    }
  }

  TEST_CASE("Responses and its count") {
    const ProgramWorld world;
    for (const std::string_view provider : {"responses", "openai", "anthropic"}) {
      CAPTURE(provider);
      check_paths(world, provider, kOpenaiHeaders,
                  {{"/v1/responses", kResponse, "/output/0"},
                   {"/responses", kResponse, "/output/0"},
                   {"/v1/v1/responses", kResponse, "/output/0"},
                   {"/api/v1/responses", kResponse, "/output/0"},
                   {"/openai/v1/responses", kResponse, "/output/0"},
                   {"/v1/responses/input_tokens", kResponse, "/input_tokens"}});
    }
  }

  TEST_CASE("Messages and its count, with and without a query") {
    const ProgramWorld world;
    for (const std::string_view provider : {"anthropic", "openai", "gemini"}) {
      CAPTURE(provider);
      check_paths(world, provider, kAnthropicHeaders,
                  {{"/v1/messages", kMessage, "/content/0/text"},
                   {"/v1/messages?beta=true", kMessage, "/content/0/text"},
                   {"/messages", kMessage, "/content/0/text"},
                   {"/v1/v1/messages", kMessage, "/content/0/text"},
                   {"/anthropic/v1/messages", kMessage, "/content/0/text"},
                   {"/v1/messages/count_tokens", kChat, "/input_tokens"},
                   {"/v1/messages/count_tokens?beta=true", kChat, "/input_tokens"}});
    }
  }

  TEST_CASE("Gemini's calls under each of its versions") {
    const ProgramWorld world;
    const std::string text = "/candidates/0/content/parts/0/text";
    for (const std::string_view provider : {"gemini", "anthropic"}) {
      CAPTURE(provider);
      check_paths(
          world, provider, kGeminiHeaders,
          {{"/v1beta/models/$model:generateContent", kContents, text},
           {"/v1/models/$model:generateContent", kContents, text},
           {"/v1alpha/models/$model:generateContent", kContents, text},
           {"/v1beta/$model:generateContent", kContents, text},
           {"/v1beta/models/$encoded:generateContent", kContents, text},
           {"/v1beta/v1beta/models/$model:generateContent", kContents, text},
           {"/v1beta/v1/models/$model:generateContent", kContents, text},
           {"/v1beta1/publishers/google/models/$model:generateContent", kContents, text},
           {"/v1beta/models/$model:streamGenerateContent", kContents, "/0/candidates/0/content"},
           {"/v1beta/models/$model:countTokens", kContents, "/totalTokens"}});
    }
  }

  TEST_CASE("embeddings in both codings, and in Gemini's two calls") {
    const ProgramWorld world;
    for (const std::string_view provider : {"openai", "gemini"}) {
      CAPTURE(provider);
      check_paths(world, provider, kOpenaiHeaders,
                  {{"/v1/embeddings", kBase64, "/data/0/embedding"},
                   {"/v1/embeddings", kFloat, "/data/1/embedding/0"},
                   {"/embeddings", kFloat, "/data/1/embedding/0"},
                   {"/api/v1/embeddings", kFloat, "/data/1/embedding/0"},
                   {"/openai/deployments/$encoded/embeddings", kFloat, "/data/1/embedding/0"}});
      check_paths(world, provider, kGeminiHeaders,
                  {{"/v1beta/models/$model:embedContent", R"({"content":{"parts":[{"text":"a"}]}})",
                    "/embedding/values/0"},
                   {"/v1beta/models/$model:batchEmbedContents",
                    R"({"requests":[{"model":"models/$model",)"
                    R"("content":{"parts":[{"text":"a"}]}}]})",
                    "/embeddings/0/values/0"}});
    }
  }

  TEST_CASE("what is not served says so in its client's dialect") {
    const ProgramWorld world;
    const std::vector<Missing> all{
        {"POST", "/v1/responses/compact", kOpenaiHeaders, kResponse, 404, "openai"},
        {"GET", "/v1/responses/resp_1", kOpenaiHeaders, "", 404, "openai"},
        {"DELETE", "/v1/responses/resp_1", kOpenaiHeaders, "", 404, "openai"},
        {"POST", "/v1/responses/resp_1/cancel", kOpenaiHeaders, "", 404, "openai"},
        {"GET", "/v1/responses/resp_1/input_items", kOpenaiHeaders, "", 404, "openai"},
        {"POST", "/v1/moderations", kOpenaiHeaders, kResponse, 404, "openai"},
        {"POST", "/v1/images/generations", kOpenaiHeaders, kResponse, 404, "openai"},
        {"POST", "/v1/audio/speech", kOpenaiHeaders, kResponse, 404, "openai"},
        {"POST", "/v1/chat/completion", kOpenaiHeaders, kChat, 404, "openai"},
        {"POST", "/v1/messages/batches", kAnthropicHeaders, kMessage, 404, "anthropic"},
        {"GET", "/v1/files", kAnthropicHeaders, "", 404, "anthropic"},
        {"GET", "/v1beta/files", kGeminiHeaders, "", 404, "gemini"},
        {"POST", "/v1beta/models/$model:generateAnswer", kGeminiHeaders, kContents, 404, "gemini"},
        {"GET", "/v1beta/models/nobody", kGeminiHeaders, "", 404, "gemini"},
        {"GET", "/v1/models/nobody", kAnthropicHeaders, "", 404, "anthropic"},
    };
    for (const Missing& each : all) {
      CAPTURE(each.path);
      const RawResponse response = send(world.daemon,
                                        {.path = each.path,
                                         .headers = each.headers,
                                         .body = std::string(each.body),
                                         .method = each.method},
                                        world.model_of("openai"));
      CAPTURE(response.body);
      CHECK(response.status == each.status);
      CHECK(dialect_of(response) == each.dialect);
    }
  }

  TEST_CASE("the older completions pass to a provider of OpenAI's format") {
    ScriptedWorld world("openai");
    constexpr std::string_view kAnswer =
        R"({"id":"c","object":"text_completion","created":1,"model":"m","choices":[{"text":"a",)"
        R"("index":0,"finish_reason":"stop","logprobs":null}],)"
        R"("usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}})";
    world.provider.plays(Script().send(json_answer(200, kAnswer)));
    const RawResponse response = send(world.daemon,
                                      {.path = "/v1/completions",
                                       .headers = kOpenaiHeaders,
                                       .body = R"({"model":"$model","prompt":"a"})"},
                                      "acme/model-a");
    CHECK(response.status == 200);
    CHECK(response.body == kAnswer);
  }

  TEST_CASE("any header may bear the key on any route") {
    const ProgramWorld world;
    for (const std::string line : {"Authorization: Bearer $key", "AUTHORIZATION: bearer $key",
                                   "x-api-key: $key", "x-goog-api-key: $key", "api-key: $key"}) {
      CAPTURE(line);
      const std::vector<std::string> headers{"content-type: application/json", "cookie: ", line};
      check_paths(world, "openai", headers,
                  {{"/v1/chat/completions", kChat, "/choices/0"},
                   {"/v1/responses", kResponse, "/output/0"},
                   {"/v1/messages", kMessage, "/content/0"},
                   {"/v1beta/models/$model:generateContent", kContents, "/candidates/0"}});
    }
    check_paths(world, "openai", {"content-type: application/json"},
                {{"/v1beta/models/$model:generateContent?key=" + world.daemon.key(), kContents,
                  "/candidates/0"}});
  }
}

}  // namespace arouter::test
