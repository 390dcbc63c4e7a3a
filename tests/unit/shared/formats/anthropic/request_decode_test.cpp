#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/chat/messages.hpp"
#include "shared/formats/anthropic/request.hpp"

namespace arouter::anthropic {

namespace {

using chat::Media;
using chat::Message;
using chat::Part;
using chat::Role;
using chat::Text;
using chat::Thinking;
using chat::ToolCall;
using chat::ToolResult;
using Choice = chat::ToolChoice::Kind;

/// A body with these members behind model and max_tokens.
std::string body(const std::string& members) {
  return R"({"model":"m","max_tokens":100,)" + members + "}";
}
std::string with_messages(const std::string& messages) {
  return body("\"messages\":[" + messages + "]");
}
/// A body that says more than the least.
std::string also(const std::string& member) {
  return body(R"("messages":[{"role":"user","content":"hi"}],)" + member);
}

chat::Request decode(const std::string& text, chat::Losses* losses = nullptr) {
  chat::Losses own;
  Result<chat::Request> request = decode_request(text, {}, losses == nullptr ? own : *losses);
  CAPTURE(text);
  REQUIRE(request.has_value());
  return *std::move(request);
}

std::string losses_of(const std::string& text) {
  chat::Losses losses;
  decode(text, &losses);
  return losses.list();
}

std::string param_of(const std::string& text) {
  chat::Losses losses;
  const Result<chat::Request> request = decode_request(text, {}, losses);
  CAPTURE(text);
  REQUIRE(request.has_error());
  CHECK(request.error().kind == ErrorKind::bad_request);
  return request.error().param;
}

std::vector<Part> user_parts(const std::string& blocks) {
  const chat::Request request =
      decode(with_messages(R"({"role":"user","content":[)" + blocks + "]}"));
  REQUIRE(request.messages.size() == 1);
  CHECK(request.messages[0].role == Role::user);
  return request.messages[0].parts;
}

}  // namespace

TEST_SUITE("anthropic request, decoded") {
  TEST_CASE("the simple fields") {
    const chat::Request request = decode(also(
        R"("stream":true,"temperature":0.70,"top_p":1e-1,"top_k":5,"stop_sequences":["a","b"],)"
        R"("metadata":{"user_id":"u"},"service_tier":"standard_only")"));
    CHECK(request.model == "m");
    CHECK(request.max_tokens == 100);
    CHECK(request.stream);
    CHECK(request.temperature == "0.70");
    CHECK(request.top_p == "1e-1");
    CHECK(request.top_k == 5);
    CHECK(request.stop == std::vector<std::string>{"a", "b"});
    CHECK(request.user == "u");
    CHECK(request.service_tier == "default");
    CHECK(request.messages ==
          std::vector<Message>{{.role = Role::user, .parts = {Text{.text = "hi"}}}});
  }

  TEST_CASE("system is a string or blocks, and stands in front") {
    const chat::Request plain = decode(also(R"("system":"be kind")"));
    REQUIRE(plain.messages.size() == 2);
    CHECK(plain.messages[0] == Message{.role = Role::system, .parts = {Text{.text = "be kind"}}});
    const chat::Request blocks =
        decode(also(R"("system":[{"type":"text","text":"a"},{"type":"text","text":"b",)"
                    R"("cache_control":{"type":"ephemeral", "ttl":"1h"}}])"));
    CHECK(blocks.messages[0] ==
          Message{.role = Role::system,
                  .parts = {
                      Text{.text = "a"},
                      Text{.text = "b", .cache_control = R"({"type":"ephemeral", "ttl":"1h"})"}}});
    CHECK(decode(also(R"("system":"")")).messages.size() == 1);
  }

  TEST_CASE("a system message inside the conversation stays where it is") {
    const chat::Request request =
        decode(with_messages(R"({"role":"user","content":"a"},{"role":"system","content":"s"},)"
                             R"({"role":"assistant","content":"b"})"));
    REQUIRE(request.messages.size() == 3);
    CHECK(request.messages[1].role == Role::system);
  }

  TEST_CASE("pictures from every source") {
    const std::vector<Part> expected{
        Media{.mime_type = "image/png", .data = "AAAA"}, Media{.url = "https://x/y.png"},
        Media{.file_id = "file_1", .cache_control = R"({"type":"ephemeral"})"}};
    CHECK(user_parts(
              R"({"type":"image","source":{"type":"base64","media_type":"image/png",)"
              R"("data":"AAAA"}},{"type":"image","source":{"type":"url","url":"https://x/y.png"}},)"
              R"({"type":"image","source":{"type":"file","file_id":"file_1"},)"
              R"("cache_control":{"type":"ephemeral"}})") == expected);
  }

  TEST_CASE("documents from every source") {
    using Kind = Media::Kind;
    const std::vector<Part> expected{
        Media{.kind = Kind::file,
              .mime_type = "application/pdf",
              .data = "JVBERi0=",
              .name = "a.pdf"},
        Media{.kind = Kind::file, .mime_type = "application/pdf", .url = "https://x/y.pdf"},
        Media{.kind = Kind::file, .file_id = "file_1"},
        Media{.kind = Kind::file, .mime_type = "text/plain", .data = "aGVsbG8="}};
    CHECK(user_parts(R"({"type":"document","title":"a.pdf","source":{"type":"base64",)"
                     R"("media_type":"application/pdf","data":"JVBERi0="}},)"
                     R"({"type":"document","source":{"type":"url","url":"https://x/y.pdf"}},)"
                     R"({"type":"document","source":{"type":"file","file_id":"file_1"}},)"
                     R"({"type":"document","source":{"type":"text","media_type":"text/plain",)"
                     R"("data":"hello"}})") == expected);
    const std::string content =
        R"({"type":"document","source":{"type":"content","content":[{"type":"text","text":"x"}]}})";
    CHECK(user_parts(content) == std::vector<Part>{Text{.text = "x"}});
    CHECK(losses_of(with_messages(R"({"role":"user","content":[)" + content + "]}")) ==
          "messages.document");
  }

  TEST_CASE("calls and their results part into assistant, tool and user") {
    const chat::Request request = decode(with_messages(
        R"({"role":"user","content":"q"},)"
        R"({"role":"assistant","content":[{"type":"text","text":"let me see"},)"
        R"({"type":"tool_use","id":"t1","name":"f","input":{"a": 1.0}},)"
        R"({"type":"tool_use","id":"t2","name":"g","input":{}}]},)"
        R"({"role":"user","content":[{"type":"text","text":"and?"},)"
        R"({"type":"tool_result","tool_use_id":"t1","content":"one"},)"
        R"({"type":"tool_result","tool_use_id":"t2","is_error":true,"content":[)"
        R"({"type":"text","text":"bad"},{"type":"image","source":{"type":"url","url":"u"}}]}]},)"
        R"({"role":"user","content":[{"type":"tool_result","tool_use_id":"t1",)"
        R"("cache_control":{"type":"ephemeral"}}]})"));
    const std::vector<Message> expected{
        {.role = Role::user, .parts = {Text{.text = "q"}}},
        {.role = Role::assistant,
         .parts = {Text{.text = "let me see"},
                   ToolCall{.id = "t1", .name = "f", .arguments = R"({"a":1.0})"},
                   ToolCall{.id = "t2", .name = "g", .arguments = "{}"}}},
        {.role = Role::tool,
         .parts = {ToolResult{.id = "t1", .name = "f", .content = {Text{.text = "one"}}},
                   ToolResult{.id = "t2",
                              .name = "g",
                              .content = {Text{.text = "bad"}, Media{.url = "u"}},
                              .is_error = true}}},
        {.role = Role::user, .parts = {Text{.text = "and?"}}},
        {.role = Role::tool,
         .parts = {
             ToolResult{.id = "t1", .name = "f", .cache_control = R"({"type":"ephemeral"})"}}}};
    CHECK(request.messages == expected);
  }

  TEST_CASE("thoughts keep their signatures; those of Gemini go back to what they signed") {
    const chat::Request request = decode(
        with_messages(R"({"role":"assistant","content":[)"
                      R"({"type":"thinking","thinking":"hm","signature":"sig"},)"
                      R"({"type":"redacted_thinking","data":"xyz"},)"
                      R"({"type":"thinking","thinking":"t","signature":"arouter.responses.abc"},)"
                      R"({"type":"redacted_thinking","data":"arouter.gemini.S"},)"
                      R"({"type":"tool_use","id":"t1","name":"f"}]})"));
    const std::vector<Part> expected{
        Thinking{.text = "hm", .signature = {"sig", "anthropic"}},
        Thinking{.signature = {"xyz", "anthropic"}, .redacted = true},
        Thinking{.text = "t", .signature = {"abc", "responses"}},
        ToolCall{.id = "t1", .name = "f", .arguments = "{}", .signature = {"S", "gemini"}}};
    REQUIRE(request.messages.size() == 1);
    CHECK(request.messages[0].parts == expected);
  }

  TEST_CASE("tools; those of the provider are losses by their type") {
    const std::string text =
        also(R"("tools":[{"name":"f","description":"d","input_schema":{"type": "object"},)"
             R"("strict":true,"cache_control":{"type":"ephemeral"}},)"
             R"({"type":"custom","name":"g","input_schema":{},"defer_loading":true,)"
             R"("eager_input_streaming":true},)"
             R"({"type":"web_search_20250305","name":"web_search"},)"
             R"({"type":"bash_20250124","name":"bash"}])");
    const std::vector<chat::Tool> expected{{.name = "f",
                                            .description = "d",
                                            .parameters = R"({"type": "object"})",
                                            .strict = true,
                                            .cache_control = R"({"type":"ephemeral"})"},
                                           {.name = "g", .parameters = "{}"}};
    CHECK(decode(text).tools == expected);
    CHECK(losses_of(text) == "tools.defer_loading, tools.web_search_20250305, tools.bash_20250124");
  }

  TEST_CASE("tool_choice") {
    const auto choice = [](const std::string& value) {
      return decode(also("\"tool_choice\":" + value)).tool_choice;
    };
    CHECK(choice(R"({"type":"auto"})") == chat::ToolChoice{.kind = Choice::automatic});
    CHECK(choice(R"({"type":"any"})") == chat::ToolChoice{.kind = Choice::required});
    CHECK(choice(R"({"type":"none"})") == chat::ToolChoice{.kind = Choice::none});
    CHECK(choice(R"({"type":"tool","name":"f","disable_parallel_tool_use":true})") ==
          chat::ToolChoice{.kind = Choice::named, .name = "f", .parallel = false});
    CHECK(choice(R"({"type":"auto","disable_parallel_tool_use":false})").parallel == true);
  }

  TEST_CASE("thinking and effort") {
    const auto reasoning = [](const std::string& members) {
      return decode(also(members)).reasoning;
    };
    CHECK(reasoning(R"("thinking":{"type":"enabled","budget_tokens":2048})") ==
          chat::Reasoning{.enabled = true, .budget = 2048});
    CHECK(reasoning(R"("thinking":{"type":"enabled","budget_tokens":2048,"display":"omitted"})") ==
          chat::Reasoning{.enabled = true, .budget = 2048, .include = false});
    CHECK(reasoning(R"("thinking":{"type":"adaptive","display":"summarized"},)"
                    R"("output_config":{"effort":"max"})") ==
          chat::Reasoning{.enabled = true, .effort = "xhigh", .include = true});
    CHECK(reasoning(R"("thinking":{"type":"disabled"})") == chat::Reasoning{.enabled = false});
    CHECK(reasoning(R"("output_config":{"effort":"low"})") == chat::Reasoning{.effort = "low"});
  }

  TEST_CASE("a structured answer, by the new name and by the old one") {
    const std::string format = R"({"type":"json_schema","schema":{"type": "object"}})";
    const chat::Output expected{
        .kind = chat::Output::Kind::json_schema, .schema = R"({"type": "object"})", .strict = true};
    CHECK(decode(also("\"output_config\":{\"format\":" + format + "}")).output == expected);
    CHECK(decode(also("\"output_format\":" + format)).output == expected);
  }

  TEST_CASE("what has no word in the neutral chat is a loss by its name") {
    CHECK(losses_of(also(R"("mcp_servers":[],"container":"c","context_management":{},)"
                         R"("cache_control":{},"provider":{},"models":["a"],"route":"fallback",)"
                         R"("inference_geo":null,"output_config":{"task_budget":{}},)"
                         R"("metadata":{"x":1})")) ==
          "mcp_servers, container, context_management, cache_control, output_config.task_budget, "
          "metadata.x");
    CHECK(losses_of(with_messages(
              R"({"role":"user","content":[{"type":"container_upload","file_id":"f"},)"
              R"({"type":"search_result","source":"s","title":"t","content":[)"
              R"({"type":"text","text":"found"}]},)"
              R"({"type":"document","context":"c","citations":{"enabled":true},)"
              R"("source":{"type":"url","url":"u"}},)"
              R"({"type":"text","text":"x","citations":[{}]}]})")) ==
          "messages.container_upload, messages.search_result, messages.citations, "
          "messages.document.context");
  }

  TEST_CASE("a chat needs max_tokens, a count does not") {
    const std::string text = R"({"model":"m","messages":[{"role":"user","content":"x"}]})";
    CHECK(param_of(text) == "max_tokens");
    CHECK(param_of(R"({"model":"m","max_tokens":0,"messages":[]})") == "max_tokens");
    chat::Losses losses;
    Peek peek;
    peek.count_only = true;
    const Result<chat::Request> counted = decode_request(text, peek, losses);
    REQUIRE(counted.has_value());
    CHECK(!counted->max_tokens.has_value());
  }

  TEST_CASE("bad values name their place") {
    const std::pair<const char*, const char*> kRows[] = {
        {R"("messages":{})", "messages"},
        {R"("messages":[])", "messages"},
        {R"("messages":[1])", "messages[0]"},
        {R"("messages":[{"content":"x"}])", "messages[0].role"},
        {R"("messages":[{"role":"developer","content":"x"}])", "messages[0].role"},
        {R"("messages":[{"role":"user"}])", "messages[0].content"},
        {R"("messages":[{"role":"user","content":1}])", "messages[0].content"},
        {R"("messages":[{"role":"user","content":[1]}])", "messages[0].content[0]"},
        {R"("messages":[{"role":"user","content":[{}]}])", "messages[0].content[0].type"},
        {R"("messages":[{"role":"user","content":[{"type":"text"}]}])",
         "messages[0].content[0].text"},
        {R"("messages":[{"role":"user","content":[{"type":"image","source":{"type":"x"}}]}])",
         "messages[0].content[0].source.type"},
        {R"("messages":[{"role":"user","content":[{"type":"image"}]}])",
         "messages[0].content[0].source"},
        {R"("messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64",)"
         R"("data":"A"}}]}])",
         "messages[0].content[0].source.media_type"},
        {R"("messages":[{"role":"user","content":[{"type":"tool_use","id":"i","name":"n"}]}])",
         "messages[0].content[0]"},
        {R"("messages":[{"role":"assistant","content":[{"type":"tool_result",)"
         R"("tool_use_id":"i"}]}])",
         "messages[0].content[0]"},
        {R"("messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"i",)"
         R"("content":[{"type":"text","text":1}]}]}])",
         "messages[0].content[0].content[0].text"},
        {R"("messages":[{"role":"system","content":[{"type":"image"}]}])",
         "messages[0].content[0].type"},
        {R"("system":1)", "system"},
        {R"("stream":"yes")", "stream"},
        {R"("temperature":"hot")", "temperature"},
        {R"("top_k":1.5)", "top_k"},
        {R"("stop_sequences":"x")", "stop_sequences"},
        {R"("stop_sequences":[1])", "stop_sequences"},
        {R"("tools":{})", "tools"},
        {R"("tools":[1])", "tools[0]"},
        {R"("tools":[{}])", "tools[0].name"},
        {R"("tools":[{"name":"f","input_schema":1}])", "tools[0].input_schema"},
        {R"("tool_choice":"auto")", "tool_choice"},
        {R"("tool_choice":{"type":"tool"})", "tool_choice.name"},
        {R"("tool_choice":{"type":"maybe"})", "tool_choice.type"},
        {R"("thinking":true)", "thinking"},
        {R"("thinking":{"type":"enabled"})", "thinking.budget_tokens"},
        {R"("thinking":{"type":"deep"})", "thinking.type"},
        {R"("output_config":1)", "output_config"},
        {R"("output_format":{"type":"text"})", "output_config.format.type"},
        {R"("output_format":{"type":"json_schema"})", "output_config.format.schema"},
        {R"("metadata":1)", "metadata"},
    };
    for (const auto& [members, param] : kRows) CHECK(param_of(body(members)) == param);
    CHECK(param_of(R"({"model":"m","max_tokens":1})") == "messages");
    CHECK(param_of("[]") == "");
    CHECK(param_of("{") == "");
  }

