// Limits of keys, users and everybody: what is let through, what is refused and with which words,
// and what of it outlives a daemon.
#include <doctest/doctest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "tests/integration/answers.hpp"
#include "tests/integration/managed_world.hpp"

namespace arouter::test {

namespace {

constexpr std::int64_t kMicro = 1'000'000;  // of a USD, in pico-USD

std::int64_t cost_of(const std::vector<Row>& rows) {
  std::int64_t sum = 0;
  for (const Row& row : rows) {
    if (!row.at("cost_pico_usd").empty()) sum += std::stoll(row.at("cost_pico_usd"));
  }
  return sum;
}

nlohmann::json sent_body(const ManagedWorld& world) {
  return nlohmann::json::parse(world.provider.requests().back().body);
}

}  // namespace

TEST_SUITE("limits") {
  TEST_CASE("requests per minute: refused with the wait, and headers that say how it stands") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey key = world.give(R"({"name":"k","rate_limit":{"requests_per_minute":2}})");
    const RawResponse first = world.chat_as(key);
    CHECK(first.status == 200);
    CHECK(first.field("x-ratelimit-limit") == "2");
    CHECK(first.field("x-ratelimit-remaining") == "1");
    CHECK(world.chat_as(key).field("x-ratelimit-remaining") == "0");

    const RawResponse refused = world.chat_as(key);
    CHECK(refused.status == 429);
    CHECK(error_of(refused)["type"] == "rate_limit_error");
    const int wait = std::stoi("0" + refused.field("retry-after"));
    CHECK(wait >= 1);
    CHECK(wait <= 30);
    CHECK(refused.field("x-ratelimit-remaining") == "0");
    CHECK(std::stoll("0" + refused.field("x-ratelimit-reset")) > 1'700'000'000);
    CHECK(world.provider.requests().size() == 2);
    // Another key is another's.
    CHECK(world.chat(chat_json(false)).status == 200);
    CHECK(world.chat(chat_json(false)).field("x-ratelimit-limit") == "");

    world.change(key, R"({"rate_limit":{"requests_per_minute":null}})");
    CHECK(world.chat_as(key).status == 200);
  }

  TEST_CASE("one request at a time: the next waits for the end of the first, also a broken one") {
    ManagedWorld world;
    const GivenKey key = world.give(R"({"name":"k","concurrency":1})");
    const std::string request = post(world.daemon.port(), kChatPath, key.secret, chat_json(true));
    Gate asked, gone;
    world.provider.plays(Script().reach(asked).send(event_stream_head()).await_client_gone(gone));
    {
      RawClient client(world.daemon.port());
      client.send(request);
      REQUIRE(asked.wait());
      const RawResponse refused = world.chat_as(key);
      CHECK(refused.status == 429);
      CHECK(refused.field("retry-after") == "1");
    }
    REQUIRE(gone.wait());
    world.provider.always(Script().send(answer_of(9, 5)));
    CHECK(ask_until([&] { return world.chat_as(key).status == 200; }));
  }

  TEST_CASE("a hard budget holds however many ask at once, and after a restart") {
    ConfigText text;
    ManagedWorld world(text);
    world.provider.always(Script().send(answer_of(1000, 10)));  // 2060 millionths
    const GivenKey key = world.give(R"({"name":"k","limit":0.010})");
    constexpr int kThreads = 64;
    std::atomic<int> good{0}, poor{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        const RawResponse answer = world.chat_as(key, R"(,"max_tokens":10)");
        good += answer.status == 200;
        poor += answer.status == 402;
      });
    }
    for (std::thread& each : threads) each.join();
    CHECK(good + poor == kThreads);
    // What was held for the others is free again; what is left is spent to the last that fits.
    while (world.chat_as(key, R"(,"max_tokens":10)").status == 200) ++good;
    CHECK(good == 4);
    CHECK(world.show(key)["limit_remaining"].dump() == "0.00176");
    const RawResponse refused = world.chat_as(key, R"(,"max_tokens":10)");
    CHECK(refused.status == 402);
    CHECK(refused.field("retry-after") == "");
    const std::string message = error_of(refused)["message"];
    CHECK(message.find("0.01") != std::string::npos);

    const std::vector<Row> rows = world.stop_and_read_rows();
    CHECK(cost_of(rows) == 4 * 2060 * kMicro);
    CHECK(cost_of(rows) <= 10'000 * kMicro);
    DaemonProcess again(world.home, encode_config(text, {world.provider.base_url()}));
    must_listen(again);
    const RawResponse after = call(again.port(), post(again.port(), kChatPath, key.secret,
                                                      chat_json(false, R"(,"max_tokens":10)")));
    CHECK(after.status == 402);
    CHECK(world.provider.requests().size() == 4);
  }

