// Every value of a body replaced by every kind of value: nothing may crash, faults must be errors,
// and whatever is taken must be written as JSON.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "shared/formats/embeddings.hpp"
#include "shared/formats/openai/format.hpp"
#include "shared/json_doc.hpp"

namespace arouter::openai {

namespace {

constexpr std::array<std::string_view, 14> kValues{
    "null",  "true", "7",   "-1",       "1e999", "123456789012345678901", "\"\"",
    "\"x\"", "[]",   "[7]", "[[null]]", "{}",    R"({"a":[{}]})",         R"("\ud800")"};

/// Calls `each(body)` for every value of `body` replaced by every kind.
template <class Each>
void mutate(const std::string& body, const JsonItem& item, const Each& each) {
  const auto at = static_cast<std::size_t>(item.raw().data() - body.data());
  for (const std::string_view value : kValues) {
    std::string mutated = body;
    mutated.replace(at, item.raw().size(), value);
    each(mutated);
  }
  for (const JsonItem inner : item) mutate(body, inner, each);
}

template <class Each>
void mutate(const std::string& body, const Each& each) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  REQUIRE(doc.has_value());
  mutate(body, doc->root(), each);
}

const std::string kRequest =
    R"({"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[)"
    R"({"role":"system","content":"s","name":"n"},{"role":"user","content":[)"
    R"({"type":"text","text":"t","cache_control":{"type":"ephemeral"}},)"
    R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA","detail":"low"}},)"
    R"({"type":"input_audio","input_audio":{"data":"AA","format":"wav"}},)"
    R"({"type":"file","file":{"file_data":"data:application/pdf;base64,AA","filename":"f"}},)"
    R"({"type":"video_url","video_url":{"url":"https://x.example"}}]},)"
    R"({"role":"assistant","content":[{"type":"refusal","refusal":"r"}],"refusal":"r",)"
    R"("reasoning":"r","reasoning_content":"r","reasoning_details":[{"type":"reasoning.text",)"
    R"("text":"t","signature":"s","format":"f","index":0},{"type":"reasoning.encrypted",)"
    R"("data":"arouter.gemini.x","id":"c"}],"images":[{"type":"image_url","image_url":)"
    R"({"url":"u"}}],"tool_calls":[{"id":"c","type":"function","function":{"name":"f",)"
    R"("arguments":"{}"},"extra_content":{"a":1}},{"id":"d","type":"custom","custom":)"
    R"({"name":"g","input":"i"}}],"function_call":{"name":"h","arguments":"{}"}},)"
    R"({"role":"tool","tool_call_id":"c","name":"f","content":"t"}],)"
    R"("tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{},)"
    R"("strict":true},"cache_control":{}}],"functions":[{"name":"g"}],)"
    R"("tool_choice":{"type":"function","function":{"name":"f"}},"function_call":{"name":"g"},)"
    R"("parallel_tool_calls":true,"response_format":{"type":"json_schema","json_schema":)"
    R"({"name":"n","description":"d","schema":{},"strict":true}},"reasoning_effort":"low",)"
    R"("reasoning":{"effort":"low","max_tokens":5,"enabled":true,"exclude":true,"summary":"s"},)"
    R"("include_reasoning":true,"modalities":["text"],"max_tokens":1,"max_completion_tokens":2,)"
    R"("stop":["a"],"temperature":1,"top_k":1,"seed":1,"n":1,"logprobs":true,"logit_bias":{},)"
    R"("metadata":{},"user":"u","store":true,"service_tier":"auto","unknown":{"a":[1]}})";

const std::string kMessage =
    R"("role":"assistant","content":"c","refusal":"r","reasoning":"r","reasoning_details":[)"
    R"({"type":"reasoning.text","text":"t","signature":"s","format":"f","index":0},)"
    R"({"type":"reasoning.encrypted","data":"d","id":"c1","index":1}],"images":[)"
    R"({"type":"image_url","image_url":{"url":"data:image/png;base64,AA"}}],"tool_calls":[)"
    R"({"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{}"},)"
    R"("extra_content":{}},{"index":1,"id":"c2","function":{"name":"g","arguments":"{}"}}],)"
    R"("function_call":{"name":"f","arguments":"{}"})";

