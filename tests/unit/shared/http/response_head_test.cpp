#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "shared/http/head.hpp"

namespace arouter {

namespace {

using namespace std::string_literals;

constexpr HeadLimits kLimits{.request_line = 8 * 1024, .field = 16 * 1024, .head = 64 * 1024};

struct Read {
  Result<bool> result{false};
  ResponseHead head;
};

Read read(const std::string& bytes, bool request_was_head = false) {
  Read outcome;
  outcome.result = decode_response_head(bytes, kLimits, request_was_head, outcome.head);
  return outcome;
}

std::string ok(const std::string& fields) {
  return "HTTP/1.1 200 OK\r\n" + fields + "\r\n";
}

}  // namespace

TEST_SUITE("http response head") {
  TEST_CASE("a good head gives its parts, wherever it is cut") {
    const std::string bytes =
        "HTTP/1.1 429 Too Many\xe2\x80\xa6\r\nRetry-After: 5\r\nContent-Length: 12\r\n\r\n";
    ResponseHead head;
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CAPTURE(size);
      const Result<bool> part = decode_response_head(bytes.substr(0, size), kLimits, false, head);
      REQUIRE(part.has_value());
      REQUIRE_FALSE(*part);
    }
    const std::string with_body = bytes + "body";
    REQUIRE(*decode_response_head(with_body, kLimits, false, head));
    CHECK(head.status == 429);
    CHECK(*head.fields.find("retry-after") == "5");
    CHECK(head.framing == BodyFraming::length);
    CHECK(head.content_length == 12);
    CHECK(head.keep_alive);
    CHECK(head.size == bytes.size());
  }

  TEST_CASE("the reason phrase may be empty or absent") {
    for (const std::string line : {"HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.0 200 OK"}) {
      CAPTURE(line);
      CHECK(read(line + "\r\nContent-Length: 0\r\n\r\n"s).head.status == 200);
    }
  }

  TEST_CASE("framing and reuse follow status, version and fields") {
    CHECK(read(ok("Transfer-Encoding: chunked\r\n")).head.framing == BodyFraming::chunked);
    CHECK(read(ok("")).head.framing == BodyFraming::until_close);
    CHECK_FALSE(read(ok("")).head.keep_alive);
    CHECK_FALSE(read(ok("Content-Length: 0\r\nConnection: close\r\n")).head.keep_alive);
    CHECK_FALSE(read("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").head.keep_alive);

    for (const std::string line : {"HTTP/1.1 204 No", "HTTP/1.1 304 Same", "HTTP/1.1 103 Hints"}) {
      CAPTURE(line);
      const Read bodiless = read(line + "\r\nContent-Length: 5\r\n\r\n"s);
      CHECK(*bodiless.result);
      CHECK(bodiless.head.framing == BodyFraming::none);
    }
    CHECK(read(ok("Content-Length: 5\r\n"), true).head.framing == BodyFraming::none);
  }

  TEST_CASE("an answer that breaks HTTP is the provider's fault") {
    std::string many;
    for (int i = 0; i < 101; ++i) many += "X: y\r\n";
    const std::vector<std::string> bad = {
        "220 smtp.example ESMTP\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/2 200\r\n\r\n",
        "HTTP/2.0 200 OK\r\n\r\n",
        "HTTP/1.1 99 Low\r\n\r\n",
        "HTTP/1.1 099 Low\r\n\r\n",
        "HTTP/1.1 1000 High\r\n\r\n",
        "HTTP/1.1 600 High\r\n\r\n",
        "HTTP/1.1  200 OK\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\n\r\n",
        "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 " + std::string(65'536, 'a') + "\r\n\r\n",
        "HTTP/1.1 200 O\0K\r\n\r\n"s,
        "HTTP/1.1 200 OK\n\n",
        "\x16\x03\x01\x02",
        ok("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        ok("Content-Length: 5\r\nContent-Length: 5\r\n"),
        ok("Content-Length: -1\r\n"),
        ok("Transfer-Encoding: gzip, chunked\r\n"),
        ok("X: a\r\n b\r\n"),
        ok("X: a\0b\r\n"s),
        ok("X : a\r\n"),
        ok(many),
        "HTTP/1.1 200 OK\r\nX: " + std::string(1'048'576, 'a'),
    };
    for (const std::string& bytes : bad) {
      CAPTURE(bytes.substr(0, 60));
      const Read outcome = read(bytes);
      REQUIRE(outcome.result.has_error());
      const Error error = outcome.result.error();
      CHECK(error.kind == ErrorKind::upstream_malformed);
      CHECK(error.source == ErrorSource::upstream);
      CHECK(error.retryable);
      CHECK_FALSE(error.detail.empty());
    }
  }
}

}  // namespace arouter
