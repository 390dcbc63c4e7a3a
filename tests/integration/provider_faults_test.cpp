// A provider that breaks HTTP or its connection: plain answers, and what happens to connections.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/fault_table.hpp"

namespace arouter::test {

namespace {

const std::string kTruncated = "502 upstream_truncated";
const std::string kMalformed = "502 upstream_malformed";
const std::string kTimeout = "504 upstream_timeout";

std::string raw_answer(std::string_view fields, std::string_view body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + std::string(fields) + "\r\n" +
         std::string(body);
}

Fault fault(std::string name, std::string bytes, std::string told) {
  return {std::move(name), Script().send(std::move(bytes)).close(), std::move(told)};
}

}  // namespace

TEST_SUITE("provider_faults") {
  TEST_CASE("a provider that breaks off is told from one that is silent, and each has its row") {
    World world({.provider = "timeouts = { first_byte_ms = 300, progress_ms = 300 }"});
    const std::string whole = json_answer(200, chat_body("a"));
    const std::string head = whole.substr(0, whole.find("\r\n\r\n") + 4);
    check_faults(
        world, world.chat_request(chat_json(false)),
        {
            {"closed at accept", Script().on_accept().close(), kTruncated},
            {"reset without an answer", Script().reset(), kTruncated},
            {"closed without an answer", Script().close(), kTruncated},
            {"reset in the head", Script().send("HTTP/1.1 200 OK\r\n").reset(), kTruncated},
            {"closed in the head", Script().send("HTTP/1.1 2").close(), kTruncated},
            {"reset behind the head", Script().send(head).reset(), kTruncated},
            {"body shorter than its length",
             Script().send(whole.substr(0, whole.size() - 1)).close(), kTruncated},
            {"until close, ended by a reset",
             Script().send(raw_answer("", "{\"choices\":[")).reset(), kTruncated},
            {"chunked without a last chunk",
             Script()
                 .send(raw_answer("Transfer-Encoding: chunked\r\n", chunk(chat_body("a"))))
                 .close(),
             kTruncated},
            {"no answer", Script().stall(), kTimeout},
            {"half a head", Script().send("HTTP/1.1 200 OK\r\n").stall(), kTimeout},
            {"half a body", Script().send(whole.substr(0, whole.size() - 1)).stall(), kTimeout},
        });
  }

  TEST_CASE("a connection that is reset at once is a 502, connected or not") {
    World world;
    world.provider.plays(Script().on_accept().reset());
    const RawResponse answer = world.chat(chat_json(false));
    CHECK(answer.status == 502);
    CHECK(error_source_of(answer) == "acme");
    CHECK(world.is_well());
  }

  TEST_CASE("what is not HTTP is an error of the provider's") {
    World world;
    const std::string body = chat_body("a");
    const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    std::string many;
    for (int i = 0; i < 101; ++i) many += "A" + std::to_string(i) + ": b\r\n";
    std::string interim;
    for (int i = 0; i < 9; ++i) interim += "HTTP/1.1 103 Early Hints\r\n\r\n";
    const auto coded = [](std::string_view chunks) {
      return raw_answer("Transfer-Encoding: chunked\r\n", chunks);
    };
    check_faults(
        world, world.chat_request(chat_json(false)),
        {
            fault("no HTTP", "hello\r\n\r\n", kMalformed),
            fault("binary", "\x16\x03\x01", kMalformed),
            {"a greeting before the request",
             Script().on_accept().send("220 mail.example ESMTP\r\n").stall(), kMalformed},
            fault("HTTP/2", "HTTP/2 200\r\n\r\n", kMalformed),
            fault("status 99", "HTTP/1.1 099 x\r\n\r\n", kMalformed),
            fault("status 1000", "HTTP/1.1 1000 x\r\n\r\n", kMalformed),
            fault("length and coding", raw_answer(length + "Transfer-Encoding: chunked\r\n", body),
                  kMalformed),
            fault("two lengths", raw_answer(length + "Content-Length: 1\r\n", body), kMalformed),
            fault("a negative length", raw_answer("Content-Length: -1\r\n", body), kMalformed),
            fault("a folded header", raw_answer("A: b\r\n c\r\n" + length, body), kMalformed),
            fault("NUL", raw_answer(std::string("A: \0\r\n", 6) + length, body), kMalformed),
            fault("bare LF", "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", kMalformed),
            fault("bad chunk size", coded("xyz\r\n"), kMalformed),
            fault("chunk without its end", coded("2\r\n{}XX"), kMalformed),
            fault("101 headers", raw_answer(many + length, body), kMalformed),
            fault("a huge reason", "HTTP/1.1 200 " + std::string(70'000, 'x') + "\r\n\r\n",
                  kMalformed),
            fault("a huge header", raw_answer("A: " + std::string(70'000, 'b') + "\r\n", body),
                  kMalformed),
            fault("a head without end", "HTTP/1.1 200 " + std::string(70'000, 'x'), kMalformed),
            fault("nine interim answers", interim + json_answer(200, body), kMalformed),
            fault("101 unasked",
                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
                  kMalformed),
        });
  }

  TEST_CASE("a 200 that is no completion is not passed on as one") {
    World world;
    const auto says = [](std::string_view body) { return json_answer(200, body); };
    const std::string page = "<!doctype html><html><b>captive portal</b></html>";
    check_faults(
        world, world.chat_request(chat_json(false)),
        {
            fault("HTML",
                  "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " +
                      std::to_string(page.size()) + "\r\n\r\n" + page,
                  kMalformed),
            fault("invalid JSON", says(R"({"choices":[{}})"), kMalformed),
            fault("cut JSON", says(chat_body("a").substr(0, 100)), kMalformed),
            fault("an empty body", says(""), kMalformed),
            fault("no content", "HTTP/1.1 204 No Content\r\n\r\n", kMalformed),
            fault("an array", says("[]"), kMalformed),
            fault("deep nesting", says(std::string(100'000, '[')), kMalformed),
            fault("no choices", says(R"({"id":"x","choices":[]})"), kMalformed),
            fault("an error inside", says(R"({"error":{"message":"no capacity"}})"),
                  "502 upstream_refused"),
            fault("a stream", event_stream_head() + chunk("data: [DONE]\n\n") + "0\r\n\r\n",
                  kMalformed),
        });
  }

  TEST_CASE("a port where nobody listens is a 502 that says so") {
    std::uint16_t port = 0;
    const Descriptor held = bind_on_loopback(port);
    World world({.tail = "[[provider]]\nname = \"dead\"\nbase_url = \"http://127.0.0.1:" +
                         std::to_string(port) +
                         "/v1\"\nkeys = [{ env = \"ACME_KEY\" }]\nbreaker = { failures = 0 }\n" +
                         "[[provider.model]]\nid = \"model-a\"\n" +
                         "pricing = { prompt = \"0\", completion = \"0\" }\n"});
    for (const char* stream : {"false", "true"}) {
      const RawResponse answer = world.chat(R"({"model":"dead/model-a","messages":[],"stream":)" +
                                            std::string(stream) + "}");
      CHECK(answer.status == 502);
      CHECK(error_code_of(answer) == "upstream_connect");
      CHECK(error_source_of(answer) == "dead");
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    for (const Row& row : rows) {
      CHECK(row.at("outcome") == "error");
      CHECK(row.at("error_code") == "upstream_connect");
      CHECK(row.at("status") == "502");
      CHECK(row.at("first_byte_us") == "");
    }
  }

  TEST_CASE("interim answers are skipped, and an answer may last until the close") {
    World world;
    world.provider.plays(Script()
                             .send("HTTP/1.1 100 Continue\r\n\r\n")
                             .send("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
                             .send(json_answer(200, chat_body("a"))));
    CHECK(world.chat(chat_json(false)).status == 200);
    world.provider.plays(Script().send(raw_answer("", chat_body("b"))).close());
    const RawResponse closed = world.chat(chat_json(false));
    CHECK(closed.status == 200);
    CHECK(closed.complete);
    CHECK(closed.framing == BodyFraming::length);
  }

  TEST_CASE("headers of a provider's are its own affair") {
    World world;
    world.provider.plays(Script().send(
        json_answer(200, chat_body("a"),
                    "Set-Cookie: a=b\r\nAccess-Control-Allow-Origin: *\r\nServer: x\r\n"
                    "X-RateLimit-Remaining: 0\r\nContent-Security-Policy: x\r\n"
                    "X-Request-Id: theirs\r\nKeep-Alive: timeout=5\r\n")));
    const RawResponse answer = world.chat(chat_json(false));
    for (const char* name : {"set-cookie", "access-control-allow-origin", "server",
                             "x-ratelimit-remaining", "content-security-policy", "keep-alive"}) {
      CHECK(answer.field(name) == "");
    }
    CHECK(answer.field("x-request-id").starts_with("gen-"));
  }

  TEST_CASE("a connection is used again after a whole answer, error or not") {
    OneLoop one;
    one.world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    one.world.provider.plays(Script().send(json_answer(400, R"({"error":"x"})")));
    one.world.provider.plays(Script().send(json_answer(200, chat_body("b"))));
    CHECK(one.ask().status == 200);
    CHECK(one.ask().status == 400);
    CHECK(one.ask().status == 200);
    CHECK(one.world.provider.connections() == 1);
  }

  TEST_CASE("bytes behind an answer are nobody's: their connection is not used again") {
    OneLoop one;
    const std::string answer = json_answer(200, chat_body("mine"));
    const std::string poison = json_answer(200, chat_body("poison"));
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n" +
        chunk(chat_body("mine")) + std::string(kLastChunk);
    for (const std::string& bytes : {answer + poison, answer + "\r\n", chunked + poison, answer}) {
      one.world.provider.plays(Script().send(bytes));
    }
    for (int i = 0; i < 4; ++i) CHECK(one.ask().body.find("mine") != std::string::npos);
    CHECK(one.world.provider.connections() == 4);
  }

  TEST_CASE("bytes that come while a connection is idle end it") {
    OneLoop one;
    Gate answered, poisoned;
    one.world.provider.plays(Script()
                                 .send(json_answer(200, chat_body("mine")))
                                 .wait(answered)
                                 .send(json_answer(200, chat_body("poison")))
                                 .reach(poisoned));
    one.world.provider.plays(Script().send(json_answer(200, chat_body("mine"))));
    CHECK(one.ask().status == 200);
    answered.open();
    REQUIRE(poisoned.wait());
    CHECK(one.ask().body.find("mine") != std::string::npos);
    CHECK(one.world.provider.connections() == 2);
  }

  TEST_CASE("a connection from the pool that dies under a request is replaced, once") {
    OneLoop one;
    FakeProvider& provider = one.world.provider;
    provider.plays(Script().send(json_answer(200, chat_body("a"))));
    provider.plays(Script().close());
    provider.plays(Script().send(json_answer(200, chat_body("b"))));
    CHECK(one.ask().status == 200);
    CHECK(one.ask().body.find("\"b\"") != std::string::npos);
    CHECK(provider.requests().size() == 3);
    CHECK(provider.connections() == 2);

    provider.plays(Script().reset());
    provider.plays(Script().reset());
    CHECK(one.ask().status == 502);
    CHECK(provider.requests().size() == 5);
    const std::vector<Row> rows = one.world.stop_and_read_rows();
    REQUIRE(rows.size() == 3);
    for (const Row& row : rows) CHECK(row.at("attempt") == "1");
    CHECK(rows[1].at("outcome") == "ok");
    CHECK(rows[2].at("error_code") == "upstream_truncated");
  }

  TEST_CASE("a provider has no more requests at once than allowed") {
    World world({.provider = "limits = { concurrency = 1 }"});
    Gate asked, finish;
    world.provider.plays(
        Script().reach(asked).wait(finish).send(json_answer(200, chat_body("first"))));
    RawClient first(world.daemon.port());
    first.send(world.chat_request(chat_json(false)));
    REQUIRE(asked.wait());
    const RawResponse refused = world.chat(chat_json(false));
    CHECK(refused.status == 503);
    CHECK(error_code_of(refused) == "overloaded");
    CHECK(refused.field("retry-after") == "1");
    finish.open();
    CHECK(first.read_response().status == 200);
    CHECK(world.is_well());
    CHECK(world.provider.requests().size() == 2);
  }
}

}  // namespace arouter::test
