#include "shared/formats/openai/embeddings.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

namespace arouter::openai {

namespace {

EmbeddingsRequest decoded(const std::string& body, const std::string& losses = "") {
  chat::Losses noted;
  Result<EmbeddingsRequest> request = embeddings().decode_request(body, noted);
  if (!request) FAIL(request.error().message);
  CHECK(noted.list() == losses);
  return *std::move(request);
}

std::string fault_of(const std::string& body) {
  chat::Losses losses;
  const Result<EmbeddingsRequest> request = embeddings().decode_request(body, losses);
  REQUIRE(request.has_error());
  CHECK(request.error().kind == ErrorKind::bad_request);
  return request.error().param;
}

}  // namespace

TEST_SUITE("openai embeddings") {
  TEST_CASE("texts are read, alone or in a list") {
    CHECK(decoded(R"({"model":"m","input":"a"})").inputs == std::vector<std::string>{"a"});
    const EmbeddingsRequest request =
        decoded(R"({"model":"m","input":["a","b"],"dimensions":8,"encoding_format":"base64",)"
                R"("user":"u","provider":{},"mood":1})",
                "mood");
    CHECK(request.inputs == std::vector<std::string>{"a", "b"});
    CHECK(request.dimensions == 8);
    CHECK(request.base64);
    CHECK(request.user == "u");
  }

  TEST_CASE("tokens and other things are refused") {
    for (const std::string input : {"[1,2]", "[[1],[2]]", "[\"a\",7]", "[]", "{}", "null", "7"}) {
      CAPTURE(input);
      CHECK(fault_of(R"({"model":"m","input":)" + input + "}").starts_with("input"));
    }
    CHECK(fault_of(R"({"input":"a","dimensions":0})") == "dimensions");
    CHECK(fault_of(R"({"input":"a","encoding_format":"hex"})") == "encoding_format");
  }

  TEST_CASE("a request is written") {
    chat::Losses losses;
    EmbeddingsRequest request{.model = "m", .inputs = {"a", "\"b\""}, .dimensions = 3};
    request.task_type = "RETRIEVAL_QUERY";
    CHECK(embeddings().encode_request(request, losses) ==
          R"({"model":"m","input":["a","\"b\""],"dimensions":3,"encoding_format":"float"})");
    CHECK(losses.list() == "task_type");
  }

  TEST_CASE("vectors are read as floats or base64, by index") {
    const Result<EmbeddingsReply> reply = embeddings().decode_reply(
        R"({"object":"list","model":"m","data":[{"index":1,"embedding":"AACAPwAAAMA="},)"
        R"({"index":0,"embedding":[0.5,-1e-3]}],"usage":{"prompt_tokens":4,"total_tokens":4}})",
        2);
    REQUIRE(reply.has_value());
    CHECK(reply->vectors[0] == std::vector<float>{0.5F, -1e-3F});
    CHECK(reply->vectors[1] == std::vector<float>{1.0F, -2.0F});
    CHECK(reply->usage.value_or(Usage{}).input_tokens == 4);
  }

  TEST_CASE("an answer with other than the wanted vectors is malformed") {
    for (const std::string data :
         {"", R"({"index":0,"embedding":[1]})",
          R"({"index":0,"embedding":[1]},{"index":0,"embedding":[1]})",
          R"({"index":0,"embedding":[1]},{"index":2,"embedding":[1]})",
          R"({"embedding":[1]},{"embedding":"AAA="})", R"({"embedding":[1]},{"embedding":"?"})",
          R"({"embedding":[1]},{"embedding":["1"]})"}) {
      CAPTURE(data);
      const Result<EmbeddingsReply> reply =
          embeddings().decode_reply("{\"data\":[" + data + "]}", 2);
      REQUIRE(reply.has_error());
      CHECK(reply.error().kind == ErrorKind::upstream_malformed);
    }
  }

  TEST_CASE("an answer is written in the wanted coding, floats as short as they can be") {
    EmbeddingsReply reply{.model = "m", .vectors = {{1.0F, -2.0F}, {0.1F, 1e-10F}}};
    reply.usage = Usage{.input_tokens = 4};
    CHECK(embeddings().encode_reply(reply, {}) ==
          R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,-2]},)"
          R"({"object":"embedding","index":1,"embedding":[0.1,1e-10]}],"model":"m",)"
          R"("usage":{"prompt_tokens":4,"total_tokens":4}})");
    EmbeddingsRequest request;
    request.base64 = true;
    const std::string body = embeddings().encode_reply(reply, request);
    CHECK(body.find(R"("embedding":"AACAPwAAAMA=")") != std::string::npos);
    CHECK(embeddings().decode_reply(body, 2)->vectors == reply.vectors);
    reply.cost = Cost{{1'000'000}, {1'000'000}, {}};
    CHECK(embeddings().encode_reply(reply, {}).find(R"("cost":0.000001)") != std::string::npos);
  }

  TEST_CASE("an answer that names no model is of the one that was asked") {
    const EmbeddingsRequest request{.model = "m", .inputs = {}};
    CHECK(embeddings().encode_reply({}, request).find(R"("model":"m")") != std::string::npos);
  }

  TEST_CASE("floats survive both codings bit by bit") {
    std::vector<float> vector{0.0F, -0.0F, std::numeric_limits<float>::denorm_min(),
                              std::numeric_limits<float>::max(), 1.0F / 3.0F};
    for (int i = 1; i < 500; ++i) vector.push_back(std::sin(static_cast<float>(i)) / 7.0F);
    for (std::size_t length = vector.size() - 4; length <= vector.size(); ++length) {
      CAPTURE(length);
      EmbeddingsReply reply;
      reply.vectors.emplace_back(vector.begin(),
                                 vector.begin() + static_cast<std::ptrdiff_t>(length));
      for (const bool base64 : {false, true}) {
        EmbeddingsRequest request;
        request.base64 = base64;
        const std::string body = embeddings().encode_reply(reply, request);
        CHECK(embeddings().decode_reply(body, 1)->vectors == reply.vectors);
      }
    }
  }

  TEST_CASE("routing reads the model and the user") {
    const Result<Peek> peek = peek_embeddings(R"({"model":"a/m","input":[1,2],"user":"u"})");
    REQUIRE(peek.has_value());
    CHECK(peek->model == "a/m");
    CHECK(peek->user == "u");
    CHECK(peek_embeddings(R"({"input":"a"})").error().param == "model");
    CHECK(peek_embeddings(R"({"model":"m","base_url":"x"})").error().code == "unsupported_field");
  }
}

}  // namespace arouter::openai
