// What a stream had used when it broke off: the last report may be older than the last word.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

std::string event(std::string_view name, std::string_view data) {
  return chunk("event: " + std::string(name) + "\ndata: " + std::string(data) + "\n\n");
}

/// A message that begins, says `words` of eight bytes, and is cut.
Script cut_message(int words) {
  std::string wire = event_stream_head();
  wire +=
      event("message_start", R"({"type":"message_start","message":{"id":"msg_1","type":"message",)"
                             R"("role":"assistant","model":"m","content":[],"stop_reason":null,)"
                             R"("usage":{"input_tokens":20,"output_tokens":1}}})");
  wire += event("content_block_start", R"({"type":"content_block_start","index":0,)"
                                       R"("content_block":{"type":"text","text":""}})");
  for (int i = 0; i < words; ++i) {
    wire += event("content_block_delta", R"({"type":"content_block_delta","index":0,)"
                                         R"("delta":{"type":"text_delta","text":"8 bytes "}})");
  }
  return Script().send(wire).close();
}

}  // namespace

TEST_SUITE("cut usage") {
  TEST_CASE("what was said after the last report of a stream that broke off is estimated") {
    World world({.server = {}, .provider = "format = \"anthropic\"", .tail = {}});
    world.provider.plays(cut_message(10));
    CHECK_FALSE(world.chat(chat_json(true)).complete);
    world.provider.plays(cut_message(10));
    const RawResponse passed =
        call(world.daemon.port(),
             post(world.daemon.port(), "/v1/messages", world.daemon.key(),
                  R"({"model":"acme/model-a","max_tokens":99,"stream":true,"messages":[]})"));
    CHECK_FALSE(passed.complete);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    for (const Row& row : rows) {
      CHECK(row.at("outcome") == "truncated");
      CHECK(row.at("usage_origin") == "estimated");
      CHECK(row.at("input_tokens") == "20");
      CHECK(row.at("output_tokens") == "20");
    }
  }
}

}  // namespace arouter::test
