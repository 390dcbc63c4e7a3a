// Requests as Gemini clients send them, decoded.
#include "shared/formats/gemini/request.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::gemini {

namespace {

using namespace chat;

struct Decoded {
  Request request;
  std::string losses;
};

Decoded decode(const std::string& body) {
  Peek peek;
  peek.model = "acme/g";
  Losses losses;
  Result<Request> request = decode_request(body, peek, losses);
  if (!request) FAIL(request.error().message << " in " << body);
  return {*request, losses.list()};
}

std::string with(const std::string& fields) {
  return R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}],)" + fields + "}";
}

Message user(std::string text) {
  return {Role::user, {Text{std::move(text)}}};
}

Error refusal_of(const std::string& body) {
  Losses losses;
  const Result<Request> request = decode_request(body, {}, losses);
  return request ? Error{} : request.error();
}

/// The parts of the one message that `parts` decode to.
std::vector<Part> parts_of(const std::string& parts, const char* role = "user") {
  const Decoded decoded =
      decode(R"({"contents":[{"role":")" + std::string(role) + R"(","parts":)" + parts + "}]}");
  REQUIRE(decoded.request.messages.size() == 1);
  return decoded.request.messages[0].parts;
}

}  // namespace

TEST_SUITE("gemini request, decoded") {
  TEST_CASE("roles and instructions become messages") {
    const Decoded decoded = decode(
        R"({"systemInstruction":{"role":"user","parts":[{"text":"be brief"}]},"contents":[)"
        R"({"parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]},)"
        R"({"role":"user","parts":[{"text":"c"}]},{"role":"user","parts":[{"text":"d"}]}]})");
    const std::vector<Message> expected{{Role::system, {Text{"be brief"}}},
                                        user("a"),
                                        {Role::assistant, {Text{"b"}}},
                                        {Role::user, {Text{"c"}, Text{"d"}}}};
    CHECK(decoded.request.messages == expected);
    CHECK(decoded.request.model == "acme/g");
    CHECK(decoded.losses.empty());
  }

  TEST_CASE("instructions may be a text, a part or parts, under either name") {
    for (const char* const spelled :
         {R"("systemInstruction":"s")", R"("system_instruction":{"parts":{"text":"s"}})",
          R"("systemInstruction":[{"text":"s"}])", R"("systemInstruction":{"text":"s"})"}) {
      CAPTURE(spelled);
      const Decoded decoded = decode(with(spelled));
      REQUIRE(decoded.request.messages.size() == 2);
      CHECK(decoded.request.messages[0] == Message{Role::system, {Text{"s"}}});
    }
  }

  TEST_CASE("one content may stand where a list is meant") {
    CHECK(decode(R"({"contents":{"parts":{"text":"hi"}}})").request.messages ==
          std::vector<Message>{user("hi")});
  }

  TEST_CASE("media come as data or by their URI, in both spellings") {
    const std::vector<Part> parts = parts_of(
        R"([{"inlineData":{"mimeType":"image/png","data":"AA=="}},)"
        R"({"inline_data":{"mime_type":"application/pdf","data":"-_8","display_name":"r.pdf"}},)"
        R"({"fileData":{"mimeType":"audio/wav","fileUri":"https://a.example/s.wav"}},)"
        R"({"file_data":{"file_uri":"https:)"
        R"(//generativelanguage.googleapis.com/v1beta/files/x","mime_type":"video/mp4"}},)"
        R"({"fileData":{"fileUri":"https://www.youtube.com/watch?v=1"}}])");
    REQUIRE(parts.size() == 5);
    Media image;
    image.mime_type = "image/png";
    image.data = "AA==";
    CHECK(std::get<Media>(parts[0]) == image);
    Media pdf;
    pdf.kind = Media::Kind::file;
    pdf.mime_type = "application/pdf";
    pdf.data = "+/8=";
    pdf.name = "r.pdf";
    CHECK(std::get<Media>(parts[1]) == pdf);
    CHECK(std::get<Media>(parts[2]).url == "https://a.example/s.wav");
    CHECK(std::get<Media>(parts[2]).kind == Media::Kind::audio);
    CHECK(std::get<Media>(parts[3]).file_id.ends_with("files/x"));
    CHECK(std::get<Media>(parts[4]).kind == Media::Kind::video);
  }

  TEST_CASE("calls and their results find each other, with ids and without") {
    const Decoded decoded =
        decode(R"({"contents":[{"parts":[{"text":"q"}]},{"role":"model","parts":[)"
               R"({"functionCall":{"name":"f","args":{"a": 1}},"thoughtSignature":"sig"},)"
               R"({"functionCall":{"name":"g","id":"id-g"}}]},)"
               R"({"role":"function","parts":[{"text":"and"},)"
               R"({"functionResponse":{"name":"g","id":"id-g","response":{"output":"two"}}},)"
               R"({"functionResponse":{"name":"f","response":{"x":[1, 2]}}}]}]})");
    const std::vector<Message>& messages = decoded.request.messages;
    REQUIRE(messages.size() == 4);
    const std::vector<Part> calls{ToolCall{"call_1", "f", R"({"a":1})", {"sig", "gemini"}, ""},
                                  ToolCall{"id-g", "g", "{}", {}, ""}};
    CHECK(messages[1].parts == calls);
    CHECK(messages[2].role == Role::tool);
    const std::vector<Part> results{
        ToolResult{"id-g", "g", {Text{"two"}}, false, ""},
        ToolResult{"call_1", "f", {Text{R"({"x":[1, 2]})"}}, false, ""}};
    CHECK(messages[2].parts == results);
    CHECK(messages[3] == user("and"));
  }

  TEST_CASE("what a tool answered: a text, an error, an object, media") {
    const auto result_of = [](const std::string& response) {
      const Decoded decoded = decode(R"({"contents":[{"parts":[{"functionResponse":{"name":"f",)" +
                                     response + "}}]}]}");
      return std::get<ToolResult>(decoded.request.messages.at(0).parts.at(0));
    };
    CHECK(result_of(R"("response":{"result":"a\n"})").content ==
          std::vector<ResultPart>{Text{"a\n"}});
    CHECK(result_of(R"("response":{"result":7})").content == std::vector<ResultPart>{Text{"7"}});
    CHECK(result_of(R"("response":{"result":""})").content.empty());
    const ToolResult failed = result_of(R"("response":{"error":"no"})");
    CHECK(failed.is_error);
    CHECK(failed.content == std::vector<ResultPart>{Text{"no"}});
    const ToolResult both = result_of(R"("response":{"error":"no","output":"x"})");
    CHECK_FALSE(both.is_error);
    CHECK(both.content == std::vector<ResultPart>{Text{R"({"error":"no","output":"x"})"}});
    const ToolResult seen = result_of(
        R"("response":{},"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}])");
    REQUIRE(seen.content.size() == 2);
    CHECK(std::get<Media>(seen.content[1]).data == "AAAA");
  }

  TEST_CASE("thoughts and signatures are kept where they were") {
    const std::vector<Part> parts = parts_of(
        R"([{"text":"hm","thought":true,"thoughtSignature":"s1"},{"text":"so"},)"
        R"({"text":"","thoughtSignature":"s2"},{"text":"t","thought_signature":"s3"},)"
        R"({"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"}])",
        "model");
    const std::vector<Part> expected{
        Thinking{"hm", {"s1", "gemini"}, false}, Text{"so", "", {"s2", "gemini"}},
        Text{"t", "", {"s3", "gemini"}}, ToolCall{"call_1", "f", "{}", {}, ""}};
    CHECK(parts == expected);
  }

  TEST_CASE("functions are declared in Google's schema or in JSON's") {
    const Decoded decoded = decode(
        with(R"("tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":)"
             R"({"type":"OBJECT","properties":{"a":{"type":"STRING","nullable":true}}}}]},)"
             R"({"function_declarations":[{"name":"g","parametersJsonSchema":{"type":)"
             R"( "object"}},{"name":"h"}]},)"
             R"({"googleSearch":{}},{"codeExecution":{}}])"));
    const std::vector<Tool>& tools = decoded.request.tools;
    REQUIRE(tools.size() == 3);
    CHECK(tools[0].description == "d");
    CHECK(tools[0].parameters ==
          R"({"type":"object","properties":{"a":{"type":["string","null"]}}})");
    CHECK(tools[1].parameters == R"({"type": "object"})");
    CHECK(tools[2].parameters.empty());
    CHECK(decoded.losses == "tools.googleSearch, tools.codeExecution");
  }

  TEST_CASE("how calls are chosen") {
    const std::string tools =
        R"("tools":[{"functionDeclarations":[{"name":"f"},{"name":"g"}]}],"toolConfig":)";
    const auto choice_of = [&](const std::string& config) {
      return decode(with(tools + R"({"functionCallingConfig":)" + config + "}"));
    };
    CHECK(choice_of(R"({"mode":"AUTO"})").request.tool_choice.kind == ToolChoice::Kind::automatic);
    CHECK(choice_of(R"({"mode":"NONE"})").request.tool_choice.kind == ToolChoice::Kind::none);
    CHECK(choice_of(R"({"mode":"ANY"})").request.tool_choice.kind == ToolChoice::Kind::required);
    const Decoded named = choice_of(R"({"mode":"ANY","allowedFunctionNames":["g"]})");
    CHECK(named.request.tool_choice == ToolChoice{ToolChoice::Kind::named, "g", {}});
    CHECK(named.losses.empty());
    const Decoded all = choice_of(R"({"mode":"ANY","allowed_function_names":["g","f"]})");
    CHECK(all.request.tool_choice.kind == ToolChoice::Kind::required);
    CHECK(all.losses.empty());
    const Decoded some = choice_of(R"({"mode":"ANY","allowedFunctionNames":["g","x"]})");
    CHECK(some.losses == "toolConfig.functionCallingConfig.allowedFunctionNames");
    const Decoded valid = choice_of(R"({"mode":"VALIDATED"})");
    CHECK(valid.request.tool_choice.kind == ToolChoice::Kind::automatic);
    CHECK(valid.request.tools[1].strict == true);
  }

  TEST_CASE("sampling, limits and stops") {
    const Request request =
        decode(
            with(R"("generation_config":{"stopSequences":["a","b"],"candidate_count":2,)"
                 R"("maxOutputTokens":"99","temperature":0.70,"top_p":0.9,"topK":40.0,"seed":-3,)"
                 R"("presencePenalty":0.1,"frequencyPenalty":0.2,"responseLogprobs":true,)"
                 R"("logprobs":4,"responseModalities":["TEXT"]})"))
            .request;
    CHECK(request.stop == std::vector<std::string>{"a", "b"});
    CHECK(request.n == 2);
    CHECK(request.max_tokens == 99);
    CHECK(request.temperature == "0.70");
    CHECK(request.top_p == "0.9");
    CHECK(request.top_k == 40);
    CHECK(request.seed == -3);
    CHECK(request.presence_penalty == "0.1");
    CHECK(request.frequency_penalty == "0.2");
    CHECK(request.logprobs == true);
    CHECK(request.top_logprobs == 4);
  }

  TEST_CASE("the shape of the answer") {
    const auto output_of = [](const std::string& config) {
      return decode(with(R"("generationConfig":)" + config)).request.output;
    };
    CHECK(output_of(R"({"responseMimeType":"application/json"})").kind ==
          Output::Kind::json_object);
    CHECK(output_of(R"({"responseMimeType":"text/plain"})").kind == Output::Kind::text);
    const Output schema =
        output_of(R"({"responseSchema":{"type":"ARRAY","items":{"type":"INTEGER"}},)"
                  R"("responseMimeType":"application/json"})");
    CHECK(schema.kind == Output::Kind::json_schema);
    CHECK(schema.schema == R"({"type":"array","items":{"type":"integer"}})");
    CHECK(output_of(R"({"responseJsonSchema":{"type" :"object"}})").schema ==
          R"({"type" :"object"})");
    CHECK(
        decode(with(R"("generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{}})"))
            .losses == "generationConfig.responseMimeType");
  }

  TEST_CASE("how much to think, in words and in tokens") {
    const auto reasoning_of = [](const std::string& config) {
      return decode(with(R"("generationConfig":{"thinkingConfig":)" + config + "}"))
          .request.reasoning;
    };
    Reasoning expected;
    expected.budget = 1024;
    expected.include = true;
    CHECK(reasoning_of(R"({"thinkingBudget":1024,"includeThoughts":true})") == expected);
    CHECK(reasoning_of(R"({"thinkingBudget":0})").enabled == false);
    CHECK(reasoning_of(R"({"thinking_budget":-1})").enabled == true);
    CHECK(reasoning_of(R"({"thinkingLevel":"HIGH"})").effort == "high");
    CHECK(reasoning_of(R"({"thinkingLevel":"THINKING_LEVEL_UNSPECIFIED"})") == Reasoning{});
  }

  TEST_CASE("what cannot be carried is told by name") {
    CHECK(decode(with(R"("safetySettings":[{}],"cachedContent":"c","labels":{},"model":"m",)"
                      R"("generationConfig":{"speechConfig":{},"mediaResolution":null,)"
                      R"("thinkingConfig":{"x":1}},"provider":{},"new_thing":1)"))
              .losses ==
          "safetySettings, cachedContent, labels, new_thing, "
          "generationConfig.speechConfig, generationConfig.thinkingConfig.x");
    CHECK(decode(R"({"contents":[{"parts":[{"text":"a","videoMetadata":{}},)"
                 R"({"executableCode":{"code":"1"}}],"extra":1}]})")
              .losses ==
          "contents.extra, contents.parts.videoMetadata, "
          "contents.parts.executableCode");
  }

  TEST_CASE("a list that holds nothing is no loss") {
    CHECK(decode(with(R"("safetySettings":[])")).losses == "");
  }

  TEST_CASE("a count wraps the request") {
    const Decoded decoded = decode(
        R"({"generateContentRequest":{"model":"models/x","contents":[{"parts":[{"text":"a"}]}],)"
        R"("tools":[{"functionDeclarations":[{"name":"f"}]}]}})");
    CHECK(decoded.request.messages == std::vector<Message>{user("a")});
    CHECK(decoded.request.tools.size() == 1);
    CHECK(refusal_of(R"({"generate_content_request":{}})").param ==
          "generateContentRequest.contents");
  }

  TEST_CASE("faults name the field") {
    const auto param_of = [](const std::string& body) { return refusal_of(body).param; };
    CHECK(param_of("{}") == "contents");
    CHECK(param_of(R"({"contents":[]})") == "contents");
    CHECK(param_of(R"({"contents":"hi"})") == "contents");
    CHECK(param_of(R"({"contents":["hi"]})") == "contents[0]");
    CHECK(param_of(R"({"contents":[{"role":"boss"}]})") == "contents[0].role");
    CHECK(param_of(R"({"contents":[{"role":1}]})") == "contents[0].role");
    CHECK(param_of(R"({"contents":[{"parts":"x"}]})") == "contents[0].parts");
    CHECK(param_of(R"({"contents":[{"parts":[{"text":1}]}]})") == "contents[0].parts[0].text");
    CHECK(param_of(R"({"contents":[{"parts":[{"text":"\ud800"}]}]})") ==
          "contents[0].parts[0].text");
    CHECK(param_of(R"({"contents":[{"parts":[{},{"functionCall":{"args":{}}}]}]})") ==
          "contents[0].parts[1].functionCall.name");
    CHECK(param_of(R"({"contents":[{"parts":[{"functionCall":{"name":"f","args":"x"}}]}]})") ==
          "contents[0].parts[0].functionCall.args");
    CHECK(
        param_of(R"({"contents":[{"parts":[{"functionResponse":{"name":"f","response":1}}]}]})") ==
        "contents[0].parts[0].functionResponse.response");
    CHECK(param_of(R"({"contents":[{"parts":[{"inlineData":{"data":1}}]}]})") ==
          "contents[0].parts[0].inlineData.data");
    CHECK(param_of(R"({"contents":[{"parts":[{"fileData":{}}]}]})") ==
          "contents[0].parts[0].fileData.fileUri");
    CHECK(param_of(with(R"("systemInstruction":1)")) == "systemInstruction");
    CHECK(param_of(with(R"("systemInstruction":{"parts":[{"text":1}]})")) ==
          "systemInstruction.parts[0].text");
    CHECK(param_of(with(R"("tools":1)")) == "tools");
    CHECK(param_of(with(R"("tools":[{"functionDeclarations":[{}]}])")) ==
          "tools[0].functionDeclarations[0].name");
    CHECK(param_of(with(R"("toolConfig":{"functionCallingConfig":{"mode":"X"}})")) ==
          "toolConfig.functionCallingConfig.mode");
    CHECK(param_of(with(R"("generationConfig":1)")) == "generationConfig");
    CHECK(param_of(with(R"("generationConfig":{"topK":"x"})")) == "generationConfig.topK");
    CHECK(param_of(with(R"("generationConfig":{"temperature":"x"})")) ==
          "generationConfig.temperature");
    CHECK(param_of(with(R"("generationConfig":{"candidateCount":0})")) ==
          "generationConfig.candidateCount");
    CHECK(param_of(with(R"("generationConfig":{"stopSequences":[1]})")) ==
          "generationConfig.stopSequences[0]");
    CHECK(param_of(with(R"("generationConfig":{"thinkingConfig":{"thinkingBudget":true}})")) ==
          "generationConfig.thinkingConfig.thinkingBudget");
    CHECK(refusal_of("[]").kind == ErrorKind::bad_request);
    CHECK(refusal_of("{").code == "invalid_json");
    CHECK(refusal_of(R"({"contents":[{"parts":[{"text":1}]}]})").message ==
          "'contents[0].parts[0].text' must be a string");
  }
}

}  // namespace arouter::gemini
