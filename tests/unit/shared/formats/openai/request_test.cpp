#include "shared/formats/openai/request.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/chat/messages.hpp"
#include "shared/formats/openai/format.hpp"

namespace arouter::openai {

namespace {

using namespace chat;

Request decoded(const std::string& body, Losses& losses) {
  const Result<Peek> peek = format().peek(CallKind::chat, body);
  REQUIRE(peek.has_value());
  Result<Request> request = format().decode_request(body, *peek, losses);
  if (!request) FAIL(request.error().message);
  return *std::move(request);
}

Request decoded(const std::string& body) {
  Losses losses;
  Request request = decoded(body, losses);
  CHECK(losses.list() == "");
  return request;
}

/// A body with one user message and `members` beside it.
std::string with(const std::string& members) {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"}],)" + members + "}";
}

std::string losses_of(const std::string& body) {
  Losses losses;
  decoded(body, losses);
  return losses.list();
}

Error fault_of(const std::string& body) {
  Losses losses;
  Result<Request> request = decode_request(body, {}, losses);
  REQUIRE(request.has_error());
  CHECK(request.error().kind == ErrorKind::bad_request);
  return request.error();
}

std::string encoded(const Request& request, const std::string& losses = "") {
  Losses noted;
  std::string body = format().encode_request(request, 0, noted);
  CHECK(noted.list() == losses);
  REQUIRE(scan_json(body).has_value());
  return body;
}

}  // namespace

TEST_SUITE("openai request") {
  TEST_CASE("texts of all roles are read, neighbours are joined") {
    const Request request = decoded(
        R"({"model":"a/m","stream":true,"stream_options":{"include_usage":true},"messages":[)"
        R"({"role":"system","content":"be kind"},{"role":"developer","content":"be brief"},)"
        R"({"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}],)"
        R"("name":"ann"},{"role":"assistant","content":"three"},)"
        R"({"role":"assistant","content":"four"},{"role":"user","content":""}]})");
    CHECK(request.model == "a/m");
    CHECK(request.stream);
    CHECK(request.include_usage);
    REQUIRE(request.messages.size() == 4);
    CHECK(request.messages[0] == Message{Role::system, {Text{"be kind"}}});
    CHECK(request.messages[1] == Message{Role::developer, {Text{"be brief"}}});
    CHECK(request.messages[2] == Message{Role::user, {Text{"one"}, Text{"two"}}, "ann"});
    CHECK(request.messages[3] == Message{Role::assistant, {Text{"three"}, Text{"four"}}});
  }

  TEST_CASE("images, files and sounds are read and written the same") {
    const std::string content =
        R"([{"type":"text","text":"look"},)"
        R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},)"
        R"({"type":"image_url","image_url":{"url":"https://x.example/a.png"}},)"
        R"({"type":"file","file":{"filename":"r.pdf",)"
        R"("file_data":"data:application/pdf;base64,QQ=="}},)"
        R"({"type":"file","file":{"file_id":"file-1"}},)"
        R"({"type":"input_audio","input_audio":{"data":"UklG","format":"wav"}}])";
    const Request request =
        decoded(R"({"model":"m","messages":[{"role":"user","content":)" + content + "}]}");
    const std::vector<Part>& parts = request.messages.at(0).parts;
    REQUIRE(parts.size() == 6);
    const auto& image = std::get<Media>(parts[1]);
    CHECK(image.mime_type == "image/png");
    CHECK(image.data == "AAAA");
    CHECK(image.detail == "low");
    CHECK(std::get<Media>(parts[2]).url == "https://x.example/a.png");
    CHECK(std::get<Media>(parts[3]).name == "r.pdf");
    CHECK(std::get<Media>(parts[3]).data == "QQ==");
    CHECK(std::get<Media>(parts[4]).file_id == "file-1");
    CHECK(std::get<Media>(parts[5]).mime_type == "audio/wav");
    CHECK(encoded(request) ==
          R"({"model":"m","messages":[{"role":"user","content":)" + content + "}]}");
  }

  TEST_CASE("calls and their results are read, also in the older spelling") {
    const Request request = decoded(
        R"({"model":"m","messages":[{"role":"user","content":"q"},)"
        R"({"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function",)"
        R"("function":{"name":"look","arguments":"{\"a\":1}"}},{"id":"c2","type":"function",)"
        R"("function":{"name":"wait","arguments":""}}]},)"
        R"({"role":"tool","tool_call_id":"c1","content":"seen"},)"
        R"({"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"done"}]},)"
        R"({"role":"assistant","function_call":{"name":"old","arguments":"{}"}},)"
        R"({"role":"function","name":"old","content":"so"}]})");
    REQUIRE(request.messages.size() == 5);
    CHECK(std::get<ToolCall>(request.messages[1].parts.at(0)).arguments == "{\"a\":1}");
    CHECK(std::get<ToolCall>(request.messages[1].parts.at(1)).arguments == "{}");
    REQUIRE(request.messages[2].parts.size() == 2);
    CHECK(std::get<ToolResult>(request.messages[2].parts[1]).name == "wait");
    CHECK(std::get<ToolResult>(request.messages[2].parts[1]).content ==
          std::vector<ResultPart>{Text{"done"}});
    const auto& old_call = std::get<ToolCall>(request.messages[3].parts.at(0));
    CHECK(!old_call.id.empty());
    CHECK(std::get<ToolResult>(request.messages[4].parts.at(0)).id == old_call.id);
  }

  TEST_CASE("tools, their choice and the shape of the answer are read and written the same") {
    const std::string closed = R"({"type":"object","additionalProperties":false})";
    const std::string body =
        with(R"("tools":[{"type":"function","function":{"name":"look","description":"d",)"
             R"("parameters":{"type":"object","properties":{"a":{"type":"number","minimum":1.50}},)"
             R"("required":["a"],"additionalProperties":false},)"
             R"("strict":true}}],"tool_choice":{"type":"function","function":{"name":"look"}},)"
             R"("parallel_tool_calls":false,"response_format":{"type":"json_schema","json_schema":)"
             R"({"name":"n","description":"d","schema":)" +
             closed + R"(,"strict":true}})");
    const Request request = decoded(body);
    REQUIRE(request.tools.size() == 1);
    CHECK(request.tools[0].parameters ==
          R"({"type":"object","properties":{"a":{"type":"number","minimum":1.50}},)"
          R"("required":["a"],"additionalProperties":false})");
    CHECK(request.tools[0].strict == true);
    CHECK(request.tool_choice == ToolChoice{ToolChoice::Kind::named, "look", false});
    CHECK(request.output == Output{Output::Kind::json_schema, "n", "d", closed, true});
    CHECK(encoded(request) == body);
  }

  TEST_CASE("a tool choice is a word or an object, in either spelling") {
    using K = ToolChoice::Kind;
    const auto choice = [](const std::string& member) {
      Losses losses;
      return decoded(with(member), losses).tool_choice;
    };
    CHECK(choice(R"("tool_choice":"auto")").kind == K::automatic);
    CHECK(choice(R"("tool_choice":"none")").kind == K::none);
    CHECK(choice(R"("tool_choice":"required")").kind == K::required);
    CHECK(choice(R"("tool_choice":null)").kind == K::unset);
    CHECK(choice(R"("function_call":"none")").kind == K::none);
    CHECK(choice(R"("function_call":{"name":"f"})") == ToolChoice{K::named, "f"});
    CHECK(choice(R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required"}})")
              .kind == K::required);
    CHECK(losses_of(
              with(R"("tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto"}})")) ==
          "tool_choice.allowed_tools");
    CHECK(decoded(with(R"("functions":[{"name":"f","parameters":{}}])")).tools.at(0).name == "f");
  }

  TEST_CASE("sampling parameters keep their spelling") {
    const Request request = decoded(
        with(R"("temperature":0.70,"top_p":1e0,"frequency_penalty":-0.5,"presence_penalty":0,)"
             R"("min_p":0.05,"repetition_penalty":1.10,"top_k":40,"seed":-7,"n":2,)"
             R"("logprobs":true,"top_logprobs":3,"logit_bias":{"5":-100},"stop":"END",)"
             R"("max_tokens":9,"max_completion_tokens":10,"user":"u","store":true,)"
             R"("metadata":{"k":"v"},"service_tier":"flex","verbosity":"low",)"
             R"("prompt_cache_key":"p","safety_identifier":"s")"));
    CHECK(request.temperature == "0.70");
    CHECK(request.top_p == "1e0");
    CHECK(request.min_p == "0.05");
    CHECK(request.top_k == 40);
    CHECK(request.seed == -7);
    CHECK(request.max_tokens == 10);
    CHECK(request.stop == std::vector<std::string>{"END"});
    CHECK(request.logit_bias == R"({"5":-100})");
    // OpenAI does not know these three.
    CHECK(encoded(request, "top_k, min_p, repetition_penalty") ==
          with(R"("max_tokens":10,"stop":["END"],"temperature":0.70,"top_p":1e0,)"
               R"("frequency_penalty":-0.5,"presence_penalty":0,"logprobs":true,)"
               R"("top_logprobs":3,"logit_bias":{"5":-100},"n":2,"seed":-7,)"
               R"("user":"u","service_tier":"flex",)"
               R"("verbosity":"low","prompt_cache_key":"p","safety_identifier":"s","store":true,)"
               R"("metadata":{"k":"v"})"));
  }

  TEST_CASE("how much to think is said in two ways") {
    const auto reasoning = [](const std::string& member) {
      return decoded(with(member)).reasoning;
    };
    CHECK(reasoning(R"("reasoning_effort":"low")").effort == "low");
    CHECK(reasoning(R"("reasoning_effort":"none")").enabled == false);
    CHECK(reasoning(R"("reasoning":{"effort":"max"})").effort == "xhigh");
    CHECK(reasoning(R"("reasoning":{"max_tokens":2000})").budget == 2000);
    CHECK(reasoning(R"("reasoning":{"enabled":true,"exclude":true})").enabled == true);
    CHECK(reasoning(R"("reasoning":{"exclude":true})").include == false);
    CHECK(reasoning(R"("include_reasoning":true)").include == true);
    CHECK(losses_of(with(R"("reasoning_effort":"huge","reasoning":{"mood":1})")) ==
          "reasoning_effort, reasoning.mood");
  }

  TEST_CASE("thoughts that a client sends back stand in front, signatures where they belong") {
    const Request request = decoded(
        R"({"model":"m","messages":[{"role":"assistant","content":"so","reasoning_content":"hm",)"
        R"("reasoning_details":[{"type":"reasoning.text","text":"hm","signature":)"
        R"("arouter.anthropic.sig1","index":0},{"type":"reasoning.encrypted","data":)"
        R"("arouter.anthropic.blob","index":1},{"type":"reasoning.encrypted","data":)"
        R"("arouter.gemini.sig2","id":"c1","index":2},{"type":"reasoning.encrypted",)"
        R"("data":"arouter.gemini.sig3"}],"tool_calls":[{"id":"c1","function":{"name":"f"}}]},)"
        R"({"role":"user","content":"x"},{"role":"assistant","content":"y","reasoning":"plain"},)"
        R"({"role":"user","content":"x"},{"role":"assistant","content":"z",)"
        R"("reasoning_content":"beside","reasoning_details":[{"type":"reasoning.text",)"
        R"("signature":"s","format":"anthropic-claude-v1"}]}]})");
    CHECK(request.messages.at(0).parts ==
          std::vector<Part>{Thinking{"hm", {"sig1", "anthropic"}},
                            Thinking{"", {"blob", "anthropic"}, true},
                            Text{.text = "so", .signature = {"sig3", "gemini"}},
                            ToolCall{"c1", "f", "{}", {"sig2", "gemini"}}});
    CHECK(request.messages.at(2).parts.at(0) == Part{Thinking{"plain"}});
    CHECK(request.messages.at(4).parts.at(0) ==
          Part{Thinking{"beside", {"anthropic-claude-v1|s", "openai"}}});
  }

  TEST_CASE("what a field may not be is named") {
    const std::string user = R"({"role":"user","content":"x"})";
    const auto at = [&](const std::string& message) {
      return fault_of(R"({"messages":[)" + user + "," + message + "]}").param;
    };
    CHECK(fault_of(R"({"model":"m"})").param == "messages");
    CHECK(fault_of(R"({"messages":[]})").param == "messages");
    CHECK(fault_of(R"({"messages":{}})").param == "messages");
    CHECK(at("7") == "messages[1]");
    CHECK(at(R"({"content":"x"})") == "messages[1].role");
    CHECK(at(R"({"role":"god"})") == "messages[1].role");
    CHECK(at(R"({"role":"user","content":7})") == "messages[1].content");
    CHECK(at(R"({"role":"user","content":"\ud800"})") == "messages[1].content");
    CHECK(at(R"({"role":"user","content":["x"]})") == "messages[1].content[0]");
    CHECK(at(R"({"role":"user","content":[{"type":"text"}]})") == "messages[1].content[0].text");
    CHECK(at(R"({"role":"user","content":[{"type":"image_url","image_url":{}}]})") ==
          "messages[1].content[0].image_url");
    CHECK(at(R"({"role":"tool","content":"x"})") == "messages[1].tool_call_id");
    CHECK(at(R"({"role":"assistant","tool_calls":[{"id":"c"}]})") ==
          "messages[1].tool_calls[0].function");
    CHECK(at(R"({"role":"assistant","tool_calls":[{"function":{"name":7}}]})") ==
          "messages[1].tool_calls[0].function.name");
    for (const std::string field :
         {"temperature", "stop", "tools", "tool_choice", "response_format", "seed", "logit_bias",
          "parallel_tool_calls", "reasoning", "reasoning_effort", "store", "functions",
          "function_call", "verbosity"}) {
      CAPTURE(field);
      CHECK(fault_of(with("\"" + field + "\":" + (field == "parallel_tool_calls" ? "7" : "[7]")))
                .param.substr(0, field.size()) == field);
    }
    CHECK(fault_of(with(R"("temperature":"hot")")).message == "'temperature' must be a number");
  }

  TEST_CASE("what is not known is a loss, by name") {
    CHECK(losses_of(with(R"("search_parameters":{},"n":1,"audio":null,"provider":{},)"
                         R"("models":[],"route":"fallback","usage":{"include":true},)"
                         R"("modalities":["text"],"response_format":{"type":"text"})")) ==
          "search_parameters");
    CHECK(losses_of(with(R"("prediction":{},"modalities":["text","audio"],"audio":{},)"
                         R"("web_search_options":{},"tools":[{"type":"web_search"},)"
                         R"({"type":"custom","custom":{"name":"c"}}],)"
                         R"("response_format":{"type":"grammar"})")) ==
          "tools.web_search, tools.custom, response_format.grammar, modalities, prediction, audio, "
          "web_search_options");
    CHECK(losses_of(R"({"model":"m","messages":[{"role":"user","content":[{"type":"text",)"
                    R"("text":"x","mood":1},{"type":"smell"}],"weight":1}]})") ==
          "messages.weight, messages.content.mood, messages.content.smell");
  }
}

}  // namespace arouter::openai
