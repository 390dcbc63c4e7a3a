#include "daemon/edge/routes.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

namespace arouter::daemon {

namespace {

std::string name_of(std::string_view path) {
  return std::string(find_route(path).name);
}

/// A path and what it must lead to.
struct Expected {
  std::string_view path;
  std::string_view name;
  std::string_view format;
  std::string_view tail = "";
};

/// What real clients send, by the base URL they were given.
constexpr std::array kCalls{
    Expected{"/v1/chat/completions", "chat.completions", "openai"},
    Expected{"/v1/responses", "responses", "responses"},
    Expected{"/v1/responses/input_tokens", "responses.input_tokens", "responses"},
    Expected{"/v1/embeddings", "embeddings", "openai"},
    Expected{"/v1/completions", "completions", "openai"},
    Expected{"/v1/messages", "messages", "anthropic"},
    Expected{"/v1/messages/count_tokens", "messages.count_tokens", "anthropic"},
    Expected{"/v1beta/models/m:generateContent", "generateContent", "gemini", "m"},
    Expected{"/v1/models/m:generateContent", "generateContent", "gemini", "m"},
    Expected{"/v1alpha/models/m:streamGenerateContent", "streamGenerateContent", "gemini", "m"},
    Expected{"/v1beta/models/m:countTokens", "countTokens", "gemini", "m"},
    Expected{"/v1beta/models/m:embedContent", "embedContent", "gemini", "m"},
    Expected{"/v1beta/models/m:batchEmbedContents", "batchEmbedContents", "gemini", "m"},
    Expected{"/v1beta/goog/m:generateContent", "generateContent", "gemini", "goog/m"},
    Expected{"/v1beta/models/goog/m:generateContent", "generateContent", "gemini", "goog/m"},
    Expected{"/v1beta/models/goog%2Fm:countTokens", "countTokens", "gemini", "goog%2Fm"},
    Expected{"/v1beta/models/m:free:generateContent", "generateContent", "gemini", "m:free"},
    Expected{"/v1beta1/publishers/google/models/m:generateContent", "generateContent", "gemini",
             "m"},
    Expected{"/models/m:generateContent", "generateContent", "gemini", "m"},
    Expected{"/chat/completions", "chat.completions", "openai"},
    Expected{"/responses", "responses", "responses"},
    Expected{"/messages", "messages", "anthropic"},
    Expected{"/embeddings", "embeddings", "openai"},
    Expected{"/completions", "completions", "openai"},
    Expected{"/v1/v1/messages", "messages", "anthropic"},
    Expected{"/v1beta/v1beta/models/m:generateContent", "generateContent", "gemini", "m"},
    Expected{"/v1beta/v1/models/m:generateContent", "generateContent", "gemini", "m"},
    Expected{"/openai/v1/responses", "responses", "responses"},
    Expected{"/openai/v1/chat/completions", "chat.completions", "openai"},
    Expected{"/openai/deployments/m/chat/completions", "chat.completions", "openai", "m"},
    Expected{"/openai/deployments/a/b/chat/completions", "chat.completions", "openai", "a/b"},
    Expected{"/openai/deployments/m/embeddings", "embeddings", "openai", "m"},
    Expected{"/anthropic/v1/messages", "messages", "anthropic"},
    Expected{"/anthropic/messages", "messages", "anthropic"},
    Expected{"/genai/v1beta/models/m:generateContent", "generateContent", "gemini", "m"},
    Expected{"/genai/models/m:generateContent", "generateContent", "gemini", "m"},
    Expected{"/api/v1/chat/completions", "chat.completions", "openai"},
    Expected{"/api/v1/responses", "responses", "responses"},
    Expected{"/api/v1/messages", "messages", "anthropic"},
    Expected{"/api/v1/embeddings", "embeddings", "openai"},
};

constexpr std::array kLists{
    Expected{"/v1/models", "models", ""},
    Expected{"/models", "models", ""},
    Expected{"/api/v1/models", "models", ""},
    Expected{"/v1beta/models", "models", "gemini"},
    Expected{"/v1alpha/models", "models", "gemini"},
    Expected{"/v1beta/v1beta/models", "models", "gemini"},
    Expected{"/v1beta/v1/models", "models", "gemini"},
    Expected{"/genai/v1beta/models", "models", "gemini"},
    Expected{"/openai/v1/models", "models", "openai"},
    Expected{"/anthropic/v1/models", "models", "anthropic"},
    Expected{"/v1/models/a/b", "model", "", "a/b"},
    Expected{"/v1beta/models/a%2Fb", "model", "gemini", "a%2Fb"},
    Expected{"/api/v1/models/a/b/endpoints", "model.endpoints", "", "a/b"},
    Expected{"/v1/models/a%2Fb/endpoints", "model.endpoints", "", "a%2Fb"},
    Expected{"/v1/models/fast/endpoints", "model.endpoints", "", "fast"},
    Expected{"/v1/models/endpoints", "model", "", "endpoints"},
    Expected{"/v1/models//endpoints", "model", "", "/endpoints"},
    Expected{"/api/v1/providers", "providers", ""},
};

std::string_view dialect(std::string_view path, std::string_view field = {}) {
  RequestHead head;
  head.path = path;
  if (!field.empty()) head.fields.add({field, "x"});
  return dialect_of(head, find_route(path));
}

}  // namespace

TEST_SUITE("routes") {
  TEST_CASE("the paths of real clients lead to calls") {
    for (const Expected& expected : kCalls) {
      CAPTURE(expected.path);
      const RouteMatch route = find_route(expected.path);
      CHECK(route.id == RouteId::call);
      CHECK(route.name == expected.name);
      CHECK(route.format == expected.format);
      CHECK(route.tail == expected.tail);
      CHECK(route.methods == "POST, OPTIONS");
      CHECK(route.mirror == expected.path.starts_with("/api/v1"));
      CHECK(route.stream == (expected.name == "streamGenerateContent"));
      CHECK((route.call == CallKind::one_embedding) == (expected.name == "embedContent"));
    }
  }

  TEST_CASE("the paths of real clients lead to lists of models") {
    for (const Expected& expected : kLists) {
      CAPTURE(expected.path);
      const RouteMatch route = find_route(expected.path);
      CHECK(route.name == expected.name);
      CHECK(route.format == expected.format);
      CHECK(route.tail == expected.tail);
      CHECK(takes_method(route, "GET"));
    }
  }

  TEST_CASE("a route says what kind of call it takes") {
    CHECK(find_route("/v1/messages").call == CallKind::chat);
    CHECK(find_route("/v1/completions").call == CallKind::completions);
    CHECK(find_route("/v1/embeddings").call == CallKind::embeddings);
    CHECK(find_route("/v1/messages/count_tokens").call == CallKind::count_tokens);
    CHECK(find_route("/v1/responses/input_tokens").call == CallKind::count_tokens);
    CHECK(find_route("/v1beta/models/m:countTokens").call == CallKind::count_tokens);
    CHECK(find_route("/v1beta/models/m:embedContent").call == CallKind::one_embedding);
    CHECK(find_route("/v1beta/models/m:batchEmbedContents").call == CallKind::embeddings);
  }

  TEST_CASE("answers speak the dialect of the path, else that of the headers") {
    CHECK(dialect("/v1/models") == "openai");
    CHECK(dialect("/v1/models", "Anthropic-Version") == "anthropic");
    CHECK(dialect("/v1/models", "X-Goog-Api-Key") == "gemini");
    CHECK(dialect("/v1/models", "X-Api-Key") == "openai");
    CHECK(dialect("/v1beta/models", "anthropic-version") == "gemini");
    CHECK(dialect("/v1/chat/completions", "anthropic-version") == "openai");
    CHECK(dialect("/v1/messages/batches") == "anthropic");
    CHECK(dialect("/v1/responses/resp_1") == "responses");
    CHECK(dialect("/v1beta/cachedContents") == "gemini");
    CHECK(dialect("/somewhere/m:generateContent") == "gemini");
    CHECK(dialect("/nowhere") == "openai");
    CHECK(dialect("/v1/models/acme/messages/x:generateContent:free") == "openai");
  }

  TEST_CASE("every way to write the version leads to the same routes") {
    for (const std::string base : {"", "/v1", "/v1/v1", "/api/v1", "/openai", "/openai/v1",
                                   "/v1/openai", "/v1beta/openai", "/anthropic", "/anthropic/v1"}) {
      CAPTURE(base);
      const RouteMatch chat = find_route(base + "/chat/completions");
      CHECK(chat.id == RouteId::call);
      CHECK(chat.name == "chat.completions");
      CHECK(chat.tail == "");
      CHECK(chat.mirror == (base == "/api/v1"));
      CHECK(find_route(base + "/models").id == RouteId::models);
      const std::string model = base + "/models/acme/m%2F1";
      CHECK(find_route(model).id == RouteId::model);
      CHECK(find_route(model).tail == "acme/m%2F1");
      CHECK(find_route(model).mirror == (base == "/api/v1"));
    }
  }

  TEST_CASE("what is asked of money stands under every version") {
    for (const std::string base : {"/v1", "/api/v1"}) {
      CHECK(find_route(base + "/generation").id == RouteId::generation);
      CHECK(find_route(base + "/activity").id == RouteId::activity);
      CHECK(find_route(base + "/key").id == RouteId::own_key);
      CHECK(find_route(base + "/keys").id == RouteId::keys);
      CHECK(find_route(base + "/keys/ab/rotate").id == RouteId::key);
    }
  }

  TEST_CASE("what has no version stands at one place") {
    CHECK(find_route("/healthz").id == RouteId::healthz);
    CHECK(find_route("/api/usage/summary").id == RouteId::usage_summary);
    CHECK(!find_route("/api/usage/summary").mirror);
    CHECK(find_route("/metrics").id == RouteId::metrics);
    CHECK(name_of("/v1/metrics") == "");
    CHECK(name_of("/v1/healthz") == "");
    CHECK(name_of("/api/v1/usage/summary") == "");
  }

  TEST_CASE("a model's name may look like anything") {
    CHECK(find_route("/v1/models/v1/models").tail == "v1/models");
    CHECK(find_route("/v1/models//").tail == "/");
    CHECK(find_route("/models/chat/completions").tail == "chat/completions");
    CHECK(find_route("/v1/models/..").tail == "..");
    CHECK(find_route("/v1beta/models/m:free").tail == "m:free");
    CHECK(find_route("/v1beta/models/:generateContent").id == RouteId::model);
    CHECK(find_route("/v1beta/models/m:generatecontent").id == RouteId::model);
  }

  TEST_CASE("paths that are near a route are none") {
    for (const std::string path : {"",
                                   "/v1",
                                   "/v1/",
                                   "/v1/models/",
                                   "/v1/Models",
                                   "/V1/models",
                                   "/v1//models",
                                   "/v1models",
                                   "/v1/modelsx",
                                   "/v1/chat/completions/",
                                   "/v1/chat",
                                   "v1/models",
                                   "/v1/v1/v1/models",
                                   "/v2/models",
                                   "/v1beta/chat/completions",
                                   "/v1beta/v1beta/v1beta/models",
                                   "/v1beta/models/",
                                   "/v1betax/models",
                                   "/genai",
                                   "/genai/chat/completions",
                                   "/v1beta:generateContent",
                                   "/v1beta/:generateContent",
                                   "/v1beta/goog/m:generatecontent",
                                   "/v1beta/goog/m/:generateContent",
                                   "/m:generateContent",
                                   ":generateContent",
                                   "models/m:generateContent",
                                   "/v1beta/m",
                                   "/openai/deployments/m",
                                   "/openai/deployments//chat/completions",
                                   "/openai/deployments/m/chat",
                                   "/openai/deployments/m/models",
                                   "/openai/deployments/a//chat/completions",
                                   "/openai/deployments/completions",
                                   "/openai/deployments//completions",
                                   "/api/hello/",
                                   "/api/models",
                                   "/healthz/",
                                   "/healthzz",
                                   "/xhealthz",
                                   "/api/v1",
                                   "/api/v1/v1/models",
                                   "/v1/chat%2Fcompletions",
                                   "/openai/v1/v1/models",
                                   "/openai/openai/models"}) {
      CAPTURE(path);
      const RouteMatch route = find_route(path);
      CHECK(route.id == RouteId::none);
      CHECK(route.name == "");
      CHECK(!takes_method(route, "GET"));
    }
  }

  TEST_CASE("a route takes its methods, in upper case, and no others") {
    const RouteMatch chat = find_route("/v1/chat/completions");
    CHECK(takes_method(chat, "POST"));
    CHECK(takes_method(chat, "OPTIONS"));
    for (const std::string method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "POS", "POST,", ""}) {
      CAPTURE(method);
      CHECK(!takes_method(chat, method));
    }
    for (const std::string path :
         {"/v1/models", "/v1/models/a", "/v1beta/models", "/healthz", "/", "/api/hello",
          "/api/usage/summary", "/metrics", "/v1/providers", "/api/v1/models/a/endpoints"}) {
      CAPTURE(path);
      const RouteMatch route = find_route(path);
      CHECK(takes_method(route, "GET"));
      CHECK(takes_method(route, "HEAD"));
      CHECK(takes_method(route, "OPTIONS"));
      CHECK(!takes_method(route, "POST"));
    }
  }

  TEST_CASE("a path without a route is told the nearest one") {
    CHECK(nearest_route("/v1/chat/completion") == "/v1/chat/completions");
    CHECK(nearest_route("/v1/model") == "/v1/models");
    CHECK(nearest_route("/v1/message") == "/v1/messages");
    CHECK(nearest_route("/v1/messages/count_token") == "/v1/messages/count_tokens");
    CHECK(nearest_route("/v1/response") == "/v1/responses");
    CHECK(nearest_route("/v1/embedding") == "/v1/embeddings");
    CHECK(nearest_route("/v1beta/model") == "/v1beta/models");
    CHECK(nearest_route("/v1beta/goog/a-long-name-of-a-model:generatecontent") ==
          "/v1beta/models/MODEL:generateContent");
    CHECK(nearest_route("/health") == "/healthz");
    CHECK(nearest_route("/metric") == "/metrics");
    CHECK(nearest_route("/api/usage/sumary") == "/api/usage/summary");
    CHECK(nearest_route("/something/else/altogether") == "");
    CHECK(nearest_route(std::string(1'000'000, '/')) == "");
    CHECK(nearest_route("") == "");
  }
}

}  // namespace arouter::daemon
