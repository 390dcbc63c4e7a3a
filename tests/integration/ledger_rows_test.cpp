// What the ledger keeps of a request, and what it must never keep.
#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kAsked = "canary-prompt-7f3a";
constexpr std::string_view kAnswered = "canary-answer-9b1c";

std::int64_t unix_microseconds() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t number(const Row& row, const std::string& column) {
  return std::stoll(row.at(column));
}

/// Every byte of every file of the state folder but the key's own.
std::string state_bytes(const World& world) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(state_of(world.home))) {
    if (!entry.is_regular_file() || entry.path().filename() == "local.key") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

void check_no_content(const World& world) {
  const std::string bytes = state_bytes(world);
  REQUIRE(bytes.size() > 4'096);
  CHECK(bytes.find("acme/model-a") != std::string::npos);  // it is the right place to look
  CHECK(bytes.find(kAsked) == std::string::npos);
  CHECK(bytes.find(kAnswered) == std::string::npos);
  CHECK(bytes.find(kProviderKey) == std::string::npos);
  CHECK(bytes.find(world.daemon.key()) == std::string::npos);
}

std::string asking(bool stream) {
  return R"({"model":"acme/model-a","user":"user-1","messages":[{"role":"user","content":")" +
         std::string(kAsked) + "\"}]" + (stream ? R"(,"stream":true)" : "") + "}";
}

std::string answer_with_usage(std::string_view usage) {
  const std::string body = chat_body("12345678");
  const std::size_t at = body.find(R"(,"usage")");
  return body.substr(0, at) + std::string(usage) + "}";
}

}  // namespace

