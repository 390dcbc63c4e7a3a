#include "shared/formats/gemini/embeddings.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::gemini {

namespace {

EmbeddingsRequest decode(const std::string& body) {
  chat::Losses losses;
  Result<EmbeddingsRequest> request = embeddings().decode_request(body, losses);
  if (!request) FAIL(request.error().message);
  CHECK(losses.list() == "");
  return *request;
}

std::string param_of(const std::string& body) {
  chat::Losses losses;
  const Result<EmbeddingsRequest> request = embeddings().decode_request(body, losses);
  return request ? "-" : request.error().param;
}

}  // namespace

TEST_SUITE("gemini embeddings") {
  TEST_CASE("a batch is a list of texts") {
    EmbeddingsRequest expected;
    expected.model = "e";
    expected.inputs = {"ab", "c"};
    expected.dimensions = 3;
    expected.task_type = "RETRIEVAL_DOCUMENT";
    expected.title = "t";
    const std::string rest =
        R"("taskType":"RETRIEVAL_DOCUMENT","title":"t","outputDimensionality":3})";
    CHECK(
        decode(
            R"({"requests":[{"model":"models/e","content":{"parts":[{"text":"a"},{"text":"b"}]},)" +
            rest + R"(,{"model":"models/e","content":{"parts":[{"text":"c"}]},)" + rest + "]}") ==
        expected);
    chat::Losses losses;
    CHECK(decode(embeddings().encode_request(
              decode(R"({"requests":{"content":{"parts":{"text":"x"}}}})"), losses)) ==
          decode(R"({"requests":[{"model":"models/","content":{"parts":[{"text":"x"}]}}]})"));
  }

  TEST_CASE("one text alone, in snake_case") {
    const EmbeddingsRequest request =
        decode(R"({"content":{"parts":[{"text":"a"}]},"task_type":"X","output_dimensionality":2})");
    CHECK(request.single);
    CHECK(request.inputs == std::vector<std::string>{"a"});
    CHECK(request.dimensions == 2);
    CHECK(request.task_type == "X");
  }

  TEST_CASE("a request names the model for every text") {
    EmbeddingsRequest request;
    request.model = "e";
    request.inputs = {"a\n", "b"};
    request.dimensions = 2;
    request.base64 = true;
    request.user = "u";
    chat::Losses losses;
    CHECK(embeddings().encode_request(request, losses) ==
          R"({"requests":[{"model":"models/e","content":{"parts":[{"text":"a\n"}]},)"
          R"("outputDimensionality":2},)"
          R"({"model":"models/e","content":{"parts":[{"text":"b"}]},"outputDimensionality":2}]})");
    CHECK(losses.list() == "user");
  }

  TEST_CASE("vectors come and go as they were") {
    const Result<EmbeddingsReply> reply = embeddings().decode_reply(
        R"({"embeddings":[{"values":[0.25,-1e-3,3]},{"values":[1e-60,1,0]}]})", 2);
    REQUIRE(reply.has_value());
    CHECK(reply->vectors == std::vector<std::vector<float>>{{0.25F, -0.001F, 3.0F}, {0, 1, 0}});
    EmbeddingsRequest request;
    CHECK(embeddings().encode_reply(*reply, request) ==
          R"({"embeddings":[{"values":[0.25,-0.001,3]},{"values":[0,1,0]}]})");
    request.single = true;
    CHECK(embeddings().encode_reply(*reply, request) ==
          R"({"embedding":{"values":[0.25,-0.001,3]}})");
    CHECK(embeddings().decode_reply(R"({"embedding":{"values":[]}})", 1).has_value());
  }

  TEST_CASE("faults name the field") {
    CHECK(param_of("{}") == "content");
    CHECK(param_of(R"({"requests":[]})") == "requests");
    CHECK(param_of(R"({"requests":7})") == "requests");
    CHECK(param_of(R"({"requests":[{"content":{"parts":[{"inlineData":{}}]}}]})") ==
          "requests[0].content.parts[0]");
    CHECK(param_of(R"({"requests":[{"content":{"parts":[{"text":7}]}}]})") ==
          "requests[0].content.parts[0].text");
    CHECK(param_of(R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":0})") ==
          "outputDimensionality");
    CHECK(param_of(R"({"requests":[{"content":"a"},{"content":"b","outputDimensionality":1}]})") ==
          "requests[1].outputDimensionality");
    CHECK(param_of(R"({"requests":[{"content":"a"},{"content":"b","taskType":"X"}]})") ==
          "requests[1].taskType");
    CHECK(param_of("[") == "");
  }

  TEST_CASE("an answer that is not what was asked for is malformed") {
    for (const char* const body :
         {"", "[]", "{}", R"({"embeddings":[{"values":[1]}]})", R"({"embeddings":[{},{}]})",
          R"({"embeddings":[{"values":["x"]},{"values":[1]}]})", R"({"embeddings":7})"}) {
      CAPTURE(body);
      const Result<EmbeddingsReply> reply = embeddings().decode_reply(body, 2);
      REQUIRE_FALSE(reply.has_value());
      CHECK(reply.error().kind == ErrorKind::upstream_malformed);
    }
  }
}

}  // namespace arouter::gemini
