#include "shared/formats/responses/request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shared/formats/responses/format.hpp"

namespace arouter::responses {

namespace {

using chat::Media;
using chat::Output;
using chat::Request;
using chat::Role;
using chat::ToolChoice;

struct Decoded {
  Request request{};
  std::string losses{};
  Error error{};
};

Decoded decoded(const std::string& body) {
  const Result<Peek> peek = format().peek(CallKind::chat, body);
  Decoded result;
  if (!peek) {
    result.error = peek.error();
    return result;
  }
  chat::Losses losses;
  Result<Request> request = format().decode_request(body, *peek, losses);
  if (!request) {
    result.error = request.error();
    return result;
  }
  result.request = std::move(*request);
  result.losses = losses.list();
  return result;
}

std::string with(const std::string& fields) {
  return R"({"model":"m","input":"hi",)" + fields + "}";
}

Decoded of_input(const std::string& items) {
  return decoded(R"({"model":"m","input":[)" + items + "]}");
}

std::string encoded(const Request& request) {
  chat::Losses losses;
  return format().encode_request(request, 0, losses);
}

std::string losses_of(const Request& request) {
  chat::Losses losses;
  format().encode_request(request, 0, losses);
  return losses.list();
}

chat::Text text(std::string words) {
  return {std::move(words), {}, {}};
}

chat::Message message(Role role, std::vector<chat::Part> parts) {
  return {.role = role, .parts = std::move(parts), .name = {}};
}

Media media(Media::Kind kind, std::string mime_type, std::string data, std::string name = {}) {
  Media made;
  made.kind = kind;
  made.mime_type = std::move(mime_type);
  made.data = std::move(data);
  made.name = std::move(name);
  if (kind == Media::Kind::image) made.detail = "auto";  // always said
  return made;
}

template <class Wanted>
const Wanted& part(const Request& request, std::size_t in_message, std::size_t at) {
  REQUIRE(request.messages.size() > in_message);
  REQUIRE(request.messages[in_message].parts.size() > at);
  const auto* found = std::get_if<Wanted>(&request.messages[in_message].parts[at]);
  REQUIRE(found != nullptr);
  return *found;
}

/// Everything that the format carries.
Request full_request() {
  Request request;
  request.model = "gpt-5";  // knows developers
  chat::ToolCall call, second;
  call.id = "call_a";
  call.name = "clock";
  call.arguments = R"({"zone":"UTC"})";
  second.id = "call_b";
  second.name = "noop";
  second.arguments = "{}";
  chat::ToolResult result, pictured;
  result.id = "call_a";
  result.name = "clock";
  result.content = {text("12:00")};
  pictured.id = "call_b";
  pictured.name = "noop";
  pictured.content = {text("see"), media(Media::Kind::image, "image/png", "AAAA")};
  chat::Thinking thought{"hm", {"SIG", "responses"}, false};
  chat::Thinking sealed{"", {"ALL", "responses"}, true};
  Media linked;
  linked.url = "https://pictures.example/a.png";
  linked.detail = "low";
  Media stored;
  stored.kind = Media::Kind::file;
  stored.file_id = "file-1";
  request.messages = {
      message(Role::system, {text("Be brief.")}),
      message(Role::developer, {text("Speak German.")}),
      message(Role::user, {text("Look:"), media(Media::Kind::image, "image/jpeg", "/9j/"), linked,
                           stored, media(Media::Kind::file, "application/pdf", "JVBE", "a.pdf"),
                           media(Media::Kind::audio, "audio/wav", "UklG")}),
      message(Role::assistant, {thought, text("Wait."), sealed, call, second}),
      message(Role::tool, {result, pictured}),
      message(Role::assistant, {chat::Refusal{"No."}}),
      message(Role::user, {text("Why?")}),
  };
  chat::Tool clock, noop;
  clock.name = "clock";
  clock.description = "Tells the time";
  clock.parameters = R"({"type":"object","properties":{"zone":{"type":"string"}},)"
                     R"("required":["zone"],"additionalProperties":false})";
  clock.strict = true;
  noop.name = "noop";
  noop.strict = false;
  request.tools = {clock, noop};
  request.tool_choice = {ToolChoice::Kind::named, "clock", false};
  request.output = {Output::Kind::json_schema, "shape", "A shape",
                    R"({"type":"object","additionalProperties":false})", true};
  request.reasoning.effort = "high";
  request.reasoning.summary = "auto";
  request.reasoning.include = true;
  request.max_tokens = 100;
  request.store = false;
  request.metadata = R"({"k":"v"})";
  request.user = "u";
  request.service_tier = "flex";
  request.verbosity = "low";
  request.prompt_cache_key = "pck";
  request.safety_identifier = "sid";
  request.stream = true;
  request.include_usage = true;
  return request;
}

}  // namespace

TEST_SUITE("responses request") {
  TEST_CASE("what the format carries survives both ways") {
    const Request request = full_request();
    CHECK(losses_of(request).empty());
    const Decoded again = decoded(encoded(request));
    CHECK(again.error.message == "");
    CHECK(again.losses == "");
    CHECK(again.request == request);
  }

  TEST_CASE("a string is what the user says") {
    const Decoded read = decoded(with(R"("instructions":"Be brief.")"));
    REQUIRE(read.request.messages.size() == 2);
    CHECK(read.request.messages[0].role == Role::system);
    CHECK(part<chat::Text>(read.request, 0, 0).text == "Be brief.");
    CHECK(read.request.messages[1].role == Role::user);
    CHECK(part<chat::Text>(read.request, 1, 0).text == "hi");
    CHECK(read.losses == "");
  }

  TEST_CASE("messages may lack their type, and content be a string") {
    const Decoded read = of_input(
        R"({"role":"developer","content":"d"},{"role":"system","content":[]},)"
        R"({"type":"message","role":"user","content":[{"type":"input_text","text":"a"},)"
        R"({"type":"input_text","text":"b"}]},{"role":"assistant","content":"c","phase":"final"})");
    REQUIRE(read.request.messages.size() == 3);
    CHECK(read.request.messages[0].role == Role::developer);
    CHECK(part<chat::Text>(read.request, 1, 1).text == "b");
    CHECK(read.request.messages[2].role == Role::assistant);
  }

  TEST_CASE("pictures, files and sounds come by data, URL and id") {
    const Decoded read = of_input(
        R"({"role":"user","content":[)"
        R"({"type":"input_image","image_url":"data:image/png;base64,AAAA","detail":"high"},)"
        R"({"type":"input_image","image_url":"https://x.example/a.png"},)"
        R"({"type":"input_image","file_id":"f1","image_url":null},)"
        R"({"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JV"},)"
        R"({"type":"input_file","file_url":"https://x.example/a.pdf"},)"
        R"({"type":"input_file","file_id":"f2"},{"type":"input_file","file_data":"JV"},)"
        R"({"type":"input_audio","input_audio":{"data":"UklG","format":"mp3"}}]})");
    CHECK(read.losses == "");
    CHECK(part<Media>(read.request, 0, 0).data == "AAAA");
    CHECK(part<Media>(read.request, 0, 0).mime_type == "image/png");
    CHECK(part<Media>(read.request, 0, 0).detail == "high");
    CHECK(part<Media>(read.request, 0, 1).url == "https://x.example/a.png");
    CHECK(part<Media>(read.request, 0, 2).file_id == "f1");
    CHECK(part<Media>(read.request, 0, 3).name == "a.pdf");
    CHECK(part<Media>(read.request, 0, 3).data == "JV");
    CHECK(part<Media>(read.request, 0, 4).url == "https://x.example/a.pdf");
    CHECK(part<Media>(read.request, 0, 5).file_id == "f2");
    CHECK(part<Media>(read.request, 0, 6).data == "JV");
    CHECK(part<Media>(read.request, 0, 7).mime_type == "audio/mpeg");
  }

  TEST_CASE("calls and results, thoughts and texts of a turn are one message each side") {
    const Decoded read = of_input(
        R"({"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a"},)"
        R"({"type":"summary_text","text":"b"}],"encrypted_content":"E"},)"
        R"({"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{}"},)"
        R"({"type":"function_call","call_id":"c2","name":"g","arguments":"{\"x\":1}"},)"
        R"({"type":"function_call_output","call_id":"c1","output":"one"},)"
        R"({"type":"function_call_output","call_id":"c2","output":[)"
        R"({"type":"input_text","text":"two"},)"
        R"({"type":"input_image","image_url":"data:image/png;base64,AA"}]})");
    REQUIRE(read.request.messages.size() == 2);
    const auto& thinking = part<chat::Thinking>(read.request, 0, 0);
    CHECK(thinking.text == "a\n\nb");
    CHECK(thinking.signature == chat::Signature{"E", "responses"});
    CHECK_FALSE(thinking.redacted);
    CHECK(part<chat::ToolCall>(read.request, 0, 2).arguments == R"({"x":1})");
    CHECK(read.request.messages[1].role == Role::tool);
    CHECK(part<chat::ToolResult>(read.request, 1, 0).name == "f");
    CHECK(part<chat::ToolResult>(read.request, 1, 1).content.size() == 2);
  }

