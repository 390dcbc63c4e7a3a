#include "shared/formats/gemini/reply.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/gemini/signature.hpp"
#include "shared/json_scan.hpp"

namespace arouter::gemini {

namespace {

using namespace chat;

Reply decode(const std::string& body) {
  Result<Reply> reply = decode_reply(body);
  if (!reply) FAIL(reply.error().message << ": " << reply.error().detail);
  return *reply;
}

Reply with_parts(const std::string& parts, const std::string& rest = R"(,"finishReason":"STOP")") {
  return decode(R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" + rest +
                R"(}],"responseId":"r"})");
}

FinishReason finish_of(const std::string& reason) {
  return with_parts(R"({"text":"a"})", R"(,"finishReason":")" + reason + "\"").choices[0].finish;
}

std::string encode(const Reply& reply, const AnswerSpelling& spelling = {}) {
  Losses losses;
  std::string body = encode_reply(reply, spelling, losses);
  CHECK(losses.list() == "");
  CHECK(scan_json(body).has_value());
  return body;
}

Reply answer(std::vector<Part> parts, FinishReason finish = FinishReason::stop) {
  Reply reply;
  reply.id = "r";
  reply.model = "m";
  Choice choice;
  choice.parts = std::move(parts);
  choice.finish = finish;
  reply.choices.push_back(std::move(choice));
  return reply;
}

}  // namespace

