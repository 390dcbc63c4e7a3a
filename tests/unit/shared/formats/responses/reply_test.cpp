#include "shared/formats/responses/reply.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "shared/formats/responses/format.hpp"
#include "shared/json_doc.hpp"

namespace arouter::responses {

namespace {

using chat::FinishReason;
using chat::Reply;

Reply decoded(const std::string& body) {
  const Result<Reply> reply = format().decode_reply(body);
  REQUIRE(reply.has_value());
  return *reply;
}

std::string with_output(const std::string& items, const std::string& status = "completed") {
  return R"({"id":"resp_1","object":"response","created_at":1700000000,"status":")" + status +
         R"(","error":null,"model":"m-1","output":[)" + items + "]}";
}

std::string encoded(const Reply& reply, const chat::Request* request = nullptr) {
  chat::Losses losses;
  return format().encode_reply(reply, {.request_id = "r1", .now_s = 7, .request = request}, losses);
}

Reply reply_of(std::vector<chat::Part> parts, FinishReason finish) {
  Reply reply;
  reply.id = "resp_1";
  reply.model = "m-1";
  reply.created = 1700000000;
  reply.choices.emplace_back();
  reply.choices[0].parts = std::move(parts);
  reply.choices[0].finish = finish;
  return reply;
}

chat::ToolCall call(std::string id, std::string name, std::string arguments) {
  chat::ToolCall made;
  made.id = std::move(id);
  made.name = std::move(name);
  made.arguments = std::move(arguments);
  return made;
}

chat::Text text(std::string words) {
  return {std::move(words), {}, {}};
}

std::string member(const std::string& body, std::string_view name) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  REQUIRE(doc.has_value());
  return std::string(doc->root()[name].raw());
}

}  // namespace

