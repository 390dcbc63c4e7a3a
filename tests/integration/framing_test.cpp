// Requests that break HTTP: refused however they are cut, and nothing of them reaches a provider.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

/// What a client saw of its one connection: the answers by status and code, and how it ended.
std::string watch(RawClient& client) {
  std::string seen;
  for (;;) {
    const RawResponse answer = client.read_response();
    if (answer.status <= 0) break;
    seen += std::to_string(answer.status) + " ";
    if (answer.status >= 400) seen += error_code_of(answer) + " ";
  }
  switch (client.read_ending()) {
    case ReadEnd::fin:
      return seen + "FIN";
    case ReadEnd::reset:
      return seen + "RST";
    default:
      return seen + "timeout";
  }
}

std::string send_whole(std::uint16_t port, const std::string& bytes) {
  RawClient client(port);
  client.send(bytes);
  return watch(client);
}

std::string send_byte_by_byte(std::uint16_t port, const std::string& bytes) {
  RawClient client(port);
  std::vector<std::string> pieces;
  for (const char byte : bytes) pieces.emplace_back(1, byte);
  client.send_pieces(pieces);  // breaks off when the daemon has hung up: its answer is still there
  return watch(client);
}

/// A request of the caller's making: HOST and KEY stand for the right lines.
std::string filled(const World& world, std::string text) {
  const auto put = [&text](std::string_view mark, const std::string& line) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, mark.size(), line);
    }
  };
  put("HOST", "Host: 127.0.0.1:" + std::to_string(world.daemon.port()) + "\r\n");
  put("KEY",
      "Authorization: Bearer " + world.daemon.key() + "\r\nContent-Type: application/json\r\n");
  return text;
}

struct Case {
  std::string bytes;
  std::string expected;
};

/// Every case ends its connection after one answer, whole or byte by byte.
void check_refused(World& world, const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    const std::string bytes = filled(world, each.bytes);
    CAPTURE(each.bytes.substr(0, 300));
    const std::string whole = send_whole(world.daemon.port(), bytes);
    CHECK(whole == each.expected + " FIN");
    if (bytes.size() > 4'096) continue;
    CHECK(send_byte_by_byte(world.daemon.port(), bytes) == whole);
  }
  CHECK(world.provider.connections() == 0);
  CHECK(world.is_well());
  CHECK(world.stop_and_read_rows().size() == 1);
}

/// A chat whose framing lines and body are the case.
std::string chat_with(const std::string& fields, const std::string& body = "{}") {
  return "POST /v1/chat/completions HTTP/1.1\r\nHOSTKEY" + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) {
  return chat_with("Transfer-Encoding: chunked\r\n", body);
}

std::string get_with(const std::string& fields) {
  return "GET /v1/models HTTP/1.1\r\nHOSTKEY" + fields + "\r\n";
}

const std::string kBad = "400 bad_framing";
const std::string kInvalid = "400 bad_request";

}  // namespace