TEST_SUITE("gemini reply") {
  TEST_CASE("texts, names and usage are read") {
    const Reply reply = decode(
        R"({"candidates":[{"content":{"parts":[{"text":"hello"},{"text":""}],"role":"model"},)"
        R"("finishReason":"STOP","avgLogprobs":-0.1,"safetyRatings":[]}],)"
        R"("usageMetadata":{"promptTokenCount":10,"cachedContentTokenCount":4,)"
        R"("candidatesTokenCount":5,"thoughtsTokenCount":7,"totalTokenCount":22},)"
        R"("modelVersion":"gemini-x","responseId":"r-1"})");
    CHECK(reply.id == "r-1");
    CHECK(reply.model == "gemini-x");
    REQUIRE(reply.choices.size() == 1);
    CHECK(reply.choices[0].parts == std::vector<Part>{Text{"hello"}});
    CHECK(reply.choices[0].finish == FinishReason::stop);
    REQUIRE(reply.usage.has_value());
    CHECK(reply.usage->input_tokens == 10);
    CHECK(reply.usage->output_tokens == 12);
    CHECK(reply.usage->cached_input_tokens == 4);
    CHECK(reply.usage->reasoning_tokens == 7);
    CHECK(reply.usage->origin == UsageOrigin::reported);
  }

  TEST_CASE("calls end with STOP, get ids and keep their signatures") {
    const Reply reply =
        with_parts(R"({"functionCall":{"name":"f","args":{"a": 1}},"thoughtSignature":"s"},)"
                   R"({"functionCall":{"name":"f"}},{"functionCall":{"name":"g","id":"own"}})");
    const std::vector<Part>& parts = reply.choices[0].parts;
    CHECK(reply.choices[0].finish == FinishReason::tool_calls);
    REQUIRE(parts.size() == 3);
    const auto& first = std::get<ToolCall>(parts[0]);
    const auto& second = std::get<ToolCall>(parts[1]);
    CHECK(first.arguments == R"({"a":1})");
    CHECK(first.signature == Signature{"s", "gemini"});
    CHECK(first.id.starts_with("call_"));
    CHECK(second.id.starts_with("call_"));
    CHECK(second.arguments == "{}");
    CHECK(first.id != second.id);
    CHECK(std::get<ToolCall>(parts[2]).id == "own");
    CHECK(made_up_id("r", "x", 0) == made_up_id("r", "y", 0));
    CHECK(made_up_id("", "x", 0) != made_up_id("", "y", 0));
    CHECK(made_up_id("r1", "x", 0) != made_up_id("r2", "x", 0));
  }

  TEST_CASE("thoughts, pictures and signatures") {
    const Reply reply =
        with_parts(R"({"text":"hm","thought":true},{"thought":true,"inlineData":{"mimeType":)"
                   R"("image/png","data":"DRAFT"}},)"
                   R"({"text":"see"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},)"
                   R"({"text":"","thoughtSignature":"s"})");
    Media image;
    image.mime_type = "image/png";
    image.data = "AAAA";
    CHECK(reply.choices[0].parts == std::vector<Part>{Thinking{"hm", {}, false}, Text{"see"}, image,
                                                      Text{"", "", {"s", "gemini"}}});
  }

  TEST_CASE("reasons to finish") {
    CHECK(finish_of("STOP") == FinishReason::stop);
    CHECK(finish_of("MAX_TOKENS") == FinishReason::length);
    for (const char* const held : {"SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT",
                                   "SPII", "IMAGE_SAFETY", "LANGUAGE"}) {
      CHECK(finish_of(held) == FinishReason::content_filter);
    }
    CHECK(finish_of("OTHER") == FinishReason::stop);
    CHECK(finish_of("SOMETHING_NEW") == FinishReason::stop);
    CHECK(finish_of("FINISH_REASON_UNSPECIFIED") == FinishReason::none);
  }

  TEST_CASE("an answer that its model failed at is no success") {
    for (const std::string reason :
         {"MALFORMED_FUNCTION_CALL", "MALFORMED_RESPONSE", "UNEXPECTED_TOOL_CALL",
          "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE"}) {
      CAPTURE(reason);
      const Result<Reply> reply =
          decode_reply(R"({"candidates":[{"finishReason":"STOP"},{"content":{"parts":[{"text":"a"})"
                       R"(]},"finishReason":")" +
                       reason + R"(","finishMessage":"print x"}]})");
      REQUIRE(reply.has_error());
      CHECK(reply.error().kind == ErrorKind::upstream_malformed);
      CHECK(reply.error().source == ErrorSource::upstream);
      CHECK(reply.error().retryable);
      CHECK(reply.error().message.find(reason) != std::string::npos);
      CHECK(reply.error().detail == "");  // what a model said is for no log
    }
  }

  TEST_CASE("a blocked prompt is one choice that was held back") {
    const Reply reply =
        decode(R"({"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{)"
               R"("promptTokenCount":3}})");
    REQUIRE(reply.choices.size() == 1);
    CHECK(reply.choices[0].finish == FinishReason::content_filter);
    CHECK(reply.choices[0].parts.empty());
    CHECK(reply.usage->input_tokens == 3);
  }

  TEST_CASE("an answer that names no model is of the one that was asked") {
    const Request request{.model = "m"};
    CHECK(encode({}, {.request = &request}).find(R"("modelVersion":"m")") != std::string::npos);
  }

  TEST_CASE("a candidate without content is an empty choice") {
    const Reply reply = decode(R"({"candidates":[{"finishReason":"SAFETY","index":1}]})");
    CHECK(reply.choices[0].parts.empty());
    CHECK(reply.choices[0].index == 1);
  }

  TEST_CASE("an error inside a good status is an error") {
    const Result<Reply> reply =
        decode_reply(R"([{"error":{"message":"busy","status":"UNAVAILABLE"}}])");
    REQUIRE_FALSE(reply.has_value());
    CHECK(reply.error().message == "busy");
    CHECK(reply.error().kind == ErrorKind::overloaded);
  }

  TEST_CASE("what is no answer is malformed") {
    for (const char* const body :
         {"", "{", "[]", "7", "{}", R"({"candidates":[]})", R"({"candidates":7})",
          R"({"candidates":[7]})", R"({"candidates":[{"content":{"parts":7}}]})",
          R"({"candidates":[{"content":{"parts":[{"text":7}]}}]})",
          R"({"candidates":[{"content":{"parts":[{"functionCall":7}]}}]})"}) {
      CAPTURE(body);
      const Result<Reply> reply = decode_reply(body);
      REQUIRE_FALSE(reply.has_value());
      CHECK(reply.error().kind == ErrorKind::upstream_malformed);
    }
  }

  TEST_CASE("an answer is spelled as Google spells it, without zeros") {
    Reply reply = answer({Text{"hi"}});
    reply.usage = Usage{10, 12, 4, 2, 7, UsageOrigin::reported};
    CHECK(encode(reply) ==
          R"({"candidates":[{"content":{"parts":[{"text":"hi"}],"role":"model"},)"
          R"("finishReason":"STOP"}],)"
          R"("usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":5,"totalTokenCount":22,)"
          R"("cachedContentTokenCount":4,"thoughtsTokenCount":7},"modelVersion":"m",)"
          R"("responseId":"r"})");
    CHECK(encode(answer({}, FinishReason::content_filter)) ==
          R"({"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},)"
          R"("finishReason":"SAFETY"}],"modelVersion":"m","responseId":"r"})");
    reply = answer({Text{"a"}}, FinishReason::length);
    reply.id = "";
    reply.choices[0].index = 1;
    CHECK(encode(reply, {.request_id = "q"}) ==
          R"({"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},)"
          R"("finishReason":"MAX_TOKENS","index":1}],"modelVersion":"m","responseId":"q"})");
  }

  TEST_CASE("a pause looks like an end, and that is told") {
    Losses losses;
    encode_reply(answer({Text{"a"}}, FinishReason::pause), {}, losses);
    CHECK(losses.list() == "reply.finish_reason.pause");
  }

  TEST_CASE("calls, refusals and media") {
    Media image;
    image.mime_type = "image/png";
    image.data = "AAAA";
    const std::string body = encode(answer(
        {Refusal{"no"}, image, ToolCall{"c", "f", "", {}, ""}, ToolCall{"d", "g", "oops", {}, ""}},
        FinishReason::tool_calls));
    CHECK(body.find(R"([{"text":"no"},{"inlineData":{"mimeType":"image/png","data":"AAAA"}},)"
                    R"({"functionCall":{"id":"c","name":"f","args":{}}},)"
                    R"({"functionCall":{"id":"d","name":"g","args":{"input":"oops"}}}])") !=
          std::string::npos);
    CHECK(body.find(R"("finishReason":"STOP")") != std::string::npos);
  }

  TEST_CASE("thoughts are shown to those who asked, signed ones to all") {
    const Reply reply =
        answer({Thinking{"plain", {}, false}, Thinking{"kept", {"s", "anthropic"}, false},
                Thinking{"", {"d", "anthropic"}, true}, Text{"x"}});
    Request request;
    const std::string hidden = encode(reply, {.request = &request});
    CHECK(hidden.find("plain") == std::string::npos);
    CHECK(hidden.find("kept") != std::string::npos);
    request.reasoning.include = true;
    CHECK(encode(reply, {.request = &request}).find(R"({"text":"plain","thought":true})") !=
          std::string::npos);
    const Reply back = decode(hidden);
    CHECK(back.choices[0].parts == std::vector<Part>{Thinking{"kept", {"s", "anthropic"}, false},
                                                     Thinking{"", {"d", "anthropic"}, true},
                                                     Text{"x"}});
  }

  TEST_CASE("foreign signatures travel in base64, in either alphabet") {
    const Signature foreign{"\x01\xff?>a.b", "anthropic"};
    std::string text = encode_thought_signature(foreign);
    CHECK(text.find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
          std::string::npos);
    CHECK(decode_thought_signature(text).signature == foreign);
    CHECK_FALSE(decode_thought_signature(text).redacted);
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (text.ends_with('=')) text.pop_back();
    CHECK(decode_thought_signature(text).signature == foreign);
    const ThoughtSignature redacted =
        decode_thought_signature(encode_thought_signature({"own", "gemini"}, true));
    CHECK(redacted.redacted);
    CHECK(redacted.signature == Signature{"own", "gemini"});
    CHECK(encode_thought_signature({"own", "gemini"}) == "own");
    CHECK(decode_thought_signature("YXJvdXRlci").signature.bytes == "YXJvdXRlci");
    CHECK(decode_thought_signature("").signature == Signature{});
  }

  TEST_CASE("log probabilities are OpenAI's inside and Gemini's outside") {
    const std::string gemini =
        R"({"topCandidates":[{"candidates":[{"token":"a","logProbability":-0.5},{)"
        R"("token":"b","logProbability":-2}]}],)"
        R"("chosenCandidates":[{"token":"a","logProbability":-0.5}]})";
    const Reply reply =
        with_parts(R"({"text":"a"})", R"(,"finishReason":"STOP","logprobsResult":)" + gemini);
    CHECK(
        reply.choices[0].logprobs ==
        R"({"content":[{"token":"a","logprob":-0.5,"bytes":null,"top_logprobs":[)"
        R"({"token":"a","logprob":-0.5,"bytes":null},{"token":"b","logprob":-2,"bytes":null}]}]})");
    CHECK(encode(reply).find("\"logprobsResult\":" + gemini) != std::string::npos);
    CHECK(encode_logprobs("{").empty());
    CHECK(encode_logprobs("null").empty());
    CHECK(encode_logprobs(R"({"content":[]})").empty());
  }

  TEST_CASE("what the format can say comes back the same") {
    Reply reply = answer({Thinking{"hm", {"s", "gemini"}, false}, Text{"a", "", {"t", "gemini"}},
                          ToolCall{"c", "f", R"({"x":[]})", {"u", "gemini"}, ""}},
                         FinishReason::tool_calls);
    Choice second;
    second.index = 1;
    second.parts = {Text{"b"}};
    second.finish = FinishReason::length;
    reply.choices.push_back(second);
    const Reply back = decode(encode(reply));
    CHECK(back.choices == reply.choices);
    CHECK(back.id == reply.id);
    CHECK(back.model == reply.model);
  }
}

}  // namespace arouter::gemini
