#include "cli/mock/embedding.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/mock/gemini/embeddings.hpp"
#include "cli/mock/openai/embeddings.hpp"

namespace arouter::mock {

namespace {

using Json = nlohmann::json;

Json openai_answer(std::string_view more) {
  const std::string body = R"({"model":"m",)" + std::string(more) + "}";
  const Result<EmbeddingQuestion> question = openai::decode_embeddings({.body = body});
  if (!question) return question.error().param;
  return Json::parse(openai::encode_embeddings(*question));
}

Json gemini_answer(std::string_view body, bool batch) {
  const Call call{.body = body, .model = "m"};
  const Result<EmbeddingQuestion> question =
      batch ? gemini::decode_embeddings(call) : gemini::decode_embedding(call);
  if (!question) return question.error().param;
  return Json::parse(batch ? gemini::encode_embeddings(*question)
                           : gemini::encode_embedding(*question));
}

}  // namespace

TEST_SUITE("mock embedding") {
  TEST_CASE("a vector has the length asked for and the length one, and is its input's own") {
    for (const std::int64_t dimensions : {1, 2, 3, 256, 4'096}) {
      const std::vector<float> vector = make_vector(5, dimensions);
      REQUIRE(vector.size() == static_cast<std::size_t>(dimensions));
      double squares = 0;
      for (const float number : vector) squares += static_cast<double>(number) * number;
      CHECK(std::abs(squares - 1) < 1e-5);
      CHECK(vector == make_vector(5, dimensions));
    }
    CHECK(make_vector(5, 16) != make_vector(6, 16));
  }

  TEST_CASE("base64 holds the little-endian bytes of the same numbers") {
    CHECK(encode_base64(std::vector<float>{1.0F}) == "AACAPw==");
    CHECK(encode_base64(std::vector<float>{1.0F, -2.0F}) == "AACAPwAAAMA=");
    CHECK(encode_base64(std::vector<float>{1.0F, -2.0F, 0.5F}) == "AACAPwAAAMAAAAA/");
    const std::vector<float> vector = make_vector(1, 9);
    CHECK(Json::parse(encode_vector(vector)).get<std::vector<float>>() == vector);
  }

  TEST_CASE("every spelling of an OpenAI input is taken, in its order") {
    const auto vectors = [](std::string_view input) {
      return openai_answer(R"("dimensions":3,"input":)" + std::string(input))["data"];
    };
    CHECK(vectors(R"("a")").size() == 1);
    CHECK(vectors(R"(["a","b"])")[1]["embedding"] == vectors(R"("b")")[0]["embedding"]);
    CHECK(vectors(R"(["a","b"])")[1]["index"] == 1);
    CHECK(vectors("[1,2,3]").size() == 1);
    CHECK(vectors("[[1,2],[3]]").size() == 2);
    CHECK(vectors("[1,2,3]")[0] != vectors("[3,2,1]")[0]);
    const Json answer = openai_answer(R"("input":["one two","three"],"encoding_format":"base64")");
    CHECK(answer["object"] == "list");
    CHECK(answer["model"] == "m");
    CHECK(answer["usage"] == Json{{"prompt_tokens", 3}, {"total_tokens", 3}});
    CHECK(answer["data"][0]["object"] == "embedding");
    CHECK(answer["data"][0]["embedding"].get<std::string>().size() == (256 * 4 + 2) / 3 * 4);
  }

  TEST_CASE("a wrong OpenAI request is refused by name") {
    CHECK(openai_answer(R"("x":1)") == "input");
    CHECK(openai_answer(R"("input":[])") == "input");
    CHECK(openai_answer(R"("input":"")") == "input");
    CHECK(openai_answer(R"("input":["a",1])") == "input");
    CHECK(openai_answer(R"("input":[[]])") == "input");
    CHECK(openai_answer(R"("input":{"a":1})") == "input");
    CHECK(openai_answer(R"("input":"a","dimensions":0)") == "dimensions");
    CHECK(openai_answer(R"("input":"a","dimensions":4097)") == "dimensions");
    CHECK(openai_answer(R"("input":"a","encoding_format":"hex")") == "encoding_format");
  }

  TEST_CASE("Gemini embeds one content or a batch") {
    const std::string one = R"({"content":{"parts":[{"text":"a"}]},"outputDimensionality":4})";
    const Json values = gemini_answer(one, false)["embedding"]["values"];
    CHECK(values.size() == 4);
    const Json batch = gemini_answer(R"({"requests":[{"content":{"parts":[{"text":"b"}]},)"
                                     R"("output_dimensionality":4},)" +
                                         one + "]}",
                                     true)["embeddings"];
    REQUIRE(batch.size() == 2);
    CHECK(batch[1]["values"] == values);
    CHECK(batch[0]["values"] != values);
    CHECK(gemini_answer(R"({"content":{"parts":[]}})", false) == "content.parts");
    CHECK(gemini_answer(R"({"requests":[]})", true) == "requests");
    CHECK(gemini_answer(R"({"requests":[{}]})", true) == "requests[0].content");
  }
}

}  // namespace arouter::mock
