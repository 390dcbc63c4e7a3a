#include <doctest/doctest.h>

#include <string>

#include "shared/formats/openai/format.hpp"
#include "shared/formats/openai/request.hpp"

namespace arouter::openai {

namespace {

using namespace chat;

std::string encoded(const Request& request, const std::string& losses = "") {
  Losses noted;
  std::string body = format().encode_request(request, 0, noted);
  CHECK(noted.list() == losses);
  REQUIRE(scan_json(body).has_value());
  return body;
}

Request decoded(const std::string& body) {
  const Result<Peek> peek = format().peek(CallKind::chat, body);
  REQUIRE(peek.has_value());
  Losses losses;
  Result<Request> request = format().decode_request(body, *peek, losses);
  if (!request) FAIL(request.error().message);
  return *std::move(request);
}

Request asking(std::vector<Part> parts) {
  Request request{.model = "m"};
  request.messages.push_back({Role::user, std::move(parts)});
  return request;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A conversation of at least `bytes`, with calls, results, quotes and letters beyond ASCII.
std::string long_conversation(std::size_t bytes) {
  std::string body = R"({"model":"m","messages":[{"role":"system","content":"Be kind."})";
  for (int i = 0; body.size() < bytes; ++i) {
    const std::string id = "call_" + std::to_string(i);
    body += R"(,{"role":"user","content":"Wie heißt \"das\"?\nFrage )" + id + "\"}";
    body += R"(,{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
            R"(","type":"function","function":{"name":"look","arguments":"{\"n\":1}"}}]})";
    body += R"(,{"role":"tool","tool_call_id":")" + id + R"(","content":"a\tb \u00e9"})";
    body += R"(,{"role":"assistant","content":"So."})";
  }
  return body + "]}";
}

}  // namespace