  TEST_CASE("no damage to a body crashes") {
    const std::string whole =
        also(R"("system":[{"type":"text","text":"s"}],"tools":[{"name":"f","input_schema":{}}],)"
             R"("tool_choice":{"type":"tool","name":"f"},"thinking":{"type":"enabled",)"
             R"("budget_tokens":1},"output_config":{"effort":"low"},"metadata":{"user_id":"u"},)"
             R"("messages":[{"role":"assistant","content":[{"type":"tool_use","id":"i","name":"n",)"
             R"("input":{}},{"type":"thinking","thinking":"t","signature":"s"}]},{"role":"user",)"
             R"("content":[{"type":"tool_result","tool_use_id":"i","content":[{"type":"image",)"
             R"("source":{"type":"base64","media_type":"m","data":"d"}}]}]}])");
    constexpr std::string_view kValues[] = {"null", "1", "\"\"", "[]", "{}", "[[]]", "true"};
    std::size_t tried = 0;
    for (std::size_t at = whole.find(':'); at != std::string::npos; at = whole.find(':', at + 1)) {
      const std::size_t end = whole.find_first_of(",}]", at);
      for (const std::string_view value : kValues) {
        std::string damaged = whole;
        damaged.replace(at + 1, end - at - 1, value);
        chat::Losses losses;
        const Result<chat::Request> request = decode_request(damaged, {}, losses);
        if (request) encode_request(*request, 0, losses);
        ++tried;
      }
    }
    CHECK(tried > 200);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      chat::Losses losses;
      CHECK(decode_request(std::string_view(whole).substr(0, size), {}, losses).has_error());
    }
  }
}

}  // namespace arouter::anthropic
