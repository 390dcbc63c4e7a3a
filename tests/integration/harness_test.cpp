// The harness itself: what the other tests take for granted.
#include <doctest/doctest.h>

#include "tests/integration/fake_provider.hpp"
#include "tests/integration/raw_client.hpp"

namespace arouter::test {

TEST_SUITE("harness") {
  TEST_CASE("scripts play in order, on one connection, and requests are kept as bytes") {
    FakeProvider provider;
    provider.plays(Script().send(json_answer(200, "{}")));
    provider.plays(streamed_chat({"a", "b"}));
    RawClient client(provider.port());
    const std::string request = post(provider.port(), "/v1/x", "key", "{\"a\":1}");
    client.send(request);
    CHECK(client.read_response().body == "{}");
    client.send_pieces({request.substr(0, 20), request.substr(20)});
    const RawResponse streamed = client.read_response();
    CHECK(streamed.complete);
    CHECK(streamed.body.find("[DONE]") != std::string::npos);

    const auto requests = provider.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[1].head + requests[1].body == request);
    CHECK(requests[1].field("authorization") == "Bearer key");
    CHECK(requests[1].connection == 1);
  }

  TEST_CASE("FIN, RST and the client's leaving are told apart") {
    FakeProvider provider;
    Gate gone;
    provider.plays(Script().send("HTTP/1.1 200 OK\r\n\r\npart").close());
    provider.plays(Script().reset());
    provider.plays(Script().await_client_gone(gone));
    const std::string request = post(provider.port(), "/", "", "{}");
    RawClient first(provider.port()), second(provider.port()), third(provider.port());
    first.send(request);
    CHECK(first.read_response().body == "part");
    CHECK(first.read_ending() == ReadEnd::fin);
    second.send(request);
    CHECK(second.read_ending() == ReadEnd::reset);
    third.send(request);
    REQUIRE(provider.wait_for_requests(3).size() == 3);
    third.reset();
    CHECK(gone.wait());
  }

  TEST_CASE("a gate holds a script until the test opens it") {
    FakeProvider provider;
    Gate half;
    provider.plays(Script()
                       .send(event_stream_head())
                       .send(chunk("one"))
                       .wait(half)
                       .dribble(chunk("two"))
                       .send(std::string(kLastChunk)));
    RawClient client(provider.port());
    client.send(post(provider.port(), "/", "", "{}"));
    client.read_head();
    REQUIRE(client.read_body_until("one"));
    half.open();
    CHECK(client.read_rest().body == "onetwo");
  }
}

}  // namespace arouter::test