  TEST_CASE("what a hard budget counts on is sent, and what the client says stays") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey hard = world.give(R"({"name":"h","limit":10})");
    const GivenKey soft = world.give(R"({"name":"s","limit":10,"limit_mode":"soft"})");
    CHECK(world.chat_as(hard).status == 200);
    CHECK(sent_body(world)["max_tokens"] == 8192);  // the model's own most
    CHECK(world.chat_as(hard, R"(,"max_tokens":7)").status == 200);
    CHECK(sent_body(world)["max_tokens"] == 7);
    CHECK(world.chat_as(hard, R"(,"max_tokens":null)").status == 200);
    CHECK(sent_body(world)["max_tokens"] == 8192);
    CHECK(world.chat_as(soft).status == 200);
    CHECK_FALSE(sent_body(world).contains("max_tokens"));
  }

  TEST_CASE("a soft budget lets what runs end above it, and then nothing more") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(1000, 1000)));  // 8000 millionths
    const GivenKey key = world.give(R"({"name":"k","limit":0.005,"limit_mode":"soft"})");
    CHECK(world.chat_as(key, R"(,"max_tokens":10)").status == 200);
    CHECK(world.chat_as(key, R"(,"max_tokens":10)").status == 402);
    CHECK(world.show(key)["limit_remaining"].dump() == "0");
    CHECK(world.daemon.wait_for_errors("of its budget"));
  }

  TEST_CASE("a provider's failure costs nothing and leaves the budget whole") {
    ManagedWorld world;
    const GivenKey key = world.give(R"({"name":"k","limit":0.0035})");
    for (int i = 0; i < 3; ++i) {
      world.provider.plays(Script().send(json_answer(400, R"({"error":{"message":"no"}})")));
      CHECK(world.chat_as(key, R"(,"max_tokens":10)").status == 400);
    }
    world.provider.plays(Script().send(answer_of(9, 5)));
    CHECK(world.chat_as(key, R"(,"max_tokens":10)").status == 200);
  }

  TEST_CASE("a provider's own API is under the same limits, caps and data policy") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey key = world.give(R"({"name":"k","limit":10})");
    const auto native = [&](std::string_view path, std::string_view body) {
      return call(world.daemon.port(), post(world.daemon.port(), path, key.secret, body));
    };
    CHECK(native("/acme/chat/completions", R"({"model":"model-a","messages":[]})").status == 200);
    CHECK(sent_body(world)["max_tokens"] == 8192);
    CHECK(world.show(key)["usage"].dump() == "4.8e-05");
    const RawResponse unknown = native("/acme/images/generations", R"({"prompt":"a cat"})");
    CHECK(unknown.status == 402);
    CHECK(error_code_of(unknown) == "price_unknown");
    CHECK(native("/acme/chat/completions", R"({"model":"other","messages":[]})").status == 402);
    CHECK(call(world.daemon.port(), get(world.daemon.port(), "/acme/files", key.secret)).status ==
          200);
    CHECK(world.provider.requests().size() == 2);

    world.change(key, R"({"data_policy":{"zdr":true}})");
    const RawResponse refused = native("/acme/chat/completions", R"({"model":"model-a"})");
    CHECK(refused.status == 403);
    CHECK(error_code_of(refused) == "privacy_restricted");
    CHECK(error_code_of(world.chat_as(key)) == "privacy_restricted");
  }

  TEST_CASE("an answer that breaks off before its first word costs nothing, tokens or not") {
    ManagedWorld world;
    const GivenKey key = world.give(R"({"name":"k","limit":10})");
    const std::string counted =
        R"({"id":"c","object":"chat.completion.chunk","created":1,"model":"model-a","choices":[],)"
        R"("usage":{"prompt_tokens":1000,"completion_tokens":0,"total_tokens":1000}})";
    world.provider.plays(
        Script().send(event_stream_head()).send(chunk("data: " + counted + "\n\n")).reset());
    call(world.daemon.port(), post(world.daemon.port(), kChatPath, key.secret, chat_json(true)));
    world.provider.plays(streamed_chat({"a", "b"}));
    call(world.daemon.port(), post(world.daemon.port(), kChatPath, key.secret, chat_json(true)));
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("outcome") != "ok");
    CHECK(rows[0].at("input_tokens") == "1000");
    CHECK(rows[0].at("cost_pico_usd") == "0");
    CHECK(rows[1].at("cost_pico_usd") == std::to_string((9 * 2 + 2 * 6) * kMicro));
  }

  TEST_CASE("each user has what [limits.user] gives, named by the request or by its key") {
    ConfigText text;
    text.tail = "[limits.user]\nrequests_per_minute = 1\n";
    ManagedWorld world(text);
    world.provider.always(Script().send(answer_of(9, 5)));
    const GivenKey key = world.give(R"({"name":"k","user":"ann"})");
    CHECK(world.chat_as(key).status == 200);
    CHECK(world.chat_as(key).status == 429);
    const RawResponse other = world.chat_as(key, R"(,"user":"bob")");
    CHECK(other.status == 200);
    CHECK(world.chat_as(key, R"(,"user":"ann")").status == 429);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(!rows.empty());
    CHECK(rows[0].at("user") == "ann");
  }

  TEST_CASE("a reload brings a budget for all, which knows what was spent before") {
    ManagedWorld world;
    world.provider.always(Script().send(answer_of(1000, 1000)));
    CHECK(world.chat(chat_json(false)).status == 200);
    ConfigText text;
    text.tail = "[limits.total]\nbudget = \"0.009\"\nbudget_reset = \"monthly\"\n";
    world.home.write("arouter.toml", encode_config(text, {world.provider.base_url()}));
    world.daemon.signal(SIGHUP);
    REQUIRE(world.daemon.wait_for_errors("info reload: "));
    const RawResponse refused = world.chat(chat_json(false, R"(,"max_tokens":10)"));
    CHECK(refused.status == 402);
    CHECK(world.provider.requests().size() == 1);
  }
}

}  // namespace arouter::test
