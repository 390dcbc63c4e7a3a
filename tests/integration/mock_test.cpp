// `arouter mock` over real sockets: what any client may do to it, and that it passes its own
// validation.
#include <doctest/doctest.h>

#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/mock/mock.hpp"
#include "cli/validate/runner.hpp"
#include "shared/validate/report.hpp"
#include "tests/integration/answers.hpp"
#include "tests/integration/raw_client.hpp"
#include "tests/places.hpp"

namespace arouter::test {

namespace {

using std::chrono::milliseconds;
using Json = nlohmann::json;

constexpr std::string_view kChat = "/v1/chat/completions";
constexpr std::string_view kKey = "mock-key-0123456789";

MockOptions on_free_port() {
  MockOptions options;
  options.listen = "127.0.0.1:0";
  return options;
}

struct Mock {
  explicit Mock(const MockOptions& options = on_free_port())
      : server(std::move(*MockServer::start(options))), port(server->port()) {}
  RawResponse chat(std::string_view body, std::string_view fields = {}) const {
    return call(port, post(port, kChat, "", body, fields));
  }

  std::unique_ptr<MockServer> server;
  std::uint16_t port;
};

std::string chat_of(std::string_view more = {}) {
  return R"({"model":"demo-small","messages":[{"role":"user","content":"hello"}])" +
         std::string(more) + "}";
}

std::string content_of(const RawResponse& response) {
  return Json::parse(response.body)["choices"][0]["message"]["content"];
}

std::size_t events_in(const std::string& body) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = body.find("data: ", at)) != std::string::npos; ++at) ++count;
  return count;
}

