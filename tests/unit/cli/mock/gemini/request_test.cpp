#include "cli/mock/gemini/request.hpp"

#include <doctest/doctest.h>

namespace arouter::mock::gemini {

namespace {

constexpr std::string_view kContents = R"("contents":[{"parts":[{"text":"use a tool"}]}])";
constexpr std::string_view kTools =
    R"("tools":[{"googleSearch":{}},{"functionDeclarations":[{"name":"weather","parameters":)"
    R"({"type":"OBJECT","properties":{"city":{"type":"STRING"}},"required":["city"]}},)"
    R"({"name":"clock","parametersJsonSchema":{"type":"object"}}]}])";

std::string body_with(std::string_view more) {
  return "{" + std::string(kContents) + "," + std::string(more) + "}";
}

std::string with_contents(std::string_view contents) {
  return R"({"contents":[)" + std::string(contents) + "]}";
}

Question read(const std::string& body) {
  const Result<Question> question = decode({.body = body, .model = "m"});
  CAPTURE(body);
  if (!question) FAIL(question.error().message);
  return *question;
}

std::string refused(const std::string& body) {
  const Result<Question> question = decode({.body = body, .model = "m"});
  if (question) return "not refused";
  CHECK(http_status(question.error()) == 400);
  return question.error().param;
}

Question configured(std::string_view config) {
  return read(body_with(R"("generationConfig":{)" + std::string(config) + "}"));
}

constexpr std::string_view kCall =
    R"({"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":)"
    R"({"name":"f","args":{}}},{"functionCall":{"name":"g"},"thoughtSignature":"c2ln"}]})";

std::string response_of(std::string_view name) {
  return R"({"functionResponse":{"name":")" + std::string(name) + R"(","response":{"out":")" +
         std::string(name) + "\"}}}";
}

}  // namespace