TEST_SUITE("responses reply") {
  TEST_CASE("what the format carries survives both ways") {
    Reply reply =
        reply_of({chat::Thinking{"hm", {"E", "responses"}, false},
                  chat::Thinking{"", {"S", "responses"}, true}, text("a"), chat::Refusal{"no"},
                  call("c1", "f", R"({"x":1})"), call("c2", "g", "{}"), text("b")},
                 FinishReason::tool_calls);
    reply.choices[0].logprobs = R"({"content":[{"token":"a","logprob":-0.5}],"refusal":null})";
    reply.service_tier = "flex";
    reply.usage = Usage{20, 9, 5, 3, 4, UsageOrigin::reported};
    const Reply again = decoded(encoded(reply));
    CHECK(again.id == reply.id);
    CHECK(again.model == reply.model);
    CHECK(again.created == reply.created);
    CHECK(again.service_tier == "flex");
    REQUIRE(again.choices.size() == 1);
    CHECK(again.choices[0] == reply.choices[0]);
    REQUIRE(again.usage.has_value());
    CHECK(again.usage->input_tokens == 20);
    CHECK(again.usage->output_tokens == 9);
    CHECK(again.usage->cached_input_tokens == 5);
    CHECK(again.usage->cache_write_tokens == 3);
    CHECK(again.usage->reasoning_tokens == 4);
  }

  TEST_CASE("finish reasons survive both ways, or become the nearest one") {
    const auto through = [](std::vector<chat::Part> parts, FinishReason finish) {
      return decoded(encoded(reply_of(std::move(parts), finish))).choices[0].finish;
    };
    CHECK(through({text("a")}, FinishReason::stop) == FinishReason::stop);
    CHECK(through({text("a")}, FinishReason::stop_sequence) == FinishReason::stop);
    CHECK(through({text("a")}, FinishReason::length) == FinishReason::length);
    CHECK(through({text("a")}, FinishReason::context_length) == FinishReason::length);
    CHECK(through({text("a")}, FinishReason::content_filter) == FinishReason::content_filter);
    CHECK(through({text("a")}, FinishReason::refusal) == FinishReason::content_filter);
    CHECK(through({chat::Refusal{"no"}}, FinishReason::refusal) == FinishReason::refusal);
    CHECK(through({call("c", "f", "{}")}, FinishReason::tool_calls) == FinishReason::tool_calls);
    CHECK(through({}, FinishReason::none) == FinishReason::stop);
  }

  TEST_CASE("an answer that names no model is of the one that was asked") {
    const chat::Request request{.model = "m"};
    chat::Losses losses;
    CHECK(member(format().encode_reply({}, {.request = &request}, losses), "model") == R"("m")");
  }

  TEST_CASE("a pause looks like an end, and that is told") {
    chat::Losses losses;
    format().encode_reply(reply_of({text("a")}, FinishReason::pause), {}, losses);
    CHECK(losses.list() == "reply.finish_reason.pause");
  }

  TEST_CASE("a call that could not be read is a failed response") {
    const std::string body = encoded(reply_of({}, FinishReason::malformed_call));
    CHECK(member(body, "status") == R"("failed")");
    CHECK(member(body, "error").find("could not be read") != std::string::npos);
  }

  TEST_CASE("items and parts are as the official SDK types them") {
    const std::string output = member(
        encoded(reply_of({text("a"), call("c1", "f", "")}, FinishReason::tool_calls)), "output");
    CHECK(output ==
          R"([{"id":"msg_1_0","type":"message","status":"completed","content":[)"
          R"({"type":"output_text","annotations":[],"logprobs":[],"text":"a"}],)"
          R"("role":"assistant"},{"id":"fc_1_1","type":"function_call","status":"completed",)"
          R"("arguments":"{}","call_id":"c1","name":"f"}])");
  }

  TEST_CASE("a response has every member that clients look for") {
    const std::string body = encoded(reply_of({}, FinishReason::stop));
    const Result<JsonDoc> doc = JsonDoc::read(body);
    REQUIRE(doc.has_value());
    for (const char* name : {"id",
                             "object",
                             "created_at",
                             "status",
                             "error",
                             "incomplete_details",
                             "instructions",
                             "max_output_tokens",
                             "model",
                             "output",
                             "parallel_tool_calls",
                             "previous_response_id",
                             "reasoning",
                             "store",
                             "temperature",
                             "text",
                             "tool_choice",
                             "tools",
                             "top_p",
                             "truncation",
                             "usage",
                             "user",
                             "metadata"}) {
      CAPTURE(name);
      CHECK(doc->root()[name].present());
    }
    CHECK(member(body, "object") == R"("response")");
    CHECK(member(body, "usage") == "null");
    CHECK(member(body, "text") == R"({"format":{"type":"text"}})");
    CHECK(member(body, "reasoning") == R"({"effort":null,"summary":null})");
  }

  TEST_CASE("a response repeats what was asked") {
    chat::Request request;
    request.messages.emplace_back().role = chat::Role::system;
    request.messages[0].parts = {text("Be brief.")};
    request.temperature = "0.20";
    request.max_tokens = 50;
    request.reasoning.effort = "low";
    request.tool_choice.parallel = false;
    request.metadata = R"({"k":"v"})";
    request.user = "u";
    const std::string body = encoded(reply_of({}, FinishReason::stop), &request);
    CHECK(member(body, "instructions") == R"("Be brief.")");
    CHECK(member(body, "temperature") == "0.20");
    CHECK(member(body, "max_output_tokens") == "50");
    CHECK(member(body, "reasoning") == R"({"effort":"low","summary":null})");
    CHECK(member(body, "parallel_tool_calls") == "false");
    CHECK(member(body, "metadata") == R"({"k":"v"})");
    CHECK(member(body, "user") == R"("u")");
  }

  TEST_CASE("ids and times are made up where the provider has none") {
    Reply reply = reply_of({text("a")}, FinishReason::stop);
    reply.id = "chatcmpl-5";
    CHECK(member(encoded(reply), "id") == R"("resp_chatcmpl-5")");
    reply.id = "";
    reply.created = 0;
    CHECK(member(encoded(reply), "id") == R"("resp_r1")");
    CHECK(member(encoded(reply), "created_at") == "7");
    reply.choices.clear();
    CHECK(member(encoded(reply), "output") == "[]");
  }

  TEST_CASE("calls of custom and of grouped tools are spelled as the client knows them") {
    chat::Request request;
    request.tools.resize(2);
    request.tools[0].name = "apply_patch";
    request.tools[0].freeform = true;
    request.tools[1].name = "mcp__files__read";
    request.tools[1].group = "mcp__files";
    const std::string output = member(
        encoded(reply_of({call("c1", "apply_patch", R"({"input":"*** \"x\""})"),
                          call("c2", "mcp__files__read", "{}"), call("c3", "apply_patch", "*** y")},
                         FinishReason::tool_calls),
                &request),
        "output");
    CHECK(output ==
          R"([{"id":"ctc_1_0","type":"custom_tool_call","status":"completed",)"
          R"("input":"*** \"x\"","call_id":"c1","name":"apply_patch"},)"
          R"({"id":"fc_1_1","type":"function_call","status":"completed","arguments":"{}",)"
          R"("call_id":"c2","name":"read","namespace":"mcp__files"},)"
          R"({"id":"ctc_1_2","type":"custom_tool_call","status":"completed","input":"*** y",)"
          R"("call_id":"c3","name":"apply_patch"}])");
  }

  TEST_CASE("signatures of other formats survive the way through a client") {
    chat::ToolCall signed_call = call("c1", "f", "{}");
    signed_call.signature = {"G1", "gemini"};
    chat::Text signed_text = text("t");
    signed_text.signature = {"G2", "gemini"};
    const Reply reply =
        reply_of({chat::Thinking{"hm", {"A1", "anthropic"}, false},
                  chat::Thinking{"", {"A2", "anthropic"}, true},
                  chat::Thinking{"", {"A3", "anthropic"}, false}, signed_text, signed_call},
                 FinishReason::tool_calls);
    CHECK(decoded(encoded(reply)).choices[0].parts == reply.choices[0].parts);
    // What a client sends back is its output as input.
    const std::string body = R"({"model":"m","input":)" + member(encoded(reply), "output") + "}";
    chat::Losses losses;
    const Result<chat::Request> request =
        format().decode_request(body, *format().peek(CallKind::chat, body), losses);
    REQUIRE(request.has_value());
    CHECK(request->messages[0].parts == reply.choices[0].parts);
  }

  TEST_CASE("a picture in an answer is what an image tool would have made") {
    chat::Media picture;
    picture.mime_type = "image/png";
    picture.data = "AAAA";
    const Reply reply = reply_of({picture}, FinishReason::stop);
    CHECK(decoded(encoded(reply)).choices[0].parts == reply.choices[0].parts);
    chat::Media sound;
    sound.kind = chat::Media::Kind::audio;
    chat::Losses losses;
    format().encode_reply(reply_of({sound}, FinishReason::stop), {}, losses);
    CHECK(losses.list() == "reply.audio");
  }

  TEST_CASE("a cost stands beside the usage") {
    Reply reply = reply_of({}, FinishReason::stop);
    reply.usage = Usage{1, 2, 0, 0, 0, UsageOrigin::reported};
    reply.cost = Cost{{3'000'000}, {1'000'000}, {2'000'000}};
    CHECK(member(encoded(reply), "usage").find(R"("cost":0.000003,)") != std::string::npos);
  }

  TEST_CASE("an answer that is none is malformed, a failed one is the provider's error") {
    CHECK(format().decode_reply("{}").error().kind == ErrorKind::upstream_malformed);
    CHECK(format().decode_reply("[]").error().kind == ErrorKind::upstream_malformed);
    CHECK(format().decode_reply("{").error().kind == ErrorKind::upstream_malformed);
    const Error failed = format()
                             .decode_reply(R"({"status":"failed","output":[],"error":)"
                                           R"({"code":"rate_limit_exceeded","message":"slow"}})")
                             .error();
    CHECK(failed.kind == ErrorKind::rate_limited);
    CHECK(failed.message == "slow");
  }

  TEST_CASE("items that mean nothing elsewhere are passed over, odd ones break nothing") {
    const Reply reply = decoded(with_output(
        R"(7,null,{},{"type":"web_search_call","id":"ws"},{"type":"message"},)"
        R"({"type":"message","content":[7,{},{"type":"output_text","text":"a"}]},)"
        R"({"type":"function_call"},{"type":"reasoning","summary":[],"encrypted_content":null},)"
        R"({"type":"reasoning","summary":"x","content":[{"type":"reasoning_text","text":"r"}]})"));
    REQUIRE(reply.choices[0].parts.size() == 3);
    CHECK(std::get<chat::Text>(reply.choices[0].parts[0]).text == "a");
    CHECK(std::get<chat::ToolCall>(reply.choices[0].parts[1]).arguments == "{}");
    CHECK(std::get<chat::Thinking>(reply.choices[0].parts[2]).text == "r");
  }

  TEST_CASE("tokens are counted both ways") {
    CHECK(format().encode_count(7) == R"({"object":"response.input_tokens","input_tokens":7})");
    CHECK(*format().decode_count_answer(format().encode_count(7)) == 7);
    CHECK(format().decode_count_answer("{}").has_error());
    CHECK(format().decode_count_answer("7").has_error());
  }
}

}  // namespace arouter::responses