std::string answer(const std::string& member) {
  return R"({"id":"i","created":1,"model":"m","service_tier":"default","choices":[{"index":0,")" +
         member + "\":{" + kMessage +
         R"(},"logprobs":{"content":[]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,)"
         R"("completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1},)"
         R"("completion_tokens_details":{"reasoning_tokens":1}}})";
}

SseBlock block_of(const std::string& data) {
  return {.raw = data, .name = {}, .data = data, .has_data = true};
}

}  // namespace

TEST_SUITE("openai, hostile") {
  TEST_CASE("a request whose members are anything is taken or refused with its field") {
    int taken = 0;
    int refused = 0;
    mutate(kRequest, [&](const std::string& body) {
      CAPTURE(body);
      chat::Losses losses;
      const Result<Peek> peek = format().peek(CallKind::chat, body);
      const Result<chat::Request> request =
          format().decode_request(body, peek ? *peek : Peek{}, losses);
      if (!request) {
        CHECK(request.error().kind == ErrorKind::bad_request);
        CHECK(!request.error().message.empty());
        ++refused;
        return;
      }
      CHECK(scan_json(format().encode_request(*request, 0, losses)).has_value());
      ++taken;
    });
    CHECK(taken > 500);
    CHECK(refused > 500);
  }

  TEST_CASE("an answer whose members are anything is taken or malformed") {
    int taken = 0;
    mutate(answer("message"), [&](const std::string& body) {
      CAPTURE(body);
      const Result<chat::Reply> reply = format().decode_reply(body);
      if (!reply) {
        CHECK(reply.error().kind == ErrorKind::upstream_malformed);
        return;
      }
      chat::Losses losses;
      CHECK(scan_json(format().encode_reply(*reply, {.request_id = "r"}, losses)).has_value());
      ++taken;
    });
    CHECK(taken > 200);
  }

  TEST_CASE("a stream whose members are anything keeps the order of its parts") {
    mutate(answer("delta"), [&](const std::string& data) {
      CAPTURE(data);
      const auto decoder = format().make_stream_decoder();
      const auto encoder = format().make_stream_encoder({.request_id = "r"});
      std::string out;
      std::int64_t part = 0;
      for (const std::string& each : {data, answer("delta"), data, std::string("[DONE]")}) {
        const auto events = decoder->decode(block_of(each));
        if (!events) {
          CHECK(events.error().kind == ErrorKind::upstream_malformed);
          return;
        }
        for (const chat::Event& event : *events) {
          const bool is_part =
              event.kind >= chat::Event::Kind::text && event.kind <= chat::Event::Kind::media;
          if (is_part && event.choice == 0) {
            CHECK(event.part >= part);
            part = event.part;
          }
          encoder->append(out, event);
        }
      }
      SseScanner scanner(1 << 20);
      SseBlock block;
      for (std::string_view rest = out; !rest.empty(); rest.remove_prefix(block.raw.size())) {
        REQUIRE(*scanner.next(rest, block));
        if (block.data != "[DONE]") CHECK(scan_json(block.data).has_value());
      }
    });
  }

  TEST_CASE("embeddings whose members are anything are taken or refused") {
    const std::string request =
        R"({"model":"m","input":["a","b"],"dimensions":2,"encoding_format":"base64","user":"u"})";
    mutate(request, [](const std::string& body) {
      chat::Losses losses;
      const Result<EmbeddingsRequest> taken = format().embeddings()->decode_request(body, losses);
      if (!taken) CHECK(taken.error().kind == ErrorKind::bad_request);
    });
    const std::string reply =
        R"({"model":"m","data":[{"index":0,"embedding":[1,2]},{"index":1,"embedding":"AACAPw=="}],)"
        R"("usage":{"prompt_tokens":1}})";
    mutate(reply, [](const std::string& body) {
      const Result<EmbeddingsReply> taken = format().embeddings()->decode_reply(body, 2);
      if (!taken) CHECK(taken.error().kind == ErrorKind::upstream_malformed);
    });
  }
}

}  // namespace arouter::openai
