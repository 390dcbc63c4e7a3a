// Bodies with every value replaced by every other kind: nothing may crash, and what is written must
// be JSON.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "shared/formats/embeddings.hpp"
#include "shared/formats/gemini/format.hpp"
#include "shared/json_doc.hpp"

namespace arouter::gemini {

namespace {

constexpr std::string_view kRequest =
    R"({"systemInstruction":{"parts":[{"text":"s"}]},"contents":[{"role":"user","parts":[)"
    R"({"text":"a"},{"inlineData":{"mimeType":"image/png","data":"AA"}},)"
    R"({"fileData":{"mimeType":"image/png","fileUri":"https://a.example/b"}}]},)"
    R"({"role":"model","parts":[{"text":"t","thought":true,"thoughtSignature":"x"},)"
    R"({"functionCall":{"id":"1","name":"f","args":{"a":[1]}}}]},{"role":"user","parts":[)"
    R"({"functionResponse":{"id":"1","name":"f","response":{"result":"r"},)"
    R"("parts":[{"inlineData":{"mimeType":"image/png","data":"AA"}}]}}]}],)"
    R"("tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{)"
    R"("type":"OBJECT",)"
    R"("properties":{"a":{"type":"ARRAY","nullable":true,"items":{"type":"STRING",)"
    R"("enum":["x"]},"minItems":"1"}}}}]}],)"
    R"("toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},)"
    R"("generationConfig":{"stopSequences":["x"],"temperature":1,"topK":1,"seed":1,)"
    R"("responseMimeType":"application/json","responseSchema":{"type":"OBJECT"},)"
    R"("thinkingConfig":{"thinkingBudget":1,"includeThoughts":true,"thinkingLevel":"LOW"}}})";

constexpr std::string_view kReply =
    R"({"candidates":[{"index":1,"content":{"role":"model","parts":[{"text":"a","thought":true},)"
    R"({"text":"b","thoughtSignature":"s"},{"functionCall":{"name":"f","args":{"a":1}}},)"
    R"({"inlineData":{"mimeType":"image/png","data":"AA"}}]},"finishReason":"STOP",)"
    R"("logprobsResult":{"topCandidates":[{"candidates":[{"token":"a","logProbability":1}]}],)"
    R"("chosenCandidates":[{"token":"a","logProbability":1}]}}],)"
    R"("promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":1,)"
    R"("candidatesTokenCount":2},"modelVersion":"m","responseId":"r","error":null})";

constexpr std::array<std::string_view, 9> kOthers{
    "null",        "true", "-1.5e3", "9007199254740993", R"("")",
    R"("\ud800")", "[]",   "{}",     R"([{"a":[]}])"};

/// Places of all values inside `text`, the whole included.
void collect(const JsonItem& item, std::string_view text, std::vector<std::string_view>& places) {
  places.push_back(item.raw());
  for (const JsonItem inner : item) collect(inner, text, places);
}

std::vector<std::string> mutants(std::string_view text) {
  const Result<JsonDoc> doc = JsonDoc::read(text);
  REQUIRE(doc.has_value());
  std::vector<std::string_view> places;
  collect(doc->root(), text, places);
  std::vector<std::string> all;
  for (const std::string_view place : places) {
    const auto at = static_cast<std::size_t>(place.data() - text.data());
    for (const std::string_view other : kOthers) {
      all.push_back(std::string(text).replace(at, place.size(), other));
    }
  }
  return all;
}

bool is_json(std::string_view text) {
  return scan_json(text).has_value();
}

}  // namespace

TEST_SUITE("gemini under attack") {
  TEST_CASE("requests with wrong values are refused or carried, never more") {
    for (const std::string& body : mutants(kRequest)) {
      CAPTURE(body);
      const Result<Peek> peek = format().peek(CallKind::chat, body);
      if (!peek) {
        CHECK(peek.error().kind == ErrorKind::bad_request);
        continue;
      }
      chat::Losses losses;
      const Result<chat::Request> request = format().decode_request(body, *peek, losses);
      if (request) {
        CHECK(is_json(format().encode_request(*request, 0, losses)));
      } else {
        CHECK(request.error().kind == ErrorKind::bad_request);
        CHECK_FALSE(request.error().param.empty());
      }
    }
  }

  TEST_CASE("answers with wrong values are malformed or carried, whole and streamed") {
    for (const std::string& body : mutants(kReply)) {
      CAPTURE(body);
      const Result<ReplyFacts> facts = format().read_reply(CallKind::chat, body);
      if (!facts) CHECK(facts.error().kind == ErrorKind::upstream_malformed);
      const Result<chat::Reply> reply = format().decode_reply(body);
      chat::Losses losses;
      if (reply) CHECK(is_json(format().encode_reply(*reply, {}, losses)));
      const auto decoder = format().make_stream_decoder();
      const auto encoder = format().make_stream_encoder({});
      std::string out;
      const auto events =
          decoder->decode({.raw = body, .name = {}, .data = body, .has_data = true});
      if (events) {
        for (const chat::Event& event : *events) encoder->append(out, event);
      }
      for (const chat::Event& event : *decoder->finish()) encoder->append(out, event);
      for (std::size_t at = 0; at < out.size();) {
        const std::size_t end = out.find("\n\n", at);
        REQUIRE(end != std::string::npos);
        CHECK(is_json(std::string_view(out).substr(at + 6, end - at - 6)));
        at = end + 2;
      }
    }
  }

  TEST_CASE("embeddings with wrong values") {
    constexpr std::string_view kBatch =
        R"({"requests":[{"model":"models/e","content":{"parts":[{"text":"a"}]},)"
        R"("taskType":"X","outputDimensionality":1}]})";
    for (const std::string& body : mutants(kBatch)) {
      CAPTURE(body);
      chat::Losses losses;
      const auto request = format().embeddings()->decode_request(body, losses);
      if (!request) CHECK(request.error().kind == ErrorKind::bad_request);
    }
    for (const std::string& body : mutants(R"({"embeddings":[{"values":[1,2]}]})")) {
      CAPTURE(body);
      const auto reply = format().embeddings()->decode_reply(body, 1);
      if (!reply) CHECK(reply.error().kind == ErrorKind::upstream_malformed);
    }
  }

  TEST_CASE("encoders survive events that make little sense") {
    const std::array<chat::Event::Kind, 13> kinds{
        chat::Event::Kind::arguments, chat::Event::Kind::signature, chat::Event::Kind::text,
        chat::Event::Kind::tool_call, chat::Event::Kind::thinking,  chat::Event::Kind::refusal,
        chat::Event::Kind::media,     chat::Event::Kind::logprobs,  chat::Event::Kind::finish,
        chat::Event::Kind::start,     chat::Event::Kind::usage,     chat::Event::Kind::error,
        chat::Event::Kind::end};
    for (const auto first : kinds) {
      for (const auto second : kinds) {
        for (const auto third : kinds) {
          const auto encoder = format().make_stream_encoder({});
          std::string out;
          for (const auto kind : {first, second, third, chat::Event::Kind::end}) {
            chat::Event event;
            event.kind = kind;
            encoder->append(out, event);
          }
          CHECK(out.ends_with("\n\n"));
        }
      }
    }
  }
}

}  // namespace arouter::gemini
