#include "shared/formats/openai/format.hpp"

#include <doctest/doctest.h>

#include "shared/formats/registry.hpp"

namespace arouter::openai {

TEST_SUITE("openai format") {
  TEST_CASE("calls go below the base as documented") {
    CHECK(format().target(CallKind::chat, "/v1", "m", true) == "/v1/chat/completions");
    CHECK(format().target(CallKind::completions, "", "m", false) == "/completions");
    CHECK(format().target(CallKind::embeddings, "/v1", "m", false) == "/v1/embeddings");
    CHECK(format().offers(CallKind::chat));
    CHECK(format().offers(CallKind::embeddings));
    CHECK(!format().offers(CallKind::count_tokens));
    CHECK(format().key_line() == "Authorization: Bearer ");
    CHECK(find_format("openai") == &format());
    CHECK(find_format("") == nullptr);
  }

  TEST_CASE("counts are told as the Responses API tells them") {
    const std::string body = format().encode_count(12);
    CHECK(body == R"({"object":"response.input_tokens","input_tokens":12})");
    CHECK(*format().decode_count_answer(body) == 12);
    CHECK(format().decode_count_answer("{}").error().kind == ErrorKind::upstream_malformed);
  }

  TEST_CASE("answers that pass are read by what was asked") {
    const auto completion = format().read_reply(
        CallKind::completions, R"({"choices":[{"text":"abcd","finish_reason":"stop"}]})");
    REQUIRE(completion.has_value());
    CHECK(completion->has_answer);
    CHECK(completion->content_bytes == 4);
    const auto vectors = format().read_reply(
        CallKind::embeddings, R"({"data":[],"usage":{"prompt_tokens":3,"total_tokens":3}})");
    REQUIRE(vectors.has_value());
    CHECK(vectors->has_answer);
    CHECK(vectors->usage.value_or(Usage{}).input_tokens == 3);
    CHECK(!format().read_reply(CallKind::embeddings, R"({"data":{}})")->has_answer);
    CHECK(format().read_reply(CallKind::embeddings, R"({"error":{}})")->is_error);
    CHECK(format().read_reply(CallKind::embeddings, "x").error().kind ==
          ErrorKind::upstream_malformed);
  }

  TEST_CASE("a stream that passes is read up to its end mark") {
    const auto reader = format().make_stream_reader(CallKind::chat);
    const auto read = [&](std::string_view data) {
      return *reader->read({.raw = data, .name = {}, .data = data, .has_data = true});
    };
    CHECK(read(R"({"id":"c","choices":[{"delta":{"content":"x"}}]})").content_bytes == 1);
    CHECK(read(R"({"choices":[{"delta":{},"finish_reason":"stop"}]})").finished);
    CHECK(!read(R"({"choices":[]})").is_end);
    CHECK(read("[DONE]").is_end);
    CHECK(!reader->ends_with_body());
  }

  TEST_CASE("a stream's error is an event without a name") {
    const Error error = client_error(ErrorKind::overloaded, "full");
    const std::string event = format().encode_stream_error(error, {.request_id = "r"});
    CHECK(event == "data: " + format().encode_error(error, {.request_id = "r"}) + "\n\n");
  }
}

}  // namespace arouter::openai
