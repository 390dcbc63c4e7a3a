#include <doctest/doctest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "shared/formats/anthropic/request.hpp"
#include "shared/json_scan.hpp"

namespace arouter::anthropic {

namespace {

using chat::Media;
using chat::Message;
using chat::Part;
using chat::Request;
using chat::Role;
using chat::Text;
using chat::Thinking;
using chat::ToolCall;
using chat::ToolResult;
using Choice = chat::ToolChoice::Kind;

const char* const kOld = "claude-sonnet-4-5";  // thinks by budget
const char* const kNew = "claude-opus-5-5";    // thinks by effort

Message says(Role role, std::vector<Part> parts) {
  return {.role = role, .parts = std::move(parts)};
}
Message says(Role role, const char* text) {
  return says(role, {Text{.text = text}});
}

Request ask(const char* model = kOld) {
  Request request;
  request.model = model;
  request.max_tokens = 100;
  request.messages = {says(Role::user, "hi")};
  return request;
}

struct Encoded {
  std::string body;
  std::string losses;
};

Encoded encode(const Request& request, std::int64_t most_tokens = 0) {
  chat::Losses losses;
  std::string body = encode_request(request, most_tokens, losses);
  CAPTURE(body);
  REQUIRE(scan_json(body).has_value());
  return {std::move(body), losses.list()};
}

/// A member's bytes; "" when it is absent.
std::string member_of(const std::string& body, std::string_view name) {
  std::array<JsonMember, 1> member{JsonMember{.key = name}};
  REQUIRE(scan_object(body, member).has_value());
  return std::string(member[0].value.in(body));
}
std::string member_of(const Request& request, std::string_view name) {
  return member_of(encode(request).body, name);
}

/// What the body decodes to, and that nothing was lost on the way.
Request around(const Request& request) {
  const Encoded encoded = encode(request);
  CHECK(encoded.losses == "");
  chat::Losses losses;
  Result<Request> back = decode_request(encoded.body, {}, losses);
  REQUIRE(back.has_value());
  CHECK(losses.list() == "");
  return *std::move(back);
}

}  // namespace

TEST_SUITE("anthropic request, encoded") {
  TEST_CASE("the least that is said") {
    CHECK(encode(ask()).body == R"({"model":"claude-sonnet-4-5","max_tokens":100,)"
                                R"("messages":[{"role":"user","content":"hi"}]})");
  }

  TEST_CASE("max_tokens is the client's, else the model's, else 4096 and room for thoughts") {
    Request request = ask();
    CHECK(member_of(encode(request, 64'000).body, "max_tokens") == "100");
    request.max_tokens.reset();
    CHECK(member_of(encode(request, 64'000).body, "max_tokens") == "64000");
    CHECK(member_of(encode(request, 0).body, "max_tokens") == "4096");
    request.reasoning.effort = "low";
    CHECK(member_of(encode(request, 0).body, "max_tokens") == "6144");
    request.model = kNew;
    CHECK(member_of(encode(request, 0).body, "max_tokens") == "20480");
    request.reasoning = {};
    CHECK(member_of(encode(request, 0).body, "max_tokens") == "20480");
  }

  TEST_CASE("instructions at the front are the system") {
    Request request = ask();
    request.messages.insert(request.messages.begin(), says(Role::system, "be kind"));
    CHECK(member_of(request, "system") == R"("be kind")");
    request.messages.insert(request.messages.begin() + 1, says(Role::developer, "be brief"));
    CHECK(member_of(request, "system") ==
          R"([{"type":"text","text":"be kind"},{"type":"text","text":"be brief"}])");
    CHECK(encode(request).losses == "");
  }

  TEST_CASE("later instructions become the user's words, behind results") {
    Request request = ask();
    request.messages = {
        says(Role::user, "a"),
        says(Role::assistant, {ToolCall{.id = "t", .name = "f", .arguments = "{}"}}),
        says(Role::developer, "note"),
        says(Role::tool, {ToolResult{.id = "t", .content = {Text{.text = "r"}}}}),
        says(Role::user, "b")};
    request.tools = {{.name = "f"}};
    const Encoded encoded = encode(request);
    CHECK(encoded.losses == "messages.system");
    CHECK(member_of(encoded.body, "messages") ==
          R"([{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use",)"
          R"("id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result",)"
          R"("tool_use_id":"t","content":"r"},{"type":"text","text":"note"},)"
          R"({"type":"text","text":"b"}]}])");
  }

  TEST_CASE("a conversation begins with the user") {
    Request request = ask();
    request.messages = {says(Role::system, "write a poem")};
    CHECK(member_of(request, "messages") == R"([{"role":"user","content":"write a poem"}])");
    CHECK(member_of(request, "system") == "");
    request.messages = {says(Role::system, "s"), says(Role::assistant, "welcome"),
                        says(Role::user, "x")};
    CHECK(member_of(request, "messages") ==
          R"([{"role":"user","content":"The conversation begins here."},)"
          R"({"role":"assistant","content":"welcome"},{"role":"user","content":"x"}])");
    request.messages.clear();
    CHECK(member_of(request, "messages").starts_with(R"([{"role":"user")"));
  }

  TEST_CASE("blank texts are left out, and an answer to be continued ends in no blanks") {
    Request request = ask();
    request.messages = {says(Role::user, {Text{.text = "a"}, Text{.text = " \n"}}),
                        says(Role::assistant, "  "), says(Role::user, "b"),
                        says(Role::assistant, "go on: \n")};
    CHECK(member_of(request, "messages") ==
          R"([{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},)"
          R"({"role":"assistant","content":"go on:"}])");
  }

  TEST_CASE("what both sides can say survives the way there and back") {
    Request request = ask("kimi-k2.5");
    request.messages = {
        says(Role::system, {Text{.text = "s", .cache_control = R"({"type":"ephemeral"})"}}),
        says(Role::user,
             {Text{.text = "look"}, Media{.mime_type = "image/gif", .data = "R0lG"},
              Media{.url = "https://x/y.png"},
              Media{.kind = Media::Kind::file,
                    .mime_type = "application/pdf",
                    .data = "JVBERi0=",
                    .name = "a.pdf",
                    .cache_control = "{}"},
              Media{.kind = Media::Kind::file, .mime_type = "text/plain", .data = "aGVsbG8="},
              Media{.kind = Media::Kind::file, .file_id = "file_1"}}),
        says(Role::assistant,
             {Thinking{.text = "hm", .signature = {"sig", "anthropic"}},
              Thinking{.signature = {"xyz", "anthropic"}, .redacted = true}, Text{.text = "well"},
              ToolCall{.id = "t1", .name = "f", .arguments = R"({"a":[1]})"},
              ToolCall{.id = "t2", .name = "g", .arguments = "{}", .cache_control = "{}"}}),
        says(Role::tool, {ToolResult{.id = "t1", .name = "f", .content = {Text{.text = "one"}}},
                          ToolResult{.id = "t2",
                                     .name = "g",
                                     .content = {Text{.text = "x", .cache_control = "{}"},
                                                 Media{.mime_type = "image/png", .data = "iVBO"}},
                                     .is_error = true,
                                     .cache_control = "{}"}}),
        says(Role::user, "and?")};
    request.tools = {{.name = "f",
                      .description = "d",
                      .parameters = R"({"type":"object","additionalProperties":false})",
                      .strict = true,
                      .cache_control = "{}"},
                     {.name = "g", .parameters = R"({"type":"object"})"}};
    request.tool_choice = {.kind = Choice::automatic, .parallel = false};
    request.output = {.kind = chat::Output::Kind::json_schema,
                      .schema = R"({"type":"object","additionalProperties":false})",
                      .strict = true};
    request.max_tokens = 5'000;
    request.stop = {"END", "STOP"};
    request.temperature = "0.50";
    request.top_p = "0.9";
    request.top_k = 40;
    request.user = "u";
    request.service_tier = "default";
    request.stream = true;
    CHECK(around(request) == request);
    request.temperature = request.top_p = "";
    request.top_k.reset();
    request.reasoning = {.enabled = true, .budget = 2'048};
    CHECK(around(request) == request);
    request.reasoning = {.enabled = false};
    CHECK(around(request) == request);
    request.model = kNew;
    request.reasoning = {.enabled = true, .effort = "high", .include = true};
    CHECK(around(request) == request);
  }

  TEST_CASE("ids of calls are spelled in the letters that the API takes") {
    Request request = ask();
    request.tools = {{.name = "f"}};
    request.messages.push_back(
        says(Role::assistant, {ToolCall{.id = "functions.f:0", .name = "f", .arguments = ""}}));
    request.messages.push_back(says(Role::tool, {ToolResult{.id = "functions.f:0"}}));
    CHECK(member_of(request, "messages") ==
          R"([{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"tool_use",)"
          R"("id":"functions_f_0","name":"f","input":{}}]},{"role":"user","content":[)"
          R"({"type":"tool_result","tool_use_id":"functions_f_0"}]}])");
  }

  TEST_CASE("media that the API does not take are losses") {
    using Kind = Media::Kind;
    Request request = ask();
    request.messages = {
        says(Role::user, {Text{.text = "x"}, Media{.kind = Kind::audio, .data = "AA=="},
                          Media{.kind = Kind::video, .url = "u"},
                          Media{.kind = Kind::file, .mime_type = "application/zip", .data = "UEs="},
                          Media{.url = "u", .detail = "low"}}),
        says(Role::assistant, {Text{.text = "y"}, Media{.data = "iVBO"}})};
    const Encoded encoded = encode(request);
    CHECK(encoded.losses ==
          "messages.audio, messages.video, messages.file, messages.assistant.media, "
          "messages.image.detail");
    CHECK(member_of(encoded.body, "messages") ==
          R"([{"role":"user","content":[{"type":"text","text":"x"},{"type":"image","source":)"
          R"({"type":"url","url":"u"}}]},{"role":"assistant","content":"y"}])");
  }

  TEST_CASE("an image that nobody named is known by its first bytes") {
    const auto type_of = [](const char* data) {
      Request request = ask();
      request.messages = {says(Role::user, {Media{.data = data}})};
      const std::string text = member_of(request, "messages");
      const std::size_t at = text.find("media_type\":\"") + 13;
      return text.substr(at, text.find('"', at) - at);
    };
    CHECK(type_of("/9j/4AAQ") == "image/jpeg");
    CHECK(type_of("R0lGODlh") == "image/gif");
    CHECK(type_of("UklGRg==") == "image/webp");
    CHECK(type_of("iVBORw0K") == "image/png");
    CHECK(type_of("JVBERi0x") == "application/pdf");
  }

  TEST_CASE("thoughts that Anthropic did not sign stay behind") {
    Request request = ask();
    request.messages = {says(Role::user, "a"),
                        says(Role::assistant, {Thinking{.text = "x"},
                                               Thinking{.text = "y", .signature = {"s", "gemini"}},
                                               Text{.text = "b"}}),
                        says(Role::user, "c")};
    const Encoded encoded = encode(request);
    CHECK(encoded.losses == "messages.thinking");
    CHECK(encoded.body.find("thinking") == std::string::npos);
  }

  TEST_CASE("signatures of texts and calls stay behind, and are told") {
    Request request = ask();
    const chat::Signature foreign{"s", "gemini"};
    request.messages.push_back(says(Role::assistant, {Text{.text = "b", .signature = foreign}}));
    CHECK(encode(request).losses == "messages.thinking");
    request.messages.back().parts = {ToolCall{.id = "c", .name = "f", .signature = foreign}};
    CHECK(encode(request).losses == "messages.thinking");
  }

  TEST_CASE("effort becomes a budget that leaves half for the answer") {
    Request request = ask();
    const auto thinking = [&](std::int64_t max_tokens, const char* effort) {
      request.max_tokens = max_tokens;
      request.reasoning = {.effort = effort};
      return member_of(request, "thinking");
    };
    CHECK(thinking(50'000, "high") == R"({"type":"enabled","budget_tokens":16384})");
    CHECK(thinking(50'000, "minimal") == R"({"type":"enabled","budget_tokens":1024})");
    CHECK(thinking(10'000, "high") == R"({"type":"enabled","budget_tokens":5000})");
    CHECK(thinking(1'500, "high") == R"({"type":"enabled","budget_tokens":1024})");
    CHECK(thinking(1'024, "high") == "");
    CHECK(encode(request).losses == "reasoning");
    CHECK(thinking(50'000, "none") == R"({"type":"disabled"})");
    CHECK(thinking(50'000, "") == "");
    request.reasoning = {.enabled = true};
    CHECK(member_of(request, "thinking") == R"({"type":"enabled","budget_tokens":8192})");
    request.reasoning = {.budget = 500};
    CHECK(member_of(request, "thinking") == R"({"type":"enabled","budget_tokens":1024})");
    request.reasoning = {.budget = 49'000};
    CHECK(member_of(request, "thinking") == R"({"type":"enabled","budget_tokens":49000})");
    request.reasoning = {.budget = 60'000};
    CHECK(member_of(request, "thinking") == R"({"type":"enabled","budget_tokens":25000})");
    request.reasoning = {.budget = 0};
    CHECK(member_of(request, "thinking") == R"({"type":"disabled"})");
    request.reasoning = {.enabled = true, .budget = -1};
    CHECK(member_of(request, "thinking") == R"({"type":"enabled","budget_tokens":8192})");
  }

  TEST_CASE("newer models think by effort, in words that they know") {
    Request request = ask(kNew);
    request.reasoning = {.effort = "minimal"};
    CHECK(member_of(request, "thinking") == R"({"type":"adaptive","display":"summarized"})");
    CHECK(member_of(request, "output_config") == R"({"effort":"low"})");
    request.reasoning = {.effort = "xhigh", .include = false};
    CHECK(member_of(request, "thinking") == R"({"type":"adaptive","display":"omitted"})");
    CHECK(member_of(request, "output_config") == R"({"effort":"xhigh"})");
    request.model = "claude-opus-4-6";
    CHECK(member_of(request, "output_config") == R"({"effort":"high"})");
    request.reasoning = {.budget = 8'000};
    CHECK(member_of(request, "output_config") == R"({"effort":"medium"})");
    request.reasoning = {.enabled = true};
    CHECK(member_of(request, "output_config") == "");
    request.model = "claude-fable-5";
    request.reasoning = {.enabled = false};
    CHECK(member_of(request, "thinking") == "");
    CHECK(encode(request).losses == "reasoning");
    request.model = "claude-opus-4-8";
    CHECK(member_of(request, "thinking") == "");
    CHECK(encode(request).losses == "");
  }

  TEST_CASE("a forced tool, or a turn that began without a thought, is not thought about") {
    Request request = ask();
    request.max_tokens = 9'000;
    request.reasoning.effort = "low";
    request.tools = {{.name = "f"}};
    request.tool_choice.kind = Choice::required;
    CHECK(member_of(request, "thinking") == "");
    CHECK(encode(request).losses == "reasoning");
    request.tool_choice.kind = Choice::automatic;
    CHECK(member_of(request, "thinking") != "");
    request.messages.push_back(
        says(Role::assistant, {ToolCall{.id = "t", .name = "f", .arguments = "{}"}}));
    request.messages.push_back(says(Role::tool, {ToolResult{.id = "t"}}));
    CHECK(member_of(request, "thinking") == "");
    request.messages[1].parts.insert(request.messages[1].parts.begin(),
                                     Thinking{.text = "x", .signature = {"s", "anthropic"}});
    CHECK(member_of(request, "thinking") != "");
    request.messages[1].parts.erase(request.messages[1].parts.begin());
    request.model = kNew;
    CHECK(member_of(request, "thinking") != "");
  }

  TEST_CASE("sampling is dropped where it is refused, and defaults are never sent") {
    Request request = ask();
    request.temperature = "1.0";
    request.top_p = "1";
    request.top_k = 0;
    CHECK(encode(request).losses == "");
    CHECK(encode(request).body.find("top_") == std::string::npos);
    request.temperature = "1.7";
    CHECK(member_of(request, "temperature") == "1");
    CHECK(encode(request).losses == "temperature");
    request.temperature = "0.20";
    request.top_p = "0.5";
    CHECK(member_of(request, "temperature") == "0.20");
    CHECK(encode(request).losses == "top_p");  // not both
    request.top_k = 9;
    request.max_tokens = 9'000;
    request.reasoning.effort = "low";
    CHECK(encode(request).losses == "temperature, top_p, top_k");
    request.reasoning = {};
    request.model = kNew;
    CHECK(encode(request).losses == "temperature, top_p, top_k");
    request.model = "other";
    CHECK(encode(request).losses == "");
  }

  TEST_CASE("tools, their choice, and tools that are gone") {
    Request request = ask();
    request.tools = {{.name = "f", .strict = true}};
    request.tool_choice = {.kind = Choice::named, .name = "f"};
    CHECK(member_of(request, "tool_choice") == R"({"type":"tool","name":"f"})");
    CHECK(member_of(request, "tools") ==
          R"([{"name":"f","input_schema":{"additionalProperties":false,"type":"object",)"
          R"("properties":{}},"strict":true}])");
    request.tool_choice = {.kind = Choice::none};
    CHECK(member_of(request, "tool_choice") == R"({"type":"none"})");
    request.tool_choice = {.kind = Choice::required, .parallel = true};
    CHECK(member_of(request, "tool_choice") ==
          R"({"type":"any","disable_parallel_tool_use":false})");
    request.tool_choice = {.parallel = false};
    CHECK(member_of(request, "tool_choice") ==
          R"({"type":"auto","disable_parallel_tool_use":true})");
    request.tool_choice = {.parallel = true};
    CHECK(member_of(request, "tool_choice") == "");
    request.model = "claude-3-haiku";
    CHECK(encode(request).losses == "tools.strict");
    request.tools.clear();
    request.tool_choice.kind = Choice::required;
    CHECK(encode(request).losses == "tool_choice");
    request.tool_choice = {};
    request.messages.push_back(
        says(Role::assistant, {ToolCall{.id = "t", .name = "g", .arguments = "{}"}}));
    request.messages.push_back(says(Role::tool, {ToolResult{.id = "t"}}));
    CHECK(member_of(request, "tools") ==
          R"([{"name":"g","input_schema":{"type":"object","properties":{}}}])");
    CHECK(member_of(request, "tool_choice") == R"({"type":"none"})");
  }

  TEST_CASE("a schema is demanded where that is possible, else asked for") {
    Request request = ask();
    request.output = {.kind = chat::Output::Kind::json_schema, .schema = R"({"type":"object"})"};
    CHECK(member_of(request, "output_config") ==
          R"({"format":{"type":"json_schema","schema":)"
          R"({"additionalProperties":false,"type":"object"}}})");
    CHECK(encode(request).losses == "");
    request.output.description = "d";
    CHECK(encode(request).losses == "response_format.json_schema.description");
    request.output.description.clear();
    request.model = "claude-3-haiku";
    CHECK(member_of(request, "output_config") == "");
    CHECK(member_of(request, "system").find(R"({\"type\":\"object\"})") != std::string::npos);
    CHECK(encode(request).losses == "response_format");
    request = ask();
    request.output.kind = chat::Output::Kind::json_object;
    request.messages.insert(request.messages.begin(), says(Role::system, "s"));
    CHECK(member_of(request, "system").starts_with(R"([{"type":"text","text":"s"},{"type":)"));
    CHECK(encode(request).losses == "response_format");
    request.output.kind = chat::Output::Kind::text;
    CHECK(encode(request).losses == "");
  }

  TEST_CASE("fields of other formats are losses, but not when they ask for nothing") {
    Request request = ask();
    request.n = 1;
    request.logprobs = false;
    request.top_logprobs = 0;
    request.frequency_penalty = "0.0";
    request.presence_penalty = "0";
    request.repetition_penalty = "1";
    request.store = false;
    request.verbosity = "medium";
    request.prompt_cache_key = "k";
    request.logit_bias = request.metadata = "{}";
    CHECK(encode(request).losses == "");
    request.n = 2;
    request.seed = 1;
    request.logprobs = true;
    request.top_logprobs = 3;
    request.frequency_penalty = "0.1";
    request.presence_penalty = "-1";
    request.repetition_penalty = "1.1";
    request.min_p = "0.2";
    request.store = true;
    request.verbosity = "low";
    request.logit_bias = R"({"1":2})";
    request.metadata = R"({"a":"b"})";
    request.service_tier = "flex";
    request.stop = {"\n", "x"};
    request.messages[0].name = "joe";
    CHECK(encode(request).losses ==
          "messages.name, n, seed, logprobs, top_logprobs, logit_bias, frequency_penalty, "
          "presence_penalty, repetition_penalty, min_p, store, metadata, verbosity, stop, "
          "service_tier");
    CHECK(member_of(request, "stop_sequences") == R"(["x"])");
  }

  TEST_CASE("the end user is named by whichever field names one") {
    Request request = ask();
    request.safety_identifier = "s";
    CHECK(member_of(request, "metadata") == R"({"user_id":"s"})");
    request.user = "u";
    CHECK(member_of(request, "metadata") == R"({"user_id":"u"})");
    CHECK(encode(request).losses == "safety_identifier");
  }

  TEST_CASE("a count says nothing about an answer") {
    Request request = ask();
    request.stream = true;
    request.temperature = "0.5";
    request.user = "u";
    request.n = 3;
    request.stop = {"x"};
    request.tools = {{.name = "f"}};
    chat::Losses losses;
    CHECK(encode_count_request(request, losses) ==
          R"({"model":"claude-sonnet-4-5","messages":[{"role":"user","content":"hi"}],)"
          R"("tools":[{"name":"f","input_schema":{"type":"object","properties":{}}}]})");
    CHECK(losses.list() == "");
  }
}

}  // namespace arouter::anthropic
