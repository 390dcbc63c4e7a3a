#include "shared/formats/openai/reply.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/openai/format.hpp"

namespace arouter::openai {

namespace {

using namespace chat;

/// A reply with this message.
Reply decoded(const std::string& message, const std::string& finish = "stop") {
  Result<Reply> reply = format().decode_reply(
      R"({"id":"c1","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,)"
      R"("message":)" +
      message + R"(,"finish_reason":")" + finish + "\"}]}");
  if (!reply) FAIL(reply.error().detail);
  return *std::move(reply);
}

Choice choice_of(const std::string& message, const std::string& finish = "stop") {
  return decoded(message, finish).choices.at(0);
}

std::string encoded(const Reply& reply, const std::string& losses = "",
                    const AnswerSpelling& spelling = {.request_id = "r1", .now_s = 9}) {
  Losses noted;
  std::string body = format().encode_reply(reply, spelling, noted);
  CHECK(noted.list() == losses);
  REQUIRE(scan_json(body).has_value());
  return body;
}

/// The message that these parts become.
std::string message_of(std::vector<Part> parts, const std::string& losses = "") {
  Reply reply{.model = "m"};
  reply.choices.push_back({.parts = std::move(parts), .finish = FinishReason::stop});
  const std::string body = encoded(reply, losses);
  const std::size_t begin = body.find("\"message\":") + 10;
  return body.substr(begin, body.find(",\"logprobs\"") - begin);
}

}  // namespace

