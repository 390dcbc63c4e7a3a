#include "cli/mock/routes.hpp"

#include <doctest/doctest.h>

#include "cli/mock/keys.hpp"

namespace arouter::mock {

namespace {

struct Asked {
  RequestHead head;

  explicit Asked(std::string_view path, std::string_view query = {}) {
    head.path = path;
    head.query = query;
  }
  Asked& field(std::string_view name, std::string_view value) {
    head.fields.add({name, value});
    return *this;
  }
  Route route() const { return find_route(head); }
};

/// The status and the code of the refusal; 200 when the key is right.
std::pair<int, std::string> checked(const Asked& asked, Dialect dialect) {
  const std::vector<Secret> keys{Secret("right"), Secret("other")};
  const Result<void> key = check_key(asked.head, dialect, keys);
  if (key) return {200, ""};
  const Error error = key.error();
  CHECK(error.message.find("wrong") == std::string::npos);
  return {http_status(error), error.code};
}

}  // namespace

TEST_SUITE("mock routes") {
  TEST_CASE("every format has its paths") {
    CHECK(Asked("/v1/chat/completions").route().action == Action::chat);
    CHECK(Asked("/v1/responses/").route().action == Action::responses);
    CHECK(Asked("/v1/responses/input_tokens").route().action == Action::count);
    CHECK(Asked("/v1/embeddings").route().action == Action::embed);
    CHECK(Asked("/v1/messages").route().dialect == Dialect::anthropic);
    CHECK(Asked("/v1/messages/count_tokens").route().action == Action::count);
    CHECK(Asked("/v1/nowhere").route().action == Action::unknown);
    CHECK(Asked("/").route().action == Action::unknown);
  }

  TEST_CASE("a Gemini path names model and verb, with or without the folder") {
    for (const char* version : {"/v1beta", "/v1", "/v1alpha"}) {
      const std::string path = std::string(version) + "/models/demo:generateContent";
      const Route route = Asked(path).route();
      CHECK(route.action == Action::generate);
      CHECK(route.dialect == Dialect::gemini);
      CHECK(route.model == "demo");
      CHECK_FALSE(route.stream);
    }
    const Route stream = Asked("/v1beta/goog/demo:streamGenerateContent", "a=b&alt=sse").route();
    CHECK(stream.model == "goog/demo");
    CHECK(stream.stream);
    CHECK(stream.event_stream);
    CHECK(Asked("/v1beta/models/m:countTokens").route().action == Action::count);
    CHECK(Asked("/v1beta/models/m:embedContent").route().action == Action::embed);
    CHECK(Asked("/v1beta/models/m:batchEmbedContents").route().action == Action::embed_batch);
    CHECK(Asked("/v1beta/models/m:fly").route().action == Action::model);
    CHECK(Asked("/v2/models/m:generateContent").route().action == Action::unknown);
  }

  TEST_CASE("headers tell which list of models is wanted") {
    CHECK(Asked("/v1/models").route().dialect == Dialect::openai);
    CHECK(Asked("/v1/models").field("Anthropic-Version", "x").route().dialect ==
          Dialect::anthropic);
    CHECK(Asked("/v1/models").field("x-goog-api-key", "k").route().dialect == Dialect::gemini);
    CHECK(Asked("/v1/models", "key=k").route().dialect == Dialect::gemini);
    CHECK(Asked("/v1beta/models").route().dialect == Dialect::gemini);
    const Route one = Asked("/v1/models/a%2Fb").route();
    CHECK(one.action == Action::model);
    CHECK(one.model == "a%2Fb");
  }

  TEST_CASE("a query's value is found by its whole name") {
    CHECK(query_value("key=a&alt=sse", "alt") == "sse");
    CHECK(query_value("monkey=a&key=b", "key") == "b");
    CHECK(query_value("key=", "key") == "");
    CHECK(query_value("", "key") == "");
  }

  TEST_CASE("each provider looks for keys where it does, and refuses as it does") {
    const auto bearer = [](std::string_view value) {
      return Asked("/").field("authorization", value);
    };
    CHECK(checked(bearer("Bearer right"), Dialect::openai).first == 200);
    CHECK(checked(bearer("bearer other"), Dialect::anthropic).first == 200);
    CHECK(checked(bearer("Bearer wrong"), Dialect::openai).first == 401);
    CHECK(checked(Asked("/").field("x-api-key", "right"), Dialect::openai).first == 401);
    CHECK(checked(Asked("/").field("x-api-key", "right"), Dialect::anthropic).first == 200);
    CHECK(checked(Asked("/"), Dialect::anthropic).first == 401);
    CHECK(checked(Asked("/").field("x-goog-api-key", "right"), Dialect::gemini).first == 200);
    CHECK(checked(Asked("/", "key=ri%67ht"), Dialect::gemini).first == 200);
    CHECK(checked(Asked("/"), Dialect::gemini) == std::pair(403, std::string()));
    CHECK(checked(Asked("/", "key=wrong"), Dialect::gemini) ==
          std::pair(400, std::string("API_KEY_INVALID")));
  }
}

}  // namespace arouter::mock