TEST_SUITE("ledger_rows") {
  TEST_CASE("a price that nobody stated is unknown, not free") {
    World world({.server = {}, .provider = {}, .tail = "[[provider.model]]\nid = \"unpriced\"\n"});
    CHECK(world.daemon.wait_for_errors("model 'acme/unpriced' has no pricing"));
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    const RawResponse plain = world.chat(R"({"model":"acme/unpriced","messages":[]})");
    CHECK(plain.body == chat_body("a"));  // no cost is invented
    const RawResponse card =
        call(world.daemon.port(),
             get(world.daemon.port(), "/v1/models/acme/unpriced", world.daemon.key()));
    CHECK(card.body.find(R"("pricing":null)") != std::string::npos);
  }

  TEST_CASE("a row says all about a request but what was said") {
    World world;
    world.provider.plays(Script().send(json_answer(200, chat_body(kAnswered))));
    world.provider.plays(streamed_chat({std::string(kAnswered), "more"}));
    const std::int64_t before = unix_microseconds();
    const RawResponse plain = world.chat(asking(false));
    CHECK(plain.status == 200);
    CHECK(world.chat(asking(true)).status == 200);
    const std::int64_t after = unix_microseconds();
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    for (const Row& row : rows) {
      CHECK(row.at("route") == "chat.completions");
      CHECK(row.at("model") == "acme/model-a");
      CHECK(row.at("provider") == "acme");
      CHECK(row.at("upstream_model") == "model-a");
      CHECK(row.at("user") == "user-1");
      CHECK(row.at("finish_reason") == "stop");
      CHECK(row.at("error_code") == "");
      CHECK(row.at("outcome") == "ok");
      CHECK(row.at("status") == "200");
      CHECK(row.at("attempt") == "1");
      CHECK(row.at("usage_origin") == "reported");
      CHECK(row.at("input_tokens") == "9");
      CHECK(row.at("prompt_cost_pico_usd") == "18000000");
      CHECK(row.at("key_hash").size() == 64);
      CHECK(row.at("key_hash") == rows[0].at("key_hash"));
      CHECK(number(row, "started_us") >= before);
      CHECK(number(row, "first_byte_us") >= 0);
      CHECK(number(row, "total_us") >= number(row, "first_byte_us"));
      CHECK(number(row, "started_us") + number(row, "total_us") <= after);
    }
    const std::string generation = plain.field("x-generation-id");
    const std::string hex = generation.substr(generation.rfind('-') + 1, 16);
    CHECK(std::stoll(hex, nullptr, 16) == number(rows[0], "id"));
    CHECK(rows[0].at("streamed") == "0");
    CHECK(rows[0].at("upstream_id") == "chatcmpl-1");
    CHECK(rows[0].at("output_tokens") == "5");
    CHECK(rows[0].at("completion_cost_pico_usd") == "30000000");
    CHECK(rows[0].at("cost_pico_usd") == "48000000");
    CHECK(rows[1].at("streamed") == "1");
    CHECK(rows[1].at("upstream_id") == "chatcmpl-2");
    CHECK(rows[1].at("output_tokens") == "2");
    CHECK(rows[1].at("cost_pico_usd") == "30000000");
  }

  TEST_CASE("no content and no key is on the disk, neither while it runs nor afterwards") {
    World world;
    world.provider.always(Script().send(json_answer(200, chat_body(kAnswered))));
    for (int i = 0; i < 20; ++i) CHECK(world.chat(asking(false)).status == 200);
    world.provider.always(streamed_chat({std::string(kAnswered)}));
    for (int i = 0; i < 20; ++i) CHECK(world.chat(asking(true)).status == 200);
    world.provider.always(Script().send(
        json_answer(400, R"({"error":{"message":")" + std::string(kAnswered) + "\"}}")));
    CHECK(world.chat(asking(false)).status == 400);
    CHECK(wait_for_rows(world.daemon.state(), 41).size() == 41);
    check_no_content(world);
    world.stop_and_read_rows();
    check_no_content(world);
    CHECK(world.daemon.errors().find(kAsked) == std::string::npos);
  }

  TEST_CASE("cached tokens have their own price, and each kind of token its own column") {
    World world({.tail = R"(
[[model]]
id = "maker/cached"
[[model.endpoints]]
provider = "acme"
model = "model-a"
[model.endpoints.pricing]
prompt = "0.000002"
completion = "0.000006"
input_cache_read = "0.0000005"
request = "0.001"
)"});
    world.provider.always(Script().send(json_answer(
        200, answer_with_usage(
                 R"(,"usage":{"prompt_tokens":1000,"completion_tokens":50,"total_tokens":1050,)"
                 R"("prompt_tokens_details":{"cached_tokens":600},)"
                 R"("completion_tokens_details":{"reasoning_tokens":20}})"))));
    const RawResponse answer = world.chat(R"({"model":"maker/cached","messages":[]})");
    // 400 x 0.000002 + 600 x 0.0000005 + 0.001, and 50 x 0.000006.
    CHECK(answer.body.find(R"("cost":0.0024,)") != std::string::npos);
    CHECK(world.chat(chat_json(false)).status == 200);  // no price for cached ones: all are prompt
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("input_tokens") == "1000");
    CHECK(rows[0].at("cached_input_tokens") == "600");
    CHECK(rows[0].at("output_tokens") == "50");
    CHECK(rows[0].at("reasoning_tokens") == "20");
    CHECK(rows[0].at("prompt_cost_pico_usd") == "2100000000");
    CHECK(rows[0].at("completion_cost_pico_usd") == "300000000");
    CHECK(rows[0].at("cost_pico_usd") == "2400000000");
    CHECK(rows[1].at("cost_pico_usd") == "2300000000");
  }

  TEST_CASE("a conditional price counts for the request that meets its conditions") {
    // The two windows are the whole day between them, so one holds whatever the clock says.
    World world({.tail = R"(
[[model]]
id = "maker/tiered"
[[model.endpoints]]
provider = "acme"
model = "model-a"
[model.endpoints.pricing]
prompt = "0.000002"
completion = "0.000006"
overrides = [
  { min_prompt_tokens = 1000, prompt = "0.000004" },
  { utc_start = "0000", utc_end = "1200", completion = "0.000008" },
  { utc_start = "1200", utc_end = "0000", completion = "0.000008" },
]
)"});
    const auto reports = [&](int prompt_tokens) {
      world.provider.plays(Script().send(json_answer(
          200, answer_with_usage(R"(,"usage":{"prompt_tokens":)" + std::to_string(prompt_tokens) +
                                 R"(,"completion_tokens":50,"total_tokens":1})"))));
      return world.chat(R"({"model":"maker/tiered","messages":[]})").body;
    };
    // 1000 x 0.000002 and 1001 x 0.000004, and 50 x 0.000008.
    CHECK(reports(1000).find(R"("cost":0.0024,)") != std::string::npos);
    CHECK(reports(1001).find(R"("cost":0.004404,)") != std::string::npos);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("cost_pico_usd") == "2400000000");
    CHECK(rows[1].at("cost_pico_usd") == "4404000000");
  }

  TEST_CASE("a provider that reports nothing of use is estimated, and the row says so") {
    World world;
    const std::vector<std::string> usages{
        "",
        R"(,"usage":null)",
        R"(,"usage":7)",
        R"(,"usage":{})",
        R"(,"usage":{"prompt_tokens":"9","completion_tokens":5})",
        R"(,"usage":{"prompt_tokens":9.5,"completion_tokens":5})",
        R"(,"usage":{"prompt_tokens":-9,"completion_tokens":5})",
        R"(,"usage":{"prompt_tokens":9,"completion_tokens":9223372036854775808})",
    };
    const std::string body = chat_json(false);
    for (const std::string& usage : usages) {
      CAPTURE(usage);
      const std::string sent = answer_with_usage(usage);
      world.provider.plays(Script().send(json_answer(200, sent)));
      CHECK(world.chat(body).body == sent);  // what we guess is not put into the provider's mouth
    }
    world.provider.plays(streamed_chat({"1234", "5678"}, false));
    CHECK(world.chat(body.substr(0, body.size() - 1) + R"(,"stream":true})").complete);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == usages.size() + 1);
    for (const Row& row : rows) {
      CHECK(row.at("outcome") == "ok");
      CHECK(row.at("usage_origin") == "estimated");
      CHECK(row.at("output_tokens") == "2");  // eight bytes, four a token
      CHECK(number(row, "input_tokens") >= static_cast<std::int64_t>(body.size() / 4));
      CHECK(number(row, "cost_pico_usd") > 0);
    }
  }

  TEST_CASE("texts of others are cut to what a row holds") {
    World world;
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    CHECK(world.chat(chat_json(false, R"(,"user":")" + std::string(5'000, 'u') + "\"")).status ==
          200);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("user") == std::string(128, 'u'));
  }
}

}  // namespace arouter::test