TEST_SUITE("framing") {
  TEST_CASE("two answers to where a body ends are none") {
    World world;
    const std::string smuggled =
        "0\r\n\r\nPOST /v1/chat/completions HTTP/1.1\r\nHOSTKEY"
        "Content-Length: 2\r\n\r\n{}";
    check_refused(
        world,
        {
            {chat_with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", smuggled), kBad},
            {chat_with("Transfer-Encoding: chunked\r\nContent-Length: 6\r\n", smuggled), kBad},
            {chat_with("Content-Length: 2\r\nContent-Length: 3\r\n"), kBad},
            {chat_with("Content-Length: 2\r\nContent-Length: 2\r\n"), kBad},
            {chat_with("Content-Length: 2, 2\r\n"), kBad},
            {chat_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
             kBad},
        });
  }

  TEST_CASE("a length is digits, a coding is 'chunked'") {
    World world;
    std::vector<Case> cases;
    for (const char* length : {"+2", "-1", "0x2", "1_0", "2 3", "\xef\xbc\x92", "1e1", "", " ", ",",
                               "9223372036854775808", "18446744073709551616",
                               "18446744073709551621", "100000000000000000000000000002"}) {
      cases.push_back({chat_with("Content-Length: " + std::string(length) + "\r\n"), kBad});
    }
    for (const char* coding : {"xchunked", "identity", "gzip", "gzip, chunked"}) {
      cases.push_back({chat_with("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n"),
                       "501 not_implemented"});
    }
    for (const char* coding : {",chunked", "chunked,", "chunked, chunked", "chunked;q=1",
                               "\xa0"
                               "chunked",
                               "chunked\x85"}) {
      cases.push_back(
          {chat_with("Transfer-Encoding: " + std::string(coding) + "\r\n", "0\r\n\r\n"), kBad});
    }
    cases.push_back({chat_with("Transfer-Encoding: \vchunked\r\n"), kInvalid});
    cases.push_back({chat_with("Content-Length : 2\r\n"), kInvalid});
    cases.push_back({chat_with("Transfer-Encoding\t: chunked\r\n"), kInvalid});
    cases.push_back(
        {"POST /v1/chat/completions HTTP/1.0\r\nHOSTKEYTransfer-Encoding: chunked\r\n"
         "\r\n0\r\n\r\n",
         kBad});
    check_refused(world, cases);
  }

  TEST_CASE("chunks are strict") {
    World world;
    std::vector<Case> cases;
    for (const char* body :
         {"0x2\r\n{}\r\n", "+2\r\n{}\r\n", "-2\r\n{}\r\n", " 2\r\n{}\r\n", "2 \r\n{}\r\n",
          "2_0\r\n", "\r\n", "g\r\n", "00000000000000002\r\n", "2\n{}", "2\rx", "2\r\n{}0",
          "2\r\n{}XX", "2;a\nb\r\n", "2;a=\"\r\n", "2;\r\n{}\r\n",
          "2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n", "2\r\n{}\r\n0\r\n folded: x\r\n\r\n"}) {
      cases.push_back({chunked(body), kBad});
    }
    cases.push_back({chunked("2;" + std::string(257, 'x') + "\r\n{}\r\n"), kBad});
    check_refused(world, cases);
  }

  TEST_CASE("header lines are strict") {
    World world;
    std::vector<Case> cases{
        {get_with("A: b\r\n c\r\n"), kInvalid},
        {get_with("A: b\nC: d\r\n"), kInvalid},
        {get_with("A: b\rC: d\r\n"), kInvalid},
        {get_with(std::string("A: b\0c\r\n", 8)), kInvalid},
        {get_with("A: b\x7f\r\n"), kInvalid},
        {get_with("A: \x01\r\n"), kInvalid},
        {get_with(": b\r\n"), kInvalid},
        {get_with("A\r\n"), kInvalid},
        {get_with("A B: c\r\n"), kInvalid},
        {get_with("A\xc3\xa9: c\r\n"), kInvalid},
        {"GET /v1/models HTTP/1.1\r\n A: b\r\nHOST\r\n", kInvalid},
        {"GET /v1/models HTTP/1.1\nHost: x\n\n", kInvalid},
        {"GET /v1/models HTTP/1.1\rHost: x\r\r", kInvalid},
        {get_with("Expect: 200-ok\r\n"), "417 expectation_failed"},
        {get_with("Content-Length: 2\r\n") + "{}", kBad},
    };
    check_refused(world, cases);
  }

  TEST_CASE("request lines are strict") {
    World world;
    const auto line = [](const std::string& text) { return Case{text + "\r\nHOST\r\n", kInvalid}; };
    std::vector<Case> cases{
        line("GET  /v1/models HTTP/1.1"),
        line("GET\t/v1/models HTTP/1.1"),
        line("GET /v1/models HTTP/1.1 "),
        line("GET /v1/mod els HTTP/1.1"),
        line("GET /v1/models"),
        line("get /v1/models HTTP/1.1"),
        line("G=\":\" /v1/models HTTP/1.1"),
        line("GET * HTTP/1.1"),
        line("GET http://127.0.0.1/v1/models HTTP/1.1"),
        line("GET /v1/models http/1.1"),
        line("GET /v1/models HTTP/01.1"),
        line("\x16\x03\x01\x02\x01"),
    };
    const std::string version = "505 version_not_supported";
    cases.push_back({"GET /v1/models HTTP/1.9\r\nHOST\r\n", version});
    cases.push_back({"GET /v1/models HTTP/1.32\r\nHOST\r\n", version});
    cases.push_back({"GET /v1/models HTTP/2.0\r\nHOST\r\n", version});
    cases.push_back({"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", version});
    cases.push_back({"CONNECT x:1 HTTP/1.1\r\nHOST\r\n", "405 method_not_allowed"});
    cases.push_back({"TRACE / HTTP/1.1\r\nHOST\r\n", "405 method_not_allowed"});
    cases.push_back({"\r\n\r\nGET /v1/models HTTP/1.1\r\nHOST\r\n", kInvalid});
    check_refused(world, cases);
  }

  TEST_CASE("Host is there once and well-formed") {
    World world;
    const std::string start = "GET /v1/models HTTP/1.1\r\n";
    std::vector<Case> cases{{start + "KEY\r\n", "400 bad_host"},
                            {start + "HOSTHOSTKEY\r\n", "400 bad_host"}};
    for (const char* host : {"", "a@b", "a/b", "a,b", "a b", "a:0", "a:99999", "a:", "[::1"}) {
      cases.push_back({start + "Host: " + host + "\r\nKEY\r\n", "400 bad_host"});
    }
    check_refused(world, cases);
  }

  TEST_CASE("heads have an end") {
    World world;
    std::string many;
    for (int i = 0; i < 101; ++i) many += "A" + std::to_string(i) + ": b\r\n";
    check_refused(
        world,
        {
            {"GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHOST\r\n", "414 uri_too_long"},
            {"GET /" + std::string(60'000, 'x'), "414 uri_too_long"},
            {get_with("A: " + std::string(17'000, 'b') + "\r\n"), "431 headers_too_large"},
            {get_with("A: " + std::string(60'000, 'b')), "431 headers_too_large"},
            {get_with(many), "431 headers_too_large"},
            {get_with("A: " + std::string(15'000, 'b') + "\r\nB: " + std::string(15'000, 'b') +
                      "\r\nC: " + std::string(15'000, 'b') + "\r\n"),
             "431 headers_too_large"},
        });
  }

  TEST_CASE(
      "a head or a body that never comes ends after its time, with an answer where it began") {
    World world({.server = "header_ms = 100\nbody_ms = 100"});
    const std::uint16_t port = world.daemon.port();
    const std::string slow = "408 request_timeout FIN";
    CHECK(send_whole(port, "GET /v1/models HT") == slow);
    CHECK(send_whole(port, filled(world, chat_with("Content-Length: 9\r\n"))) == slow);
    CHECK(send_whole(port, filled(world, chunked("2\r\n{}\r\n"))) == slow);
    CHECK(send_whole(port, "") == "FIN");
    CHECK(world.provider.connections() == 0);
  }

  TEST_CASE("a length with zeros in front is a length, and a blank line before a request is none") {
    World world;
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    const std::string body = chat_json(false);
    RawClient client(world.daemon.port());
    const std::string length = "Content-Length: 000" + std::to_string(body.size()) + "\r\n";
    client.send(filled(world, chat_with(length, body)));
    CHECK(client.read_response().status == 200);
    client.send("\r\n" + filled(world, chunked(chunk(body) + "0\r\nTrailer: x\r\n\r\n")));
    CHECK(client.read_response().status == 200);
    client.send(filled(world, get_with("Upgrade: websocket\r\nConnection: Upgrade\r\n")));
    CHECK(client.read_response().status == 200);
    CHECK(world.provider.requests().at(0).field("content-length") ==
          std::to_string(body.size() - std::string("acme/").size()));
    CHECK(world.provider.requests().at(1).body == world.provider.requests().at(0).body);
  }

  TEST_CASE("requests behind one another are answered in order, up to the first bad one") {
    World world;
    world.provider.plays(Script().send(json_answer(200, chat_body("one"))));
    world.provider.plays(Script().send(json_answer(200, chat_body("two"))));
    const std::string request = world.chat_request(chat_json(false));
    RawClient client(world.daemon.port());
    client.send(request + request + filled(world, get_with("")) + "BAD\r\n\r\n" + request);
    CHECK(client.read_response().body.find("one") != std::string::npos);
    CHECK(client.read_response().body.find("two") != std::string::npos);
    CHECK(client.read_response().status == 200);
    CHECK(client.read_response().status == 400);
    CHECK(client.read_ending() == ReadEnd::fin);
    CHECK(client.leftover() == "");
    CHECK(world.provider.requests().size() == 2);
  }

  TEST_CASE("a client that asks first is told to go on, or refused at once") {
    World world;
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    const std::string body = chat_json(false);
    const std::string expect =
        "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    RawClient client(world.daemon.port());
    client.send(filled(world, chat_with(expect, "")));
    CHECK(client.read_response().status == 100);
    client.send(body);
    CHECK(client.read_response().status == 200);

    RawClient refused(world.daemon.port());
    refused.send(filled(world,
                        "POST /v1/chat/completions HTTP/1.1\r\nHOSTContent-Type: "
                        "application/json\r\n" +
                            expect + "\r\n"));
    CHECK(refused.read_response().status == 401);
    refused.send(
        world.chat_request(body));  // as a body it is nobody's, as a request a smuggled one
    CHECK(refused.read_ending() == ReadEnd::fin);
    CHECK(refused.leftover() == "");
    CHECK(world.provider.requests().size() == 1);
  }
}

}  // namespace arouter::test