TEST_SUITE("openai request, written") {
  TEST_CASE("a stream asks for its usage") {
    Request request = asking({Text{"hi"}});
    request.stream = true;
    CHECK(encoded(request) == R"({"model":"m","messages":[{"role":"user","content":"hi"}],)"
                              R"("stream":true,"stream_options":{"include_usage":true}})");
  }

  TEST_CASE("the older name of the limit, but for models that refuse it") {
    Request request = asking({Text{"hi"}});
    request.max_tokens = 5;
    for (const std::string model : {"m", "gpt-4o", "gpt-4.1-mini", "gpt-oss-120b", "olmo-2", "o"}) {
      CAPTURE(model);
      request.model = model;
      CHECK(has(encoded(request), "\"max_tokens\":5"));
    }
    for (const std::string model :
         {"o1", "o3-mini", "gpt-5", "gpt-5.4-pro", "gpt-10", "openai/o4"}) {
      CAPTURE(model);
      request.model = model;
      CHECK(has(encoded(request), "\"max_completion_tokens\":5"));
    }
    request.model = "m";
    request.reasoning.budget = 8000;
    CHECK(has(encoded(request), R"("max_tokens":5,"reasoning_effort":"medium")"));
  }

  TEST_CASE("likelier tokens are asked for only beside logprobs, which is refused otherwise") {
    Request request = asking({Text{"hi"}});
    request.top_logprobs = 2;
    CHECK(!has(encoded(request, "top_logprobs"), "top_logprobs"));
    request.top_logprobs = 0;
    CHECK(!has(encoded(request), "top_logprobs"));
    request.logprobs = true;
    CHECK(!has(encoded(request), "top_logprobs"));
    request.top_logprobs = 2;
    CHECK(has(encoded(request), R"("logprobs":true,"top_logprobs":2)"));
  }

  TEST_CASE("developers are told apart by the models that know them") {
    Request request = asking({Text{"hi"}});
    request.messages.insert(request.messages.begin(), {{Role::system, {Text{"a"}}},
                                                       {Role::developer, {Text{"b"}}},
                                                       {Role::system, {Text{"c"}}, "ann"}});
    // Others know one instruction, in front.
    CHECK(has(encoded(request), R"([{"role":"system","content":"a\n\nb"},)"
                                R"({"role":"system","content":"c","name":"ann"},{"role":"user")"));
    request.model = "openai/gpt-5.1";
    CHECK(has(encoded(request), R"([{"role":"system","content":"a"},)"
                                R"({"role":"developer","content":"b"},{"role":"system")"));
  }

  TEST_CASE("roles keep their texts as one string, and their names") {
    Request request{.model = "o3"};
    request.messages = {{Role::system, {Text{"a"}, Text{"b"}}},
                        {Role::developer, {Text{"c"}}},
                        {Role::user, {Text{"d"}, Text{"e"}}, "ann"}};
    CHECK(encoded(request) ==
          R"({"model":"o3","messages":[{"role":"system","content":"a\n\nb"},)"
          R"({"role":"developer","content":"c"},{"role":"user","content":[)"
          R"({"type":"text","text":"d"},{"type":"text","text":"e"}],"name":"ann"}]})");
  }

  TEST_CASE("media that cannot be said are losses") {
    Media image{.file_id = "f"};
    Media audio{.kind = Media::Kind::audio, .url = "https://x.example/a.mp3"};
    Media file{.kind = Media::Kind::file, .url = "https://x.example/a.pdf"};
    CHECK(encoded(asking({image, audio, file}),
                  "messages.image.file_id, messages.audio.url, messages.file.url") ==
          R"({"model":"m","messages":[{"role":"user","content":""}]})");
    Media film{.kind = Media::Kind::video, .url = "https://x.example/a.mp4"};
    Media sound{.kind = Media::Kind::audio, .mime_type = "audio/mpeg", .data = "AA=="};
    Media nameless{.kind = Media::Kind::file, .mime_type = "application/pdf", .data = "QQ=="};
    const std::string body = encoded(asking({film, sound, nameless}));
    CHECK(has(body, R"({"type":"video_url","video_url":{"url":"https://x.example/a.mp4"}})"));
    CHECK(has(body, R"({"data":"AA==","format":"mp3"})"));
    CHECK(has(body, R"("filename":"file.pdf")"));
  }

  TEST_CASE("a tool's picture follows in the user's voice, and is told") {
    Request request = asking({Text{"look"}});
    request.messages.push_back({Role::assistant, {ToolCall{"c1", "shot", "{}"}}});
    ToolResult result{.id = "c1", .name = "shot"};
    result.content = {Text{"taken"}, Media{.mime_type = "image/png", .data = "AAAA"}};
    result.is_error = true;
    request.messages.push_back({Role::tool, {result}});
    CHECK(encoded(request, "messages.tool_result.is_error, messages.tool_result.media") ==
          R"({"model":"m","messages":[{"role":"user","content":"look"},{"role":"assistant",)"
          R"("content":null,"tool_calls":[{"id":"c1","type":"function","function":)"
          R"({"name":"shot","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1",)"
          R"("content":"taken"},{"role":"user","content":[{"type":"text",)"
          R"("text":"Result of tool call c1:"},{"type":"image_url","image_url":)"
          R"({"url":"data:image/png;base64,AAAA"}}]}]})");
  }

  TEST_CASE("only the provider's own thoughts go back to it") {
    Request request = asking({Text{"q"}});
    const Message answer{Role::assistant,
                         {Thinking{"old", {"reasoning_content", "openai"}},
                          Thinking{"signed", {"anthropic-claude-v1|s", "openai"}},
                          Thinking{"", {"blob", "openai"}, true}, Text{"a"},
                          ToolCall{"c1", "f", "{}", {"x", "openai"}},
                          ToolCall{"c2", "f", "{}", {R"({"google":{}})", "openai"}}}};
    request.messages.push_back(answer);
    const std::string details =
        R"("reasoning_details":[{"type":"reasoning.text","text":"old","index":0},)"
        R"({"type":"reasoning.text","text":"signed","signature":"s",)"
        R"("format":"anthropic-claude-v1","index":1},{"type":"reasoning.encrypted","data":"blob",)"
        R"("format":null,"index":2},{"type":"reasoning.encrypted","data":"x","format":null,)"
        R"("id":"c1","index":3}])";
    const std::string unfinished = encoded(request);
    CHECK(has(unfinished, R"("reasoning_content":"old\n\nsigned")"));
    CHECK(has(unfinished, R"("extra_content":{"google":{}})"));
    request.messages.push_back({Role::user, {Text{"next"}}});
    CHECK(has(encoded(request), R"("content":"a","reasoning_content":"old\n\nsigned",)" + details));

    request.messages[1].parts = {Thinking{"t", {"s", "anthropic"}}, Thinking{"unsigned"}};
    CHECK(encoded(request, "messages.thinking") ==
          R"({"model":"m","messages":[{"role":"user","content":"q"},)"
          R"({"role":"user","content":"next"}]})");
  }

  TEST_CASE("what cannot be said is a loss by its name") {
    Request request = asking({Text{.text = "x", .cache_control = R"({"type":"ephemeral"})"}});
    request.metadata = R"({"a":"b"})";
    request.service_tier = "standard_only";
    request.tool_choice.kind = ToolChoice::Kind::required;
    request.reasoning.summary = "auto";
    request.store = false;
    request.tool_choice.parallel = true;
    CHECK(encoded(request,
                  "messages.cache_control, tool_choice, reasoning.summary, service_tier, "
                  "metadata") == R"({"model":"m","messages":[{"role":"user","content":"x"}]})");
    request = asking({Text{"x"}});
    request.tools = {{.name = "f", .cache_control = "{}"}};
    CHECK(has(encoded(request, "tools.cache_control"),
              R"("function":{"name":"f","parameters":{"type":"object","properties":{}}})"));
  }

  TEST_CASE("what is written is read as the same request") {
    Request request{.model = "gpt-5.1"};  // knows developers, and does not think unless told to
    Media image{.mime_type = "image/png", .data = "AAAA", .detail = "high"};
    ToolResult result{.id = "c1", .name = "look", .content = {Text{"seen"}}};
    request.messages = {
        {Role::system, {Text{"s"}}},
        {Role::developer, {Text{"d"}}},
        {Role::user, {Text{"u"}, image, Media{.url = "https://x.example/i"}}, "ann"},
        {Role::assistant,
         {Thinking{"t", {"f|s", "openai"}}, Text{"a"}, Refusal{"no"},
          ToolCall{"c1", "look", R"({"a":1})"}, ToolCall{"c2", "wait", "{}", {"b", "openai"}}}},
        {Role::tool, {result, ToolResult{.id = "c2", .name = "wait"}}},
        {Role::assistant, {Text{"end"}}}};
    const std::string closed = R"({"type":"object","properties":{},"additionalProperties":false})";
    request.tools = {{"look", "d", closed, true},
                     {"wait", "", R"({"type":"object","properties":{}})"}};
    request.tool_choice = {ToolChoice::Kind::required, "", false};
    request.output = {Output::Kind::json_schema, "n", "d", closed, true};
    request.max_tokens = 77;
    request.stop = {"A", "B"};
    request.temperature = "0.1";
    request.seed = -1;
    request.user = "u";
    request.store = true;
    request.metadata = R"({"k":"v"})";
    request.stream = request.include_usage = true;
    CHECK(decoded(encoded(request)) == request);
  }

  TEST_CASE("plain thoughts go back to who wants them: for good where tools were called") {
    const Thinking plain{"hm", {"reasoning_content", "openai"}};
    Request request = asking({Text{"hi"}});
    request.messages.push_back({Role::assistant, {plain, ToolCall{"c1", "look", "{}"}}});
    request.messages.push_back({Role::tool, {ToolResult{.id = "c1", .name = "look"}}});
    request.messages.push_back({Role::assistant, {plain, Text{"so"}}});
    request.messages.push_back({Role::user, {Text{"and now?"}}});
    const std::string body = encoded(request);
    CHECK(has(body, R"("content":null,"reasoning_content":"hm","tool_calls":[)"));
    CHECK(has(body, R"({"role":"assistant","content":"so"})"));
  }

  TEST_CASE("a conversation of 32 kB comes through whole") {
    const std::string body = long_conversation(32'000);
    const Request request = decoded(body);
    CHECK(request.messages.size() > 400);
    const std::string written = encoded(request);
    CHECK(written.size() > 30'000);
    CHECK(decoded(written) == request);
  }
}

}  // namespace arouter::openai