validate::Report validated(const MockServer& server, std::string_view key) {
  std::string fault;
  const validate::TlsSettings tls("", false, fault);
  validate::RunSettings run;
  const std::string host = "127.0.0.1";
  run.exchange.address = {false, host, server.port(), host + ":" + std::to_string(server.port()),
                          "/v1"};
  run.exchange.base_url = server.base_url();
  run.exchange.key = Secret(std::string(key));
  run.exchange.nonce = "0123abcd";
  run.exchange.timeout = milliseconds(20'000);
  run.exchange.run_deadline = validate::Clock::now() + milliseconds(80'000);
  run.model = "demo-small";
  run.no_auth = key.empty();
  return validate::make_report(validate::run_probes(std::move(run), tls), key);
}

/// Exit code of `arouter mock` with these arguments; it must end by itself.
int run_program(const std::string& arguments) {
  const std::string command = binary_path() + " mock " + arguments + " 2>&1";
  return WEXITSTATUS(std::system(command.c_str()));
}

/// Exit code of `arouter mock` that is signalled as soon as it has told that it listens.
int signalled_program(int number) {
  const std::string command = "echo $$; exec " + binary_path() + " mock --listen 127.0.0.1:0";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  int pid = 0;
  char line[200];
  REQUIRE(std::fscanf(pipe, "%d\n", &pid) == 1);
  REQUIRE(std::fgets(line, sizeof line, pipe) != nullptr);
  CHECK(std::string(line).starts_with("Mock provider at http://127.0.0.1:"));
  ::kill(pid, number);
  return WEXITSTATUS(::pclose(pipe));
}

}  // namespace

TEST_SUITE("mock") {
  TEST_CASE("the mock passes every rule of validate") {
    MockOptions options = on_free_port();
    SUBCASE("with a key") {
      options.keys.emplace_back(std::string(kKey));
    }
    SUBCASE("without a key") {}
    SUBCASE("with long answers at a pace") {
      options.tokens = 120;
      options.chunk_delay = milliseconds(1);
    }
    const Mock mock(options);
    const validate::Report report = validated(*mock.server, options.keys.empty() ? "" : kKey);
    for (const validate::Finding& finding : report.findings) {
      CAPTURE(finding.rule->id);
      CAPTURE(finding.message);
      CHECK(finding.outcome != validate::Outcome::fail);
      CHECK(finding.outcome != validate::Outcome::warn);
      CHECK(finding.outcome != validate::Outcome::info);
    }
    CHECK(validate::verdict_name(report.verdict) == "ready");
  }

  TEST_CASE("the same question has the same answer, plain and streamed") {
    const Mock mock;
    const RawResponse first = mock.chat(chat_of()), second = mock.chat(chat_of());
    REQUIRE(first.status == 200);
    CHECK(content_of(first) == content_of(second));
    CHECK(first.field("x-request-id") != second.field("x-request-id"));
    const RawResponse streamed = mock.chat(chat_of(R"(,"stream":true)"));
    CHECK(streamed.complete);
    CHECK(streamed.field("content-type") == "text/event-stream; charset=utf-8");
    std::string text;
    for (std::size_t at = 0; (at = streamed.body.find("data: {", at)) != std::string::npos; ++at) {
      const std::size_t end = streamed.body.find('\n', at);
      const Json event = Json::parse(streamed.body.substr(at + 6, end - at - 6));
      text += event["choices"][0]["delta"].value("content", std::string());
    }
    CHECK(text == content_of(first));
  }

  TEST_CASE("every event of a stream is a chunk of its own, at a pace or not") {
    MockOptions options = on_free_port();
    SUBCASE("at once") {}
    SUBCASE("paced") {
      options.chunk_delay = milliseconds(1);
    }
    const Mock mock(options);
    RawClient client(mock.port);
    client.send(post(mock.port, kChat, "", chat_of(R"(,"stream":true)"), "Connection: close\r\n"));
    CHECK(client.read_ending() == ReadEnd::fin);
    const std::string& wire = client.leftover();
    std::size_t at = wire.find("\r\n\r\n") + 4, chunks = 0;
    for (;; ++chunks) {
      const std::size_t size = std::stoul(wire.substr(at), nullptr, 16);
      at = wire.find("\r\n", at) + 2;
      if (size == 0) break;
      REQUIRE(wire.substr(at, 6) == "data: ");
      REQUIRE(wire.substr(at + size - 2, 4) == "\n\n\r\n");
      at += size + 2;
    }
    CHECK(chunks == 16 + 3);
    CHECK(wire.substr(at) == "\r\n");
  }

  TEST_CASE("requests in one write are answered in order, streams among them") {
    const Mock mock;
    RawClient client(mock.port);
    const std::string two = R"({"model":"demo-large","messages":[{"role":"user","content":"b"}]})";
    client.send(post(mock.port, kChat, "", chat_of()) +
                post(mock.port, kChat, "", chat_of(R"(,"stream":true)")) +
                get(mock.port, "/v1/models", "") + post(mock.port, kChat, "", two));
    CHECK(Json::parse(client.read_response().body)["model"] == "demo-small");
    CHECK(events_in(client.read_response().body) == 19);
    CHECK(Json::parse(client.read_response().body)["object"] == "list");
    CHECK(Json::parse(client.read_response().body)["model"] == "demo-large");
  }

  TEST_CASE("a request may come byte by byte, in chunks, or wait for 100 Continue") {
    const Mock mock;
    RawClient client(mock.port);
    for (const char byte : post(mock.port, kChat, "", chat_of())) {
      client.send(std::string_view(&byte, 1));
    }
    CHECK(client.read_response().status == 200);
    const std::string head =
        "POST " + std::string(kChat) + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    const std::string body = chat_of();
    client.send(head + "Transfer-Encoding: chunked\r\n\r\n5\r\n" + body.substr(0, 5) + "\r\n");
    client.send("400;x=y\r\n" + body.substr(5) + std::string(0x400 - body.size() + 5, ' ') +
                "\r\n0\r\n\r\n" + get(mock.port, "/v1/models", ""));
    CHECK(client.read_response().status == 200);
    CHECK(client.read_response().status == 200);
    client.send(head + "Expect: 100-continue\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n");
    CHECK(client.read_response().status == 100);
    client.send(body);
    CHECK(client.read_response().status == 200);
  }

  TEST_CASE("bad requests get the right status and an error object") {
    const Mock mock;
    const auto status = [&](const std::string& request, std::string_view code) {
      const RawResponse response = call(mock.port, request);
      CAPTURE(request);
      CHECK(error_code_of(response) == code);
      CHECK(error_of(response)["message"] != "");
      return response.status;
    };
    const auto chat = [&](std::string_view body) { return post(mock.port, kChat, "", body); };
    CHECK(status(chat("{"), "invalid_json") == 400);
    CHECK(status(chat(R"({"model":"demo-small"})"), "invalid_request") == 400);
    CHECK(status(chat(R"({"model":"gone","messages":[{"role":"user","content":""}]})"),
                 "model_not_found") == 404);
    CHECK(status(post(mock.port, "/v1/nowhere", "", "{}"), "not_found") == 404);
    CHECK(status(get(mock.port, "/", ""), "not_found") == 404);
    CHECK(status(get(mock.port, "/v1/models/gone", ""), "model_not_found") == 404);
    CHECK(status(get(mock.port, "/v1/models/%zz", ""), "invalid_request") == 400);
    CHECK(status(get(mock.port, kChat, ""), "method_not_allowed") == 405);
    CHECK(status(post(mock.port, "/v1/models", "", "{}"), "method_not_allowed") == 405);
    CHECK(status("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
                 "Content-Length: 2\r\n\r\n{}",
                 "unsupported_media_type") == 415);
    CHECK(status("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
                 "Content-Length: 33554433\r\n\r\n",
                 "body_too_large") == 413);
    CHECK(status("nonsense\r\n\r\n", "bad_request") == 400);
    CHECK(status("GET /v1/models HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'x'),
                 "headers_too_large") == 431);
  }

  TEST_CASE("HEAD and OPTIONS are answered without a body") {
    const Mock mock;
    RawClient client(mock.port);
    client.send("HEAD /v1/models HTTP/1.1\r\nHost: x\r\n\r\n");
    const RawResponse head = client.read_response(true);
    CHECK(head.status == 200);
    CHECK(head.field("content-length") != "0");
    client.send("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n");
    const RawResponse options = client.read_response();
    CHECK(options.status == 204);
    CHECK(options.field("allow") == "POST, OPTIONS");
    client.send(get(mock.port, "/v1/models/demo%2Dlarge", ""));
    CHECK(Json::parse(client.read_response().body)["id"] == "demo-large");
  }

  TEST_CASE("a key is asked for when there is one, and any of several will do") {
    MockOptions options = on_free_port();
    options.keys.emplace_back(std::string(kKey));
    options.keys.emplace_back("another");
    const Mock mock(options);
    const auto with = [&](std::string_view key) {
      return call(mock.port, post(mock.port, kChat, key, chat_of()));
    };
    CHECK(with(kKey).status == 200);
    CHECK(with("another").status == 200);
    const RawResponse wrong = with("wrong-key-9876");
    CHECK(wrong.status == 401);
    CHECK(error_code_of(wrong) == "invalid_api_key");
    CHECK(wrong.field("www-authenticate") == "Bearer");
    CHECK(wrong.body.find("9876") == std::string::npos);
    CHECK(with("").status == 401);
    CHECK(call(mock.port, get(mock.port, "/v1/models", "")).status == 401);
  }

  TEST_CASE("planned failures come as often as asked, the same for the same seed") {
    MockOptions options = on_free_port();
    options.fail_rate = 0.3;
    options.fail_status = 503;
    std::string runs[2];
    for (std::string& run : runs) {
      const Mock mock(options);
      RawClient client(mock.port);
      for (int i = 0; i < 200; ++i) {
        client.send(post(mock.port, kChat, "", chat_of()));
        const RawResponse response = client.read_response();
        run += response.status == 200 ? '.' : 'x';
        if (response.status != 200) REQUIRE(response.status == 503);
      }
    }
    CHECK(runs[0] == runs[1]);
    const auto failures = std::count(runs[0].begin(), runs[0].end(), 'x');
    CHECK(failures > 30);
    CHECK(failures < 90);
  }

  TEST_CASE("a planned status is answered by every model call, 429 says when to come back") {
    MockOptions options = on_free_port();
    options.status = 429;
    const Mock mock(options);
    const RawResponse response = mock.chat(chat_of(R"(,"stream":true)"));
    CHECK(response.status == 429);
    CHECK(response.field("retry-after") == "1");
    CHECK(error_code_of(response) == "rate_limit_exceeded");
    CHECK(call(mock.port, get(mock.port, "/v1/models", "")).status == 200);
  }

  TEST_CASE("latency comes before the first byte, chunk delay between two events") {
    MockOptions options = on_free_port();
    options.latency = milliseconds(30);
    options.chunk_delay = milliseconds(5);
    options.tokens = 4;
    const Mock mock(options);
    RawClient client(mock.port);
    const auto start = std::chrono::steady_clock::now();
    client.send(post(mock.port, kChat, "", chat_of(R"(,"stream":true)")));
    client.read_head();
    CHECK(std::chrono::steady_clock::now() - start >= milliseconds(30));
    CHECK(events_in(client.read_rest().body) == 4 + 3);
    CHECK(std::chrono::steady_clock::now() - start >= milliseconds(30 + 6 * 5));
  }

  TEST_CASE("many paced streams run side by side, and none loses an event") {
    MockOptions options = on_free_port();
    options.chunk_delay = milliseconds(2);
    options.tokens = 50;
    const Mock mock(options);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 200; ++i) {
      clients.push_back(std::make_unique<RawClient>(mock.port));
      clients.back()->send(post(mock.port, kChat, "", chat_of(R"(,"stream":true)")));
    }
    for (const auto& client : clients) {
      const RawResponse response = client->read_response();
      REQUIRE(response.complete);
      REQUIRE(events_in(response.body) == 53);
    }
  }

  TEST_CASE("a client that reads slowly gets a long stream whole") {
    MockOptions options = on_free_port();
    options.tokens = 40'000;
    const Mock mock(options);
    RawClient client(mock.port);
    client.send(post(mock.port, kChat, "", chat_of(R"(,"stream":true)")));
    client.read_head();
    CHECK(mock.chat(chat_of(R"(,"max_tokens":1)")).status == 200);  // others are served meanwhile
    const RawResponse& response = client.read_rest();
    CHECK(response.complete);
    CHECK(events_in(response.body) == 40'003);
  }

  TEST_CASE("clients that leave in the middle do no harm") {
    MockOptions options = on_free_port();
    options.chunk_delay = milliseconds(1);
    const Mock mock(options);
    for (int i = 0; i < 20; ++i) {
      RawClient gone(mock.port), half(mock.port);
      gone.send(post(mock.port, kChat, "", chat_of(R"(,"stream":true)")));
      gone.read_head();
      gone.reset();
      half.send("POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Le");
    }
    RawClient closing(mock.port);
    closing.send(post(mock.port, kChat, "", chat_of()));
    closing.half_close();  // an answer is still owed
    CHECK(closing.read_response().status == 200);
    CHECK(closing.read_ending() == ReadEnd::fin);
  }

  TEST_CASE("HTTP/1.0 is answered without the chunked coding, and closed unless asked otherwise") {
    const Mock mock;
    const std::string head = "POST /v1/chat/completions HTTP/1.0\r\n";
    const auto request = [&](std::string_view fields, const std::string& body) {
      return head + std::string(fields) + "Content-Length: " + std::to_string(body.size()) +
             "\r\n\r\n" + body;
    };
    RawClient client(mock.port);
    client.send(request("Connection: keep-alive\r\n", chat_of()));
    CHECK(client.read_response().field("connection") == "keep-alive");
    client.send(request("Connection: keep-alive\r\n", chat_of(R"(,"stream":true)")));
    const RawResponse streamed = client.read_response();
    CHECK(streamed.framing == BodyFraming::until_close);
    CHECK(events_in(streamed.body) == 19);
  }

  TEST_CASE("it listens where it is told, or says why not") {
    const Mock mock;
    CHECK(mock.server->base_url() == "http://127.0.0.1:" + std::to_string(mock.port) + "/v1");
    MockOptions taken;
    taken.listen = "127.0.0.1:" + std::to_string(mock.port);
    const auto second = MockServer::start(taken);
    REQUIRE(second.has_error());
    CHECK(second.error().message ==
          "cannot listen on " + taken.listen + ": Address already in use");
    CHECK(run_program("--listen " + taken.listen) == 1);
    CHECK(run_program("--listen nonsense") == 2);
    CHECK(run_program("--key-env NO_SUCH_VARIABLE") == 2);
    CHECK(run_program("--fail-rate 2") == 2);
    CHECK(run_program("--help > /dev/null") == 0);
  }

  TEST_CASE("the program ends at SIGTERM and at Ctrl-C") {
    CHECK(signalled_program(SIGTERM) == 0);
    CHECK(signalled_program(SIGINT) == 130);
  }

  TEST_CASE("stopping ends the wait and every connection") {
    Mock mock;
    RawClient client(mock.port);
    client.send(get(mock.port, "/v1/models", ""));
    CHECK(client.read_response().status == 200);
    mock.server->stop();
    mock.server->wait();
    CHECK(client.read_ending() == ReadEnd::fin);
  }
}

}  // namespace arouter::test
