#include "daemon/edge/guard.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace arouter::daemon {

namespace {

constexpr std::uint16_t kPort = 18080;

RequestHead head_of(std::string_view host, const std::vector<HeaderField>& fields = {}) {
  RequestHead head;
  head.host = host;
  for (const HeaderField& field : fields) head.fields.add(field);
  return head;
}

/// The code of the refusal, "" when the caller may go on.
std::string refusal_of(const RequestHead& head, const ServerConfig& server = {},
                       std::uint16_t port = kPort) {
  const Result<void> checked = check_caller(head, server, port);
  if (checked) return "";
  const Error error = checked.error();
  CHECK(http_status(error) == 403);
  CHECK(error_type(http_status(error)) == "forbidden_error");
  return std::string(error_code(error));
}

std::string refusal_of_host(std::string_view host, std::uint16_t port = kPort) {
  return refusal_of(head_of(host), {}, port);
}

}  // namespace

TEST_SUITE("guard") {
  TEST_CASE("the names of this machine are served on their own port, whatever their case") {
    for (const std::string host :
         {"localhost:18080", "LocalHost:18080", "127.0.0.1:18080", "[::1]:18080"}) {
      CAPTURE(host);
      CHECK(refusal_of_host(host) == "");
    }
  }

  TEST_CASE("names without a port are those of port 80") {
    for (const std::string host : {"localhost", "127.0.0.1", "[::1]"}) {
      CAPTURE(host);
      CHECK(refusal_of_host(host) == "host_forbidden");
      CHECK(refusal_of_host(host, 80) == "");
      CHECK(refusal_of_host(host + ":80", 80) == "");
    }
  }

  TEST_CASE("nothing that only looks like this machine is served") {
    for (const std::string host : {"r.attacker.example:18080",
                                   "0.0.0.0:18080",
                                   "localhost.attacker.example:18080",
                                   "127.0.0.1.nip.io:18080",
                                   "[::ffff:127.0.0.1]:18080",
                                   "2130706433:18080",
                                   "0x7f.1:18080",
                                   "127.1:18080",
                                   "127.0.0.2:18080",
                                   "localhost.:18080",
                                   "localhost:18081",
                                   "localhost:1808",
                                   "localhost:180800",
                                   "localhost:018080",
                                   "localhost:+18080",
                                   "localhost:",
                                   "localhost: 18080",
                                   "localhost:18080 ",
                                   "xlocalhost:18080",
                                   "::1:18080",
                                   "[::]:18080",
                                   "[0:0:0:0:0:0:0:1]:18080",
                                   "localhost:18080:18080",
                                   ":18080",
                                   "l",
                                   "localhost:18080.attacker.example",
                                   "user@localhost:18080"}) {
      CAPTURE(host);
      CHECK(refusal_of_host(host) == "host_forbidden");
    }
  }

  TEST_CASE("hosts of the configuration are served as written, or on our port") {
    ServerConfig server;
    server.allowed_hosts = {"router.lan", "proxy.lan:8443"};
    for (const std::string host :
         {"router.lan", "Router.LAN:18080", "proxy.lan:8443", "localhost:18080"}) {
      CAPTURE(host);
      CHECK(refusal_of(head_of(host), server) == "");
    }
    for (const std::string host : {"router.lan:8443", "proxy.lan", "proxy.lan:18080",
                                   "x.router.lan", "router.lan.x", "router.lan:"}) {
      CAPTURE(host);
      CHECK(refusal_of(head_of(host), server) == "host_forbidden");
    }
  }

  TEST_CASE("HTTP/1.0 may leave Host out") {
    CHECK(refusal_of_host("") == "");
  }

  TEST_CASE("no web page may call unless its Origin is listed, exactly") {
    ServerConfig server;
    server.allowed_origins = {"https://app.example", "http://localhost:3000"};
    for (const std::string origin : {"https://app.example", "http://localhost:3000"}) {
      CAPTURE(origin);
      const RequestHead head = head_of("localhost:18080", {{"ORIGIN", origin}});
      CHECK(refusal_of(head, server) == "");
      CHECK(allowed_origin(head, server) == origin);
      CHECK(refusal_of(head) == "origin_forbidden");
      CHECK(allowed_origin(head, {}) == "");
    }
    for (const std::string origin :
         {"null", "", "https://app.example.attacker.example", "http://app.example",
          "https://app.example:443", "https://APP.example", "chrome-extension://x",
          "https://app.example/", "https://x.app.example", "http://localhost:18080", "*"}) {
      CAPTURE(origin);
      const RequestHead head = head_of("localhost:18080", {{"Origin", origin}});
      CHECK(refusal_of(head, server) == "origin_forbidden");
      CHECK(allowed_origin(head, server) == "");
    }
    CHECK(allowed_origin(head_of("localhost:18080"), server) == "");
  }

  TEST_CASE("a matching Origin does not excuse a wrong Host") {
    ServerConfig server;
    server.allowed_origins = {"http://r.attacker.example:18080"};
    CHECK(refusal_of(
              head_of("r.attacker.example:18080", {{"Origin", "http://r.attacker.example:18080"}}),
              server) == "host_forbidden");
  }

  TEST_CASE("what a page loads without an Origin is refused unless it is our own") {
    for (const std::string site : {"cross-site", "same-site", "Same-Origin", "", "x"}) {
      CAPTURE(site);
      CHECK(refusal_of(head_of("localhost:18080", {{"Sec-Fetch-Site", site}})) ==
            "origin_forbidden");
    }
    for (const std::string site : {"same-origin", "none"}) {
      CAPTURE(site);
      CHECK(refusal_of(head_of("localhost:18080", {{"sec-fetch-site", site}})) == "");
    }
  }

  TEST_CASE("a listed Origin may call from its own site") {
    ServerConfig server;
    server.allowed_origins = {"https://app.example"};
    CHECK(refusal_of(head_of("localhost:18080",
                             {{"Origin", "https://app.example"}, {"Sec-Fetch-Site", "cross-site"}}),
                     server) == "");
  }
}

}  // namespace arouter::daemon
