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

  TEST_CASE("what a field may not be is named") {
    CHECK(fault_of(R"({"model":"m"})").param == "messages");
    CHECK(fault_of(R"({"messages":[{"content":"x"}]})").param == "messages[0].role");
    CHECK(fault_of(R"({"messages":[{"role":"user","content":7}]})").param == "messages[0].content");
    CHECK(fault_of(with(R"("temperature":"hot")")).param == "temperature");
  }

  TEST_CASE("what is not known is a loss, by name") {
    CHECK(losses_of(with(R"("search_parameters":{},"n":1,"audio":null,"provider":{})")) ==
          "search_parameters");
  }
}

}  // namespace arouter::openai