TEST_SUITE("openai reply") {
  TEST_CASE("texts, calls and refusals are read") {
    CHECK(choice_of(R"({"role":"assistant","content":"hi","refusal":null})").parts ==
          std::vector<Part>{Text{"hi"}});
    const Choice calls = choice_of(
        R"({"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f",)"
        R"("arguments":"{\"x\":1}"}},{"function":{"name":"g","arguments":{"y":2}}},)"
        R"({"id":"c","function":{"name":"h"},"extra_content":{"google":{"s":"t"}}}]})",
        "tool_calls");
    CHECK(calls.parts ==
          std::vector<Part>{ToolCall{"a", "f", R"({"x":1})"}, ToolCall{"call_2", "g", R"({"y":2})"},
                            ToolCall{"c", "h", "{}", {R"({"google":{"s":"t"}})", "openai"}}});
    CHECK(calls.finish == FinishReason::tool_calls);
    CHECK(choice_of(R"({"content":null,"refusal":"no"})").parts ==
          std::vector<Part>{Refusal{"no"}});
  }

  TEST_CASE("why an answer ended") {
    const std::string call = R"({"tool_calls":[{"id":"a","function":{"name":"f"}}]})";
    CHECK(choice_of(R"({"content":"x"})", "length").finish == FinishReason::length);
    CHECK(choice_of(R"({"content":"x"})", "content_filter").finish == FinishReason::content_filter);
    CHECK(choice_of(R"({"content":"x"})", "strange").finish == FinishReason::stop);
    CHECK(choice_of(call, "stop").finish == FinishReason::tool_calls);  // a forced tool
    CHECK(choice_of(call, "function_call").finish == FinishReason::tool_calls);
    CHECK(choice_of(R"({"refusal":"no"})", "stop").finish == FinishReason::refusal);
  }

  TEST_CASE("thoughts are read in all their spellings") {
    CHECK(choice_of(R"({"content":"x","reasoning_content":"t"})").parts.at(0) ==
          Part{Thinking{"t", {"reasoning_content", "openai"}}});
    CHECK(choice_of(R"({"content":"x","reasoning":"t"})").parts.at(0) ==
          Part{Thinking{"t", {"reasoning_content", "openai"}}});
    CHECK(choice_of(R"({"content":"x","reasoning":"t","reasoning_details":[{"type":)"
                    R"("reasoning.text","text":"t","signature":"s"}]})")
              .parts.at(0) == Part{Thinking{"t", {"s", "openai"}}});
    CHECK(choice_of(R"({"content":"x","reasoning_details":[{"type":"reasoning.summary",)"
                    R"("summary":"t"}]})")
              .parts.at(0) == Part{Thinking{"t"}});
  }

  TEST_CASE("usage, images and log probabilities are read") {
    const Result<Reply> reply = format().decode_reply(
        R"({"id":"c1","created":5,"model":"m","service_tier":"flex","choices":[{"index":1,)"
        R"("message":{"content":"x","images":[{"type":"image_url","image_url":)"
        R"({"url":"data:image/png;base64,AAAA"}}]},"logprobs":{"content":[]},)"
        R"("finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":5,)"
        R"("prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},)"
        R"("completion_tokens_details":{"reasoning_tokens":3}}})");
    REQUIRE(reply.has_value());
    CHECK(reply->id == "c1");
    CHECK(reply->created == 5);
    CHECK(reply->service_tier == "flex");
    CHECK(reply->choices.at(0).index == 1);
    CHECK(reply->choices[0].logprobs == R"({"content":[]})");
    CHECK(std::get<Media>(reply->choices[0].parts.at(1)).data == "AAAA");
    REQUIRE(reply->usage.has_value());
    CHECK(reply->usage->input_tokens == 9);
    CHECK(reply->usage->cached_input_tokens == 4);
    CHECK(reply->usage->cache_write_tokens == 2);
    CHECK(reply->usage->reasoning_tokens == 3);
    CHECK(reply->usage->origin == UsageOrigin::reported);
  }

  TEST_CASE("what is no completion is malformed") {
    for (const std::string body : {"", "[]", "{}", R"({"choices":[]})", R"({"choices":[{}]})",
                                   R"({"choices":[{"message":{"content":7}}]})",
                                   R"({"choices":[{"message":{"tool_calls":[{}]}}]})"}) {
      CAPTURE(body);
      const Result<Reply> reply = format().decode_reply(body);
      REQUIRE(reply.has_error());
      CHECK(reply.error().kind == ErrorKind::upstream_malformed);
      CHECK(!reply.error().detail.empty());
    }
  }

  TEST_CASE("a whole answer is written") {
    Reply reply{.id = "c1", .model = "m", .created = 5};
    reply.choices.push_back({.parts = {Text{"a"}, Text{"b"}},
                             .finish = FinishReason::stop_sequence,
                             .logprobs = R"({"content":[]})"});
    reply.usage = Usage{9, 5, 4, 2, 3, UsageOrigin::reported};
    reply.cost = Cost{{1'500'000}, {1'000'000}, {500'000}};
    reply.service_tier = "flex";
    CHECK(encoded(reply) ==
          R"({"id":"c1","object":"chat.completion","created":5,"model":"m","choices":[{"index":0,)"
          R"("message":{"role":"assistant","content":"ab","refusal":null},)"
          R"("logprobs":{"content":[]},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,)"
          R"("completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":4,)"
          R"("cache_write_tokens":2},"completion_tokens_details":{"reasoning_tokens":3},)"
          R"("cost":0.0000015,"cost_details":{"upstream_inference_cost":0.0000015,)"
          R"("upstream_inference_prompt_cost":0.000001,)"
          R"("upstream_inference_completions_cost":0.0000005},"is_byok":false},)"
          R"("service_tier":"flex"})");
  }

  TEST_CASE("what a provider does not say is made up") {
    Reply reply;
    reply.choices.push_back({.parts = {Text{"a"}}, .finish = FinishReason::stop});
    const Request request{.model = "a/m"};
    CHECK(encoded(reply, "", {.request_id = "r1", .now_s = 9, .request = &request})
              .starts_with(R"({"id":"chatcmpl-r1","object":"chat.completion","created":9,)"
                           R"("model":"a/m",)"));
  }

  TEST_CASE("content is null beside calls and refusals alone") {
    CHECK(message_of({}) == R"({"role":"assistant","content":"","refusal":null})");
    CHECK(message_of({ToolCall{"c", "f", ""}}) ==
          R"({"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"c",)"
          R"("type":"function","function":{"name":"f","arguments":"{}"}}]})");
    CHECK(message_of({Refusal{"no"}}) == R"({"role":"assistant","content":null,"refusal":"no"})");
    CHECK(message_of({Text{"x"}, Refusal{"no"}}) ==
          R"({"role":"assistant","content":"x","refusal":"no"})");
  }

  TEST_CASE("thoughts have details, as in a stream, with what was signed in them") {
    const std::string plain =
        R"({"role":"assistant","content":"x","refusal":null,"reasoning_content":"t",)"
        R"("reasoning_details":[{"type":"reasoning.text","text":"t","index":0}]})";
    CHECK(message_of({Thinking{"t"}, Text{"x"}}) == plain);
    CHECK(message_of({Thinking{"t", {"reasoning_content", "openai"}}, Text{"x"}}) == plain);
    CHECK(message_of({Thinking{"t", {"s", "anthropic"}}, Thinking{"", {"d", "anthropic"}, true},
                      Text{.text = "x", .signature = {"g", "gemini"}},
                      ToolCall{"c", "f", "{}", {"h", "gemini"}}}) ==
          R"({"role":"assistant","content":"x","refusal":null,"reasoning_content":"t",)"
          R"("reasoning_details":[{"type":"reasoning.text","text":"t",)"
          R"("signature":"arouter.anthropic.s","format":"anthropic-claude-v1","index":0},)"
          R"({"type":"reasoning.encrypted","data":"arouter.anthropic.d",)"
          R"("format":"anthropic-claude-v1","index":1},{"type":"reasoning.encrypted",)"
          R"("data":"arouter.gemini.g","format":"google-gemini-v1","index":2},)"
          R"({"type":"reasoning.encrypted","data":"arouter.gemini.h","format":"google-gemini-v1",)"
          R"("id":"c","index":3}],"tool_calls":[{"id":"c","type":"function","function":)"
          R"({"name":"f","arguments":"{}"}}]})");
  }

  TEST_CASE("thoughts are hidden from whoever asked for that, signatures of calls are not") {
    Request request;
    request.reasoning.include = false;
    Reply reply;
    reply.choices.push_back({.parts = {Thinking{"secret", {"s", "anthropic"}},
                                       ToolCall{"c", "f", "{}", {"h", "gemini"}}}});
    const std::string body = encoded(reply, "", {.request = &request});
    CHECK(body.find("secret") == std::string::npos);
    CHECK(body.find("arouter.gemini.h") != std::string::npos);
  }

  TEST_CASE("images are written, other media are losses") {
    CHECK(message_of({Media{.mime_type = "image/png", .data = "AA"}}) ==
          R"({"role":"assistant","content":"","refusal":null,"images":[{"type":"image_url",)"
          R"("image_url":{"url":"data:image/png;base64,AA"},"index":0}]})");
    message_of({Media{.kind = Media::Kind::audio, .data = "AA"}}, "reply.audio");
  }

  TEST_CASE("an answer that its provider broke off is no success") {
    for (const std::string word : {"insufficient_system_resource", "error", "abort"}) {
      CAPTURE(word);
      const Result<Reply> reply = format().decode_reply(
          R"({"choices":[{"message":{"content":"a"},"finish_reason":")" + word + "\"}]}");
      REQUIRE(reply.has_error());
      CHECK(reply.error().retryable);
      CHECK(reply.error().message.find(word) != std::string::npos);
    }
    CHECK(choice_of(R"({"content":"a"})", "model_length").finish == FinishReason::length);
    CHECK(choice_of(R"({"content":"a"})", "eos").finish == FinishReason::stop);
  }

  TEST_CASE("finish reasons are spelled in OpenAI's words") {
    using F = FinishReason;
    for (const auto& [reason, word] :
         {std::pair(F::none, "stop"), std::pair(F::stop, "stop"), std::pair(F::length, "length"),
          std::pair(F::context_length, "length"), std::pair(F::tool_calls, "tool_calls"),
          std::pair(F::content_filter, "content_filter"), std::pair(F::refusal, "content_filter"),
          std::pair(F::pause, "stop"), std::pair(F::malformed_call, "stop")}) {
      CAPTURE(word);
      CHECK(encode_finish_reason(reason, false) == word);
    }
    CHECK(encode_finish_reason(F::refusal, true) == "stop");
    Reply reply;
    reply.choices.push_back({.finish = F::pause});
    encoded(reply, "reply.finish_reason.pause");
  }
}

}  // namespace arouter::openai
