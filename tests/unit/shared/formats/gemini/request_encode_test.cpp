// The neutral chat as a request to a Gemini provider, and what survives both ways.
#include <doctest/doctest.h>

#include <string>

#include "shared/chat/shorten.hpp"
#include "shared/formats/gemini/request.hpp"
#include "shared/json_scan.hpp"

namespace arouter::gemini {

namespace {

using namespace chat;

struct Encoded {
  std::string body;
  std::string losses;
};

Encoded encode(const Request& request) {
  Losses losses;
  std::string body = encode_request(request, losses);
  CHECK(scan_json(body).has_value());
  return {std::move(body), losses.list()};
}

Request ask(std::string model = "gemini-2.5-flash") {
  Request request;
  request.model = std::move(model);
  request.messages.push_back({Role::user, {Text{"hi"}}});
  return request;
}

const std::string kHi = R"("contents":[{"role":"user","parts":[{"text":"hi"}]}])";

bool holds(const Encoded& encoded, std::string_view part) {
  const bool found = encoded.body.find(part) != std::string::npos;
  if (!found) MESSAGE(encoded.body);
  return found;
}

Request again(const Request& request) {
  Losses losses;
  Peek peek;
  peek.model = request.model;
  Result<Request> decoded = decode_request(encode(request).body, peek, losses);
  if (!decoded) FAIL(decoded.error().message);
  CHECK(losses.list() == "");
  return *decoded;
}

std::string thinking_of(const std::string& model, const Reasoning& reasoning) {
  Request request = ask(model);
  request.reasoning = reasoning;
  const std::string body = encode(request).body;
  const std::size_t at = body.find("\"thinkingConfig\":");
  return at == std::string::npos ? "" : body.substr(at + 17, body.find('}', at) - at - 16);
}

}  // namespace

TEST_SUITE("gemini request, encoded") {
  TEST_CASE("a question alone is small") {
    CHECK(encode(ask()).body == "{" + kHi + "}");
  }

  TEST_CASE("instructions in front are the field, later ones words of the user") {
    Request request = ask();
    request.messages.insert(request.messages.begin(),
                            {{Role::system, {Text{"a"}}}, {Role::developer, {Text{"b"}}}});
    Encoded encoded = encode(request);
    CHECK(encoded.body ==
          R"({"systemInstruction":{"parts":[{"text":"a"},{"text":"b"}]},)" + kHi + "}");
    CHECK(encoded.losses.empty());
    request.messages.push_back({Role::assistant, {Text{"yes"}}});
    request.messages.push_back({Role::system, {Text{"c"}}});
    request.messages.push_back({Role::user, {Text{"d"}}});
    encoded = encode(request);
    CHECK(holds(encoded, R"({"role":"user","parts":[{"text":"c"},{"text":"d"}]})"));
    CHECK(encoded.losses == "messages.system");
  }

  TEST_CASE("instructions alone are what is to be answered") {
    Request request;
    request.messages.push_back({Role::system, {Text{"go"}}});
    CHECK(encode(request).body == R"({"contents":[{"role":"user","parts":[{"text":"go"}]}]})");
  }

  TEST_CASE("roles take turns, and nothing is opened for nothing") {
    Request request = ask();
    request.messages.push_back({Role::assistant, {Thinking{"", {"x", "anthropic"}, true}}});
    request.messages.push_back({Role::user, {Text{""}, Text{"more"}}});
    const Encoded encoded = encode(request);
    CHECK(encoded.body ==
          R"({"contents":[{"role":"user","parts":[{"text":"hi"},{"text":"more"}]}]})");
    CHECK(encoded.losses == "messages.thinking");
  }

  TEST_CASE("media by data, by Google's URIs and by https; others are lost by name") {
    Request request = ask();
    Media image;
    image.data = "iVBORw0K";
    Media page;
    page.kind = Media::Kind::file;
    page.url = "https://a.example/r.pdf?x=1";
    Media kept;
    kept.kind = Media::Kind::video;
    kept.file_id = "https://generativelanguage.googleapis.com/v1beta/files/f";
    Media plain;
    plain.url = "http://a.example/i";
    plain.detail = "low";
    Media foreign;
    foreign.kind = Media::Kind::file;
    foreign.file_id = "file-1";
    request.messages[0].parts = {image, page, kept, plain, foreign};
    const Encoded encoded = encode(request);
    CHECK(encoded.body ==
          R"({"contents":[{"role":"user","parts":[)"
          R"({"inlineData":{"mimeType":"image/png","data":"iVBORw0K"}},)"
          R"({"fileData":{"mimeType":"application/pdf","fileUri":"https://a.example/r.pdf?x=1"}},)"
          R"({"fileData":{"fileUri":"https:)"
          R"(//generativelanguage.googleapis.com/v1beta/files/f"}}]}]})");
    CHECK(encoded.losses == "messages.image.detail, messages.image.url, messages.file.file_id");
  }

  TEST_CASE("calls and results") {
    Request request = ask();
    request.messages.push_back(
        {Role::assistant, {ToolCall{"c1", "f", "", {}, ""}, ToolCall{"c2", "g", "[1]", {}, ""}}});
    request.messages.push_back({Role::tool,
                                {ToolResult{"c1", "f", {Text{"a"}, Text{"b"}}, false, ""},
                                 ToolResult{"c2", "g", {Text{"no"}}, true, ""}}});
    request.messages.push_back({Role::user, {Text{"so?"}}});
    CHECK(encode(request).body ==
          R"({"contents":[{"role":"user","parts":[{"text":"hi"}]},{"role":"model","parts":[)"
          R"({"functionCall":{"id":"c1","name":"f","args":{}}},)"
          R"({"functionCall":{"id":"c2","name":"g","args":{"input":"[1]"}}}]},)"
          R"({"role":"user","parts":[)"
          R"({"functionResponse":{"id":"c1","name":"f","response":{"result":"a\n\nb"}}},)"
          R"({"functionResponse":{"id":"c2","name":"g","response":{"error":"no"}}},)"
          R"({"text":"so?"}]}]})");
  }

  TEST_CASE("what a tool showed stands in its result for Gemini 3, behind it for older models") {
    Media image;
    image.mime_type = "image/png";
    image.data = "AAAA";
    Request request = ask();
    request.messages = {{Role::tool, {ToolResult{"c", "f", {image, Text{"x"}}, false, ""}}}};
    CHECK(holds(encode(request), R"("response":{"result":"x"}}},{"inlineData":)"));
    CHECK(encode(request).losses == "messages.tool_result.media");
    request.model = "gemini-3-flash";
    CHECK(holds(encode(request), R"("response":{"result":"x"},"parts":[{"inlineData":)"));
    CHECK(encode(request).losses == "");
  }

  TEST_CASE("names of files are hints, what is cached inside results is lost by name") {
    Media report;
    report.kind = Media::Kind::file;
    report.data = "JVBERi0x";
    report.name = "report.pdf";
    Text cached{"x"};
    cached.cache_control = R"({"type":"ephemeral"})";
    Request request = ask();
    request.messages[0].parts = {report};
    CHECK(encode(request).losses == "");  // a name is a hint
    request.messages = {{Role::tool, {ToolResult{"c", "f", {cached}, false, ""}}}};
    CHECK(encode(request).losses == "messages.cache_control");
  }

  TEST_CASE("Gemini 3 wants each step's first call signed, or to hear that it is not its own") {
    Request request = ask("models/gemini-3-pro-preview");
    const std::vector<Part> calls{ToolCall{"c1", "f", "{}", {}, ""},
                                  ToolCall{"c2", "f", "{}", {}, ""}};
    request.messages.push_back({Role::assistant, calls});
    const std::string mark = R"("thoughtSignature":"skip_thought_signature_validator")";
    Encoded encoded = encode(request);
    CHECK(holds(encoded, R"("id":"c1","name":"f","args":{}},)" + mark));
    CHECK(encoded.body.find(mark) == encoded.body.rfind(mark));
    std::get<ToolCall>(request.messages[1].parts[0]).signature = {"own", "gemini"};
    encoded = encode(request);
    CHECK(holds(encoded, R"("thoughtSignature":"own")"));
    CHECK_FALSE(encoded.body.find(mark) != std::string::npos);
    request.model = "gemini-2.5-pro";
    CHECK(holds(encode(request), R"("thoughtSignature":"own")"));
  }

  TEST_CASE("signatures of others stay out, their thoughts' words do not") {
    Request request = ask();
    request.messages.push_back(
        {Role::assistant,
         {Thinking{"hm", {"s", "anthropic"}, false}, Thinking{"own", {"t", "gemini"}, false},
          Text{"so", "", {"u", "responses"}}}});
    const Encoded encoded = encode(request);
    CHECK(holds(encoded, R"([{"text":"hm","thought":true},)"
                         R"({"text":"own","thought":true,"thoughtSignature":"t"},{"text":"so"}])"));
    CHECK(encoded.losses == "messages.thinking");
  }

  TEST_CASE("tools and how they are chosen") {
    Request request = ask();
    request.tools = {{.name = "f", .description = "d", .parameters = R"({"type": "object"})"},
                     {.name = "g"}};
    const std::string tools = R"("tools":[{"functionDeclarations":[{"name":"f","description":"d",)"
                              R"("parametersJsonSchema":{"type": "object"}},{"name":"g"}]}])";
    CHECK(encode(request).body == "{" + kHi + "," + tools + "}");
    const auto config_of = [&](ToolChoice choice) {
      request.tool_choice = std::move(choice);
      const std::string body = encode(request).body;
      return body.substr(body.find(tools) + tools.size());
    };
    CHECK(config_of({ToolChoice::Kind::automatic, "", {}}) ==
          R"(,"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}})");
    CHECK(config_of({ToolChoice::Kind::none, "", {}}) ==
          R"(,"toolConfig":{"functionCallingConfig":{"mode":"NONE"}}})");
    CHECK(config_of({ToolChoice::Kind::required, "", {}}) ==
          R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}})");
    CHECK(
        config_of({ToolChoice::Kind::named, "g", {}}) ==
        R"(,"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["g"]}}})");
    request.tool_choice = {ToolChoice::Kind::unset, "", false};
    request.tools[0].strict = true;
    const Encoded strict = encode(request);
    CHECK(holds(strict, R"({"mode":"VALIDATED"})"));
    CHECK(strict.losses == "parallel_tool_calls");
    request.model = "gemini-2.0-flash";
    CHECK(encode(request).losses == "parallel_tool_calls, tools.strict");
    request.tools.clear();
    request.tool_choice = {ToolChoice::Kind::required, "", true};
    CHECK(encode(request).body == "{" + kHi + "}");
  }

  TEST_CASE("sampling, limits, stops and shapes") {
    Request request = ask();
    request.max_tokens = 9;
    request.temperature = "0.70";
    request.top_p = "1";
    request.top_k = 4;
    request.n = 2;
    request.seed = -1;
    request.stop = {"a"};
    request.presence_penalty = "0";
    request.frequency_penalty = "0.5";
    request.logprobs = true;
    request.top_logprobs = 3;
    request.output = {Output::Kind::json_schema, "n", "", R"({"type": "object"})", true};
    CHECK(
        encode(request).body ==
        "{" + kHi +
            R"(,"generationConfig":{"stopSequences":["a"],"maxOutputTokens":9,"candidateCount":2,)"
            R"("topK":4,"temperature":0.70,"topP":1,"frequencyPenalty":0.5,"seed":-1,)"
            R"("responseLogprobs":true,"logprobs":3,"responseMimeType":"application/json",)"
            R"("responseJsonSchema":{"type": "object"}}})");
    request.seed = 5'000'000'000;
    request.stop = {"a", "b", "c", "d", "e", "f"};
    const Encoded encoded = encode(request);
    CHECK(encoded.losses == "stop, seed");
    CHECK(holds(encoded, R"("stopSequences":["a","b","c","d","e"])"));
  }

  TEST_CASE("what Gemini has no word for is told") {
    Request request = ask();
    request.min_p = "0.1";
    request.repetition_penalty = "1.1";
    request.logit_bias = R"({"1":2})";
    request.metadata = R"({"a":"b"})";
    request.user = "u";
    request.store = true;
    request.verbosity = "low";
    request.prompt_cache_key = "k";
    request.safety_identifier = "s";
    request.service_tier = "flex";
    request.messages[0].name = "joe";
    std::get<Text>(request.messages[0].parts[0]).cache_control = "{}";
    CHECK(encode(request).losses ==
          "messages.name, messages.cache_control, min_p, repetition_penalty, logit_bias, metadata, "
          "user, store, verbosity, safety_identifier, service_tier");
    Request plain = ask();
    plain.store = false;
    plain.service_tier = "auto";
    plain.verbosity = "medium";
    plain.logprobs = false;
    plain.tool_choice.parallel = true;
    CHECK(encode(plain).losses.empty());
  }

  TEST_CASE("thinking is said in the way of the model") {
    Reasoning low;
    low.effort = "low";
    Reasoning most;
    most.effort = "xhigh";
    Reasoning least;
    least.effort = "minimal";
    Reasoning off;
    off.effort = "none";
    Reasoning tokens;
    tokens.budget = 5000;
    tokens.include = false;
    Reasoning free;
    free.enabled = true;
    const std::string shown = R"({"includeThoughts":true,)";
    CHECK(thinking_of("gemini-2.5-flash", low) == shown + R"("thinkingBudget":2048})");
    CHECK(thinking_of("gemini-2.5-flash", most) == shown + R"("thinkingBudget":24576})");
    CHECK(thinking_of("gemini-2.5-pro", most) == shown + R"("thinkingBudget":32768})");
    CHECK(thinking_of("gemini-2.5-flash", off) == R"({"thinkingBudget":0})");
    CHECK(thinking_of("gemini-2.5-pro", off) == R"({"thinkingBudget":128})");
    CHECK(thinking_of("gemini-2.5-flash", free) == shown + R"("thinkingBudget":-1})");
    CHECK(thinking_of("gemini-2.5-flash", tokens) ==
          R"({"includeThoughts":false,"thinkingBudget":5000})");
    CHECK(thinking_of("gemini-3-pro-preview", low) == shown + R"("thinkingLevel":"low"})");
    CHECK(thinking_of("gemini-3-pro-preview", least) == shown + R"("thinkingLevel":"low"})");
    CHECK(thinking_of("gemini-3.5-flash", least) == shown + R"("thinkingLevel":"minimal"})");
    CHECK(thinking_of("gemini-3.5-flash", most) == shown + R"("thinkingLevel":"high"})");
    CHECK(thinking_of("gemini-3.5-flash", off) == R"({"thinkingLevel":"minimal"})");
    CHECK(thinking_of("gemini-3.5-flash", tokens) ==
          R"({"includeThoughts":false,"thinkingLevel":"medium"})");
    CHECK(thinking_of("gemini-3.5-flash", free) == R"({"includeThoughts":true})");
    CHECK(thinking_of("gemini-2.0-flash", low) == "");
    CHECK(thinking_of("gemma-3-27b", low) == "");
    CHECK(thinking_of("other", low) == shown + R"("thinkingBudget":2048})");
    CHECK(thinking_of("gemini-2.5-flash", {}) == "");
  }

  TEST_CASE("summaries are asked for as thoughts to show") {
    Reasoning shown;
    shown.summary = "detailed";
    shown.include = true;
    CHECK(thinking_of("gemini-2.5-flash", shown) == R"({"includeThoughts":true})");
    Request request = ask("gemini-2.0-flash");
    request.reasoning = shown;
    CHECK(encode(request).losses == "reasoning.summary");
    request.reasoning.effort = "low";
    CHECK(encode(request).losses == "reasoning_effort");
    request.reasoning = {.include = true};  // there is nothing to include
    CHECK(encode(request).losses == "");
  }

  TEST_CASE("a schema's name is a label, and to be strict is what the API is") {
    Request request = ask("g");
    request.output = {.kind = Output::Kind::json_schema,
                      .name = "n",
                      .schema = R"({"type":"object"})",
                      .strict = true};
    CHECK(encode(request).losses == "");
  }

  TEST_CASE("a count asks for the whole request") {
    Losses losses;
    CHECK(encode_count_request(ask("g"), losses) ==
          R"({"generateContentRequest":{"model":"models/g",)" + kHi + "}}");
  }

  TEST_CASE("what the format can say comes back the same") {
    Request request = ask();
    Media image;
    image.mime_type = "image/png";
    image.data = "AAAA";
    Media page;
    page.kind = Media::Kind::file;
    page.mime_type = "application/pdf";
    page.url = "https://a.example/r.pdf";
    request.messages = {{Role::system, {Text{"be brief"}}},
                        {Role::user, {Text{"look \"\n\xC3\xA9"}, image, page}},
                        {Role::assistant,
                         {Thinking{"hm", {"s0", "gemini"}, false}, Text{"so", "", {"s1", "gemini"}},
                          ToolCall{"c1", "f", R"({"a":1.50})", {"s2", "gemini"}, ""},
                          ToolCall{"c2", "g", "{}", {}, ""}}},
                        {Role::tool,
                         {ToolResult{"c1", "f", {Text{R"({"result":1})"}}, false, ""},
                          ToolResult{"c2", "g", {Text{"bad"}}, true, ""}}},
                        {Role::user, {Text{"go on"}}}};
    request.tools = {{.name = "f", .description = "d", .parameters = R"({"type" : "object"})"},
                     {.name = "g"}};
    request.tool_choice = {ToolChoice::Kind::named, "f", {}};
    request.output = {Output::Kind::json_schema, "", "", R"({"$ref" : "#/x"})", true};
    request.reasoning.budget = 2000;
    request.reasoning.include = true;
    request.max_tokens = 4'000;
    request.stop = {"END"};
    request.temperature = "0.30";
    request.top_p = "0.9";
    request.top_k = 20;
    request.seed = 7;
    request.n = 2;
    request.presence_penalty = "0.1";
    request.frequency_penalty = "0.2";
    request.logprobs = true;
    request.top_logprobs = 2;
    CHECK(again(request) == request);
  }

  TEST_CASE("thoughts leave half of a bounded answer for words") {
    const auto budget = [](std::int64_t most, const Reasoning& reasoning) {
      Request request = ask();
      request.max_tokens = most;
      request.reasoning = reasoning;
      const std::string body = encode(request).body;
      const std::size_t at = body.find("\"thinkingBudget\":") + 17;
      return body.substr(at, body.find('}', at) - at);
    };
    CHECK(budget(4'000, {.effort = "high"}) == "2000");
    CHECK(budget(40'000, {.effort = "high"}) == "16384");
    CHECK(budget(4'000, {.budget = 3'000}) == "3000");
    CHECK(budget(4'000, {.budget = 4'000}) == "2000");
    CHECK(budget(4'000, {.enabled = true}) == "-1");
    CHECK(budget(4'000, {.enabled = false}) == "0");
  }

  TEST_CASE("a long name of a tool is the same short one wherever it stands") {
    const std::string name(80, 'n');
    Request request = ask();
    request.messages.push_back({Role::assistant, {ToolCall{"c1", name, "{}"}}});
    request.messages.push_back({Role::tool, {ToolResult{.id = "c1", .name = name}}});
    request.tools = {{.name = name}};
    request.tool_choice = {ToolChoice::Kind::named, name, {}};
    const Encoded encoded = encode(request);
    const std::string quoted = "\"" + shorten(name, 64) + "\"";
    std::size_t found = 0;
    for (std::size_t at = encoded.body.find(quoted); at != std::string::npos;
         at = encoded.body.find(quoted, at + 1)) {
      ++found;
    }
    CHECK(found == 4);
    CHECK(encoded.body.find(name) == std::string::npos);
    CHECK(encoded.losses == "");
  }
}

}  // namespace arouter::gemini