TEST_SUITE("mock gemini request") {
  TEST_CASE("the path gives the model, both spellings of a name are taken") {
    const Question camel = configured(R"("maxOutputTokens":5,"stopSequences":["a"])");
    CHECK(camel.model == "m");
    CHECK(*camel.max_tokens == 5);
    CHECK(camel.stops.size() == 1);
    const Question snake =
        read(body_with(R"("generation_config":{"max_output_tokens":5},"system_instruction":)"
                       R"({"parts":[{"text":"be brief"}]})"));
    CHECK(*snake.max_tokens == 5);
    CHECK(snake.prompt_tokens == 4 + 3 + 2);
  }

  TEST_CASE("a wrong member, content or part is refused with its place") {
    CHECK(refused("{}") == "contents");
    CHECK(refused(R"({"contents":[]})") == "contents");
    CHECK(refused(R"({"contents":"x"})") == "contents");
    CHECK(refused(with_contents("5")) == "contents[0]");
    CHECK(refused(with_contents(R"({"role":"system","parts":[{"text":"a"}]})")) ==
          "contents[0].role");
    CHECK(refused(with_contents(R"({"role":"user"})")) == "contents[0].parts");
    CHECK(refused(with_contents(R"({"parts":[{}]})")) == "contents[0].parts[0].data");
    CHECK(refused(with_contents(R"({"parts":[{"text":5}]})")) == "contents[0].parts[0].text");
    CHECK(refused(with_contents(R"({"parts":[{"inlineData":{"data":"x"}}]})")) ==
          "contents[0].parts[0].inlineData.mimeType");
    CHECK(refused(body_with(R"("generationConfig":{"maxOutputTokens":0})")) ==
          "generationConfig.maxOutputTokens");
    CHECK(refused(body_with(R"("generationConfig":{"temperature":3})")) ==
          "generationConfig.temperature");
    CHECK(refused(body_with(R"("generationConfig":{"responseSchema":{"type":"OBJECT"}})")) ==
          "generationConfig.responseMimeType");
    CHECK(refused(body_with(R"("tools":[{"functionDeclarations":[{}]}])")) ==
          "tools[0].functionDeclarations[0].name");
    CHECK(refused(body_with(R"("toolConfig":{"functionCallingConfig":{"mode":"MUST"}})")) ==
          "toolConfig.functionCallingConfig.mode");
  }

  TEST_CASE("images and files are counted") {
    const Question question = read(with_contents(
        R"({"parts":[{"inlineData":{"mimeType":"image/png","data":"x"}},)"
        R"({"file_data":{"mime_type":"application/pdf","file_uri":"u"}},{"text":"see"}]})"));
    CHECK(question.images == 1);
    CHECK(question.files == 1);
  }

  TEST_CASE("there are as many responses as there were calls") {
    const std::string call(kCall);
    const auto answered = [&](const std::string& parts) {
      return with_contents(call + R"(,{"role":"user","parts":[)" + parts + "]}");
    };
    const std::string both = response_of("f") + "," + response_of("g");
    CHECK(*read(answered(both)).reported == R"({"out":"f"} {"out":"g"})");
    CHECK(refused(answered(response_of("f"))) == "contents[2].parts");
    CHECK(refused(answered(R"({"text":"so?"})")) == "contents[2].parts");
    CHECK(refused(with_contents(R"({"parts":[)" + both + "]}")) == "contents[0].parts");
    read(with_contents(call));
  }

  TEST_CASE("thinking is wanted by budget, level or the wish to see it") {
    const auto thinking = [](std::string_view members) {
      return configured(R"("thinkingConfig":{)" + std::string(members) + "}").reasoning;
    };
    CHECK(thinking(R"("includeThoughts":true)").shown);
    CHECK(thinking(R"("thinkingBudget":-1)").wanted);
    CHECK_FALSE(thinking(R"("thinkingBudget":-1)").shown);
    CHECK_FALSE(thinking(R"("thinkingBudget":0,"includeThoughts":true)").wanted);
    CHECK(thinking(R"("thinkingLevel":"HIGH")").wanted);
    CHECK_FALSE(thinking(R"("thinkingLevel":"MINIMAL")").wanted);
    CHECK_FALSE(configured("").reasoning.wanted);
  }

  TEST_CASE("tools are called by force or by word") {
    const auto calls = [](std::string_view config) {
      return read(body_with(std::string(kTools) + R"(,"toolConfig":{"functionCallingConfig":{)" +
                            std::string(config) + "}}"))
          .calls;
    };
    CHECK(calls("").at(0).arguments == R"({"city": "example"})");
    CHECK(calls(R"("mode":"NONE")").empty());
    CHECK(calls(R"("mode":"ANY","allowedFunctionNames":["clock"])").at(0).name == "clock");
    CHECK(refused(body_with(std::string(kTools) +
                            R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY",)"
                            R"("allowedFunctionNames":["no"]}})")) ==
          "toolConfig.functionCallingConfig");
  }

  TEST_CASE("a schema of either kind asks for JSON") {
    CHECK(*configured(R"("responseMimeType":"application/json","responseSchema":{"type":"ARRAY",)"
                      R"("items":{"type":"STRING"},"minItems":1})")
               .content == R"(["example"])");
    CHECK(*configured(R"("responseMimeType":"application/json","responseJsonSchema":)"
                      R"({"type":"object","properties":{}})")
               .content == "{}");
    CHECK(configured(R"("responseMimeType":"application/json")").content.has_value());
    CHECK_FALSE(configured(R"("responseMimeType":"text/plain")").content.has_value());
  }

  TEST_CASE("a count takes contents or a whole request") {
    for (const std::string& body :
         {"{" + std::string(kContents) + "}",
          R"({"generateContentRequest":{"model":"models/m",)" + std::string(kContents) + "}}"}) {
      const Result<Question> question = decode({.body = body, .model = "m", .counts_only = true});
      REQUIRE(question.has_value());
      CHECK(question->prompt_tokens == 7);
    }
  }
}

}  // namespace arouter::mock::gemini
