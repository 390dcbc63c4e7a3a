// Connections to a provider that end, or are answered, at the wrong moment: which request is sent
// once more, and that none is sent behind the rest of another.
#include <doctest/doctest.h>

#include <deque>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

std::string whole(std::string_view content) {
  return json_answer(200, chat_body(content));
}

/// A request of the proxy's; with a body where the method has one.
std::string proxied(const World& world, std::string_view method, std::string_view path) {
  const bool has_body = method.starts_with('P');
  std::string request = has_body ? post(world.daemon.port(), path, world.daemon.key(), "{}")
                                 : get(world.daemon.port(), path, world.daemon.key());
  return request.replace(0, request.find(' '), method);
}

RawResponse exchange(OneLoop& one, const std::string& request, bool to_head = false) {
  one.client.send(request);
  return one.client.read_response(to_head);
}

}  // namespace

TEST_SUITE("provider_connections") {
  TEST_CASE("what a dying connection may have delivered is not sent again where that is unwanted") {
    OneLoop one({.server = {}, .provider = {}, .tail = "[routing]\nretry_ambiguous = false\n"});
    FakeProvider& provider = one.world.provider;
    provider.plays(Script().send(whole("a")));
    provider.plays(Script().close());
    provider.always(Script().send(whole("b")));
    CHECK(one.ask().status == 200);
    const RawResponse lost = one.ask();
    CHECK(lost.status == 502);
    CHECK(error_code_of(lost) == "upstream_truncated");
    CHECK(provider.requests().size() == 2);
    CHECK(one.ask().status == 200);
  }

  TEST_CASE("a call that nobody knows is sent again only where its method allows it") {
    OneLoop one;
    FakeProvider& provider = one.world.provider;
    provider.always(Script().send(json_answer(200, "{}")));
    for (const std::string_view method : {"DELETE", "PUT", "POST", "PATCH"}) {
      CAPTURE(method);
      const bool may_repeat = method == "DELETE" || method == "PUT";
      const std::string request = proxied(one.world, method, "/acme/v1/images/x");
      CHECK(exchange(one, request).status == 200);
      const std::size_t before = provider.requests().size();
      provider.plays(Script().close());
      CHECK(exchange(one, request).status == (may_repeat ? 200 : 502));
      CHECK(provider.requests().size() == before + (may_repeat ? 2 : 1));
    }
  }

  TEST_CASE("a 408 that ends a kept connection answers no request") {
    OneLoop one;
    FakeProvider& provider = one.world.provider;
    const std::string late = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n";
    provider.plays(Script().send(whole("a")));
    provider.plays(Script().send(late + "Connection: close\r\n\r\n").close());
    provider.plays(Script().send(whole("b")));
    provider.plays(Script().send(late + "\r\n"));
    CHECK(one.ask().status == 200);
    CHECK(one.ask().body.find("\"b\"") != std::string::npos);
    CHECK(provider.requests().size() == 3);
    CHECK(provider.connections() == 2);
    // One that leaves the connection open, and one to the first request of its connection, count.
    CHECK(one.ask().status == 504);
    CHECK(provider.requests().size() == 4);
    one.world.provider.plays(Script().close());
    one.world.provider.plays(Script().send(late + "Connection: close\r\n\r\n").close());
    CHECK(one.ask().status == 504);
    CHECK(provider.requests().size() == 6);
  }

  TEST_CASE("behind an answer that came before its request was sent no other request goes") {
    OneLoop one;  // long before it is a matter of first_byte_ms
    const Gate never;
    one.world.provider.plays(
        Script().on_head().send(json_answer(413, R"({"error":{"message":"no"}})")).wait(never));
    one.client.send(one.world.chat_request(
        chat_json(false, R"(,"x":")" + std::string(9'000'000, 'x') + R"(")")));
    CHECK(one.client.read_response().status == 413);
    one.world.provider.plays(Script().send(whole("b")));
    CHECK(one.ask().body.find("\"b\"") != std::string::npos);
    CHECK(one.world.provider.connections() == 2);
  }

  TEST_CASE("of many connections that fall idle 64 are kept") {
    constexpr std::size_t kClients = 70, kKept = 64;
    World world([](const std::string& url) {
      std::string text = encode_config({}, {url});
      return text.replace(text.find("workers = 2"), 11, "workers = 1");  // each loop has its pool
    });
    const Gate finish;
    std::vector<Gate> gone(kClients);
    for (const Gate& each : gone) {
      world.provider.plays(Script().wait(finish).send(whole("a")).await_client_gone(each));
    }
    std::deque<RawClient> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
      clients.emplace_back(world.daemon.port());
      clients.back().send(world.chat_request(chat_json(false)));
    }
    REQUIRE(world.provider.wait_for_requests(kClients).size() == kClients);
    finish.open();
    for (RawClient& client : clients) CHECK(client.read_response().status == 200);
    const auto closed = [&] {
      std::size_t count = 0;
      for (const Gate& each : gone) count += each.wait(std::chrono::milliseconds(0)) ? 1 : 0;
      return count;
    };
    CHECK(ask_until([&] { return closed() >= kClients - kKept; }));
    CHECK(closed() == kClients - kKept);
  }

  TEST_CASE("a body where none belongs reaches nobody") {
    OneLoop one;
    FakeProvider& provider = one.world.provider;
    const std::string body = "Content-Length: 6\r\n\r\npoison";
    int connections = 0;
    for (const std::string status : {"204 No Content", "304 Not Modified"}) {
      CAPTURE(status);
      provider.plays(Script().send("HTTP/1.1 " + status + "\r\n" + body));
      provider.plays(Script().send(whole("mine")));
      CHECK(one.ask().status == 502);
      CHECK(one.ask().body.find("mine") != std::string::npos);
      CHECK(provider.connections() == ++connections + 1);
    }
    provider.plays(Script().send("HTTP/1.1 200 OK\r\n" + body));
    provider.plays(Script().send(whole("mine")));
    const RawResponse head = exchange(one, proxied(one.world, "HEAD", "/acme/v1/files"), true);
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    CHECK(one.ask().body.find("mine") != std::string::npos);
    CHECK(provider.connections() == connections + 2);
  }
}

}  // namespace arouter::test