  TEST_CASE("signatures of other formats are found where they were") {
    const Decoded read =
        of_input(R"({"type":"reasoning","summary":[],"encrypted_content":"arouter.gemini.G1"},)"
                 R"({"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},)"
                 R"({"type":"reasoning","summary":[{"type":"summary_text","text":""}],)"
                 R"("encrypted_content":"arouter.anthropic.A1"},)"
                 R"({"type":"reasoning","summary":[],"encrypted_content":"arouter.anthropic.A2"},)"
                 R"({"role":"assistant","content":"t"},)"
                 R"({"type":"reasoning","summary":[],"encrypted_content":"arouter.gemini.G2"})");
    REQUIRE(read.request.messages.size() == 1);
    CHECK(part<chat::ToolCall>(read.request, 0, 0).signature == chat::Signature{"G1", "gemini"});
    CHECK_FALSE(part<chat::Thinking>(read.request, 0, 1).redacted);
    CHECK(part<chat::Thinking>(read.request, 0, 1).signature.bytes == "A1");
    CHECK(part<chat::Thinking>(read.request, 0, 2).redacted);
    CHECK(part<chat::Text>(read.request, 0, 3).signature == chat::Signature{"G2", "gemini"});
    CHECK(read.request.messages[0].parts.size() == 4);
  }

  TEST_CASE("what the provider alone remembers is refused, and named") {
    CHECK(decoded(with(R"("previous_response_id":"resp_1")")).error.param ==
          "previous_response_id");
    CHECK(decoded(with(R"("conversation":"conv_1")")).error.param == "conversation");
    CHECK(decoded(with(R"("prompt":{"id":"p"})")).error.param == "prompt");
    CHECK(decoded(with(R"("background":true)")).error.param == "background");
    CHECK(decoded(with(R"("background":false)")).error.param == "");
    CHECK(of_input(R"({"type":"item_reference","id":"msg_1"})").error.param == "input[0]");
    CHECK(of_input(R"({"id":"msg_1"})").error.param == "input[0]");
    CHECK(of_input(R"({"type":"compaction","encrypted_content":"x"})").error.param == "input[0]");
  }

  TEST_CASE("an error says where it is") {
    CHECK(decoded(R"({"model":"m"})").error.param == "input");
    CHECK(of_input("").error.param == "input");
    CHECK(of_input("7").error.param == "input[0]");
    CHECK(of_input("{}").error.param == "input[0].type");
    CHECK(of_input(R"({"type":"message","content":"x"})").error.param == "input[0].role");
    CHECK(of_input(R"({"role":"robot","content":"x"})").error.param == "input[0].role");
    CHECK(of_input(R"({"role":"user"})").error.param == "input[0].content");
    CHECK(of_input(R"({"role":"user","content":[7]})").error.param == "input[0].content[0].type");
    CHECK(of_input(R"({"role":"user","content":[{"type":"input_text","text":7}]})").error.param ==
          "input[0].content[0].text");
    CHECK(of_input(R"({"role":"user","content":[{"type":"input_text","text":"\ud800"}]})")
              .error.param == "input[0].content[0].text");
    CHECK(of_input(R"({"role":"user","content":[{"type":"input_image"}]})").error.param ==
          "input[0].content[0]");
    CHECK(of_input(R"({"role":"user","content":"a"},{"type":"function_call","name":"f"})")
              .error.param == "input[1].call_id");
    CHECK(of_input(R"({"type":"function_call","call_id":"c"})").error.param == "input[0].name");
    CHECK(of_input(R"({"type":"function_call_output","call_id":"c"})").error.param ==
          "input[0].output");
    CHECK(decoded(with(R"("tools":[{"type":"function"}])")).error.param == "tools[0].name");
    CHECK(decoded(with(R"("tools":[{"name":"f"}])")).error.param == "tools[0].type");
    CHECK(decoded(with(R"("tool_choice":"perhaps")")).error.param == "tool_choice");
    CHECK(decoded(with(R"("tool_choice":{"type":"function"})")).error.param == "tool_choice.name");
    CHECK(decoded(with(R"("text":{"format":{"type":"xml"}})")).error.param == "text.format.type");
    CHECK(decoded(with(R"("text":{"format":{"type":"json_schema"}})")).error.param ==
          "text.format.schema");
    CHECK(decoded(with(R"("temperature":"hot")")).error.param == "temperature");
    CHECK(decoded(with(R"("reasoning":"high")")).error.param == "reasoning");
    CHECK(decoded(with(R"("metadata":[])")).error.param == "metadata");
    CHECK(decoded(with(R"("instructions":[])")).error.param == "instructions");
  }

  TEST_CASE("what cannot be carried is named, what does not matter is not") {
    CHECK(decoded(with(R"("max_tool_calls":3,"truncation":"auto","search":1)")).losses ==
          "max_tool_calls, truncation, search");
    CHECK(
        decoded(with(R"("client_metadata":{"a":"b"},"truncation":"disabled",)"
                     R"("stream_options":{"include_obfuscation":false},"provider":{},)"
                     R"("include":["reasoning.encrypted_content"],"prompt_cache_retention":"24h",)"
                     R"("conversation":null,"max_tool_calls":null,"models":["a"],"route":"x")"))
            .losses == "");
    CHECK(of_input(R"({"role":"user","content":"x"},{"type":"web_search_call","id":"ws_1"},)"
                   R"({"type":"reasoning","id":"rs_1","summary":[]})")
              .losses == "input.web_search_call, input.reasoning");
    CHECK(of_input(R"({"role":"user","content":[{"type":"input_video"},)"
                   R"({"type":"input_text","text":"x"}]})")
              .losses == "input.content.input_video");
    CHECK(decoded(with(R"("reasoning":{"effort":"max","mode":"pro","context":"auto"})")).losses ==
          "reasoning.effort, reasoning.mode");
  }

  TEST_CASE("the shape of the answer and the thinking are read") {
    const Request request =
        decoded(with(R"("text":{"format":{"type":"json_schema","name":"n","schema":{"a":1.0},)"
                     R"("strict":true,"description":"d"},"verbosity":"low"},)"
                     R"("reasoning":{"effort":"minimal","summary":"detailed"},)"
                     R"("include":["message.output_text.logprobs"],"top_logprobs":3)"))
            .request;
    CHECK(request.output == Output{Output::Kind::json_schema, "n", "d", R"({"a":1.0})", true});
    CHECK(request.verbosity == "low");
    CHECK(request.reasoning.effort == "minimal");
    CHECK(request.reasoning.summary == "detailed");
    CHECK(request.reasoning.include == true);
    CHECK(request.logprobs == true);
    CHECK(request.top_logprobs == 3);
    CHECK(decoded(with(R"("text":{"format":{"type":"json_object"}})")).request.output.kind ==
          Output::Kind::json_object);
    CHECK(decoded(with(R"("reasoning":{"effort":"none"})")).request.reasoning.enabled == false);
  }

  TEST_CASE("a request for a provider begins with instructions and keeps nothing there") {
    Request request;
    request.model = "m";
    request.messages = {message(Role::system, {text("a"), text("b")}),
                        message(Role::user, {text("hi")})};
    CHECK(encoded(request) ==
          R"({"model":"m","instructions":"a\n\nb","input":[{"type":"message","role":"user",)"
          R"("content":[{"type":"input_text","text":"hi"}]}],"store":false})");
    request.messages.pop_back();  // input must not be empty
    CHECK(encoded(request).find(R"("input":[{"type":"message","role":"system")") !=
          std::string::npos);
  }

  TEST_CASE("thoughts are asked for only where there may be some") {
    Request request;
    request.messages = {message(Role::user, {text("hi")})};
    CHECK(encoded(request).find("include") == std::string::npos);
    request.reasoning.budget = 4'000;
    CHECK(encoded(request).find(R"("reasoning":{"effort":"medium"},)"
                                R"("include":["reasoning.encrypted_content"])") !=
          std::string::npos);
    request.reasoning.enabled = true;
    CHECK(encoded(request).find(R"("reasoning":{"effort":"medium","summary":"auto"})") !=
          std::string::npos);
    request.reasoning.include = false;
    CHECK(encoded(request).find(R"("reasoning":{"effort":"medium"})") != std::string::npos);
    request.reasoning = {};
    request.reasoning.enabled = false;
    CHECK(encoded(request).find("reasoning") == std::string::npos);
    CHECK(losses_of(request) == "reasoning_effort");
    request.model = "gpt-5.2";
    CHECK(encoded(request).find(R"("reasoning":{"effort":"none"})") != std::string::npos);
    CHECK(encoded(request).find("include") == std::string::npos);
    CHECK(losses_of(request) == "");
    request.model = "gpt-4.1";  // refuses the field
    request.reasoning = {.summary = "auto", .include = true};
    CHECK(encoded(request).find("reasoning") == std::string::npos);
    CHECK(losses_of(request) == "reasoning.summary");
  }

  TEST_CASE("developers are told apart by the models that know them") {
    Request request;
    request.messages = {message(Role::developer, {text("a")}), message(Role::user, {text("hi")})};
    CHECK(encoded(request).find(R"("role":"system")") != std::string::npos);
    request.model = "gpt-5";
    CHECK(encoded(request).find(R"("role":"developer")") != std::string::npos);
  }

  TEST_CASE("what a provider cannot be told is named, a default is not") {
    Request request = full_request();
    request.stop = {"END"};
    request.n = 2;
    request.seed = 7;
    request.top_k = 5;
    request.min_p = "0.1";
    request.frequency_penalty = "0.5";
    request.presence_penalty = "-1e0";
    request.repetition_penalty = "1.1";
    request.logit_bias = R"({"5":1})";
    CHECK(losses_of(request) ==
          "stop, n, seed, top_k, min_p, frequency_penalty, presence_penalty, repetition_penalty, "
          "logit_bias");
    request = full_request();
    request.n = 1;
    request.frequency_penalty = "0.0";
    request.presence_penalty = "0";
    request.repetition_penalty = "1.0";
    request.logit_bias = "{}";
    CHECK(losses_of(request) == "");
  }

  TEST_CASE("parts that cannot be said are losses, and the rest is sent") {
    Request request;
    chat::Thinking foreign{"hm", {"A", "anthropic"}, false};
    chat::ToolCall call;
    call.id = "c";
    call.name = "f";
    call.signature = {"G", "gemini"};
    chat::ToolResult result;
    result.id = "c";
    result.is_error = true;
    chat::Message named = message(Role::user, {text("hi")});
    named.name = "eve";
    request.messages = {
        named,
        message(Role::assistant, {foreign, media(Media::Kind::image, "image/png", "A"), call}),
        message(Role::tool, {result}),
        message(Role::user, {media(Media::Kind::video, "video/mp4", "A"),
                             chat::Text{"x", R"({"type":"ephemeral"})", {}}})};
    CHECK(losses_of(request) ==
          "messages.name, messages.thinking, messages.image, messages.tool_result.is_error, "
          "messages.video, "
          "messages.cache_control");
    request.model = "m";
    CHECK(decoded(encoded(request)).request.messages.size() == 4);

    Media sound;
    sound.kind = Media::Kind::audio;
    sound.file_id = "file-1";
    result.is_error = false;
    result.content = {chat::Text{"x", R"({"type":"ephemeral"})", {}}};
    request.messages = {message(Role::user, {sound}), message(Role::tool, {result})};
    CHECK(losses_of(request) == "messages.audio.file_id, messages.cache_control");
  }

  TEST_CASE("a count is asked for with nothing but what makes up the input") {
    chat::Losses losses;
    const std::string body = format().encode_count_request(full_request(), losses);
    for (const char* name : {"model", "instructions", "input", "tools", "tool_choice", "text",
                             "parallel_tool_calls", "reasoning"}) {
      CAPTURE(name);
      CHECK(body.find("\"" + std::string(name) + "\":") != std::string::npos);
    }
    for (const char* name : {"store", "stream", "include", "max_output_tokens", "temperature",
                             "metadata", "user", "top_logprobs"}) {
      CAPTURE(name);
      CHECK(body.find("\"" + std::string(name) + "\":") == std::string::npos);
    }
  }

  TEST_CASE("hostile bodies are refused or read, and nothing breaks") {
    const std::string body = encoded(full_request());
    const std::vector<std::string> values{"null",
                                          "true",
                                          "-1.5e9",
                                          R"("")",
                                          R"("\ud800")",
                                          "[]",
                                          "{}",
                                          "[[]]",
                                          R"([{}])",
                                          R"({"type":[]})",
                                          R"([{"type":7,"role":{}}])"};
    std::size_t read = 0;
    // Each value in the place of every value that stands in the body.
    for (std::size_t at = body.find(':'); at != std::string::npos; at = body.find(':', at + 1)) {
      const char next = body[at + 1];
      const std::size_t end = next == '"'   ? body.find('"', at + 2) + 1
                              : next == '[' ? body.find(']', at) + 1
                                            : body.find_first_of(",}", at);
      for (const std::string& value : values) {
        const std::string mutant = body.substr(0, at + 1) + value + body.substr(end);
        read += decoded(mutant).error.message.empty() ? 1 : 0;
      }
    }
    CHECK(read > 0);
    for (std::size_t cut = 0; cut < body.size(); cut += 7) {
      CHECK_FALSE(decoded(body.substr(0, cut)).error.message.empty());
    }
  }
}

}  // namespace arouter::responses
