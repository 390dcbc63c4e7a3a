#include "daemon/edge/answer.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/error.hpp"
#include "shared/http/head.hpp"

namespace arouter::daemon {

namespace {

using namespace std::string_literals;

const std::string kSafety = "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n";

std::string field(std::string_view value) {
  std::string out;
  append_field(out, "X-A", value);
  return out;
}

/// The head as a strict reader sees it; refers into `bytes`.
ResponseHead read(const std::string& bytes) {
  ResponseHead head;
  const Result<bool> whole = decode_response_head(bytes, HeadLimits{}, false, head);
  REQUIRE(whole.has_value());
  CHECK(*whole);
  CHECK(head.size == bytes.size());
  return head;
}

}  // namespace

TEST_SUITE("edge answer") {
  TEST_CASE("a body of known length keeps the connection") {
    CHECK(encode_head({.content_length = 12, .fields = "X-A: b\r\n"}) ==
          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\nX-A: b\r\n" +
              kSafety);
    const std::string empty = encode_head({.content_length = 0});
    CHECK(read(empty).framing == BodyFraming::length);
    CHECK(read(empty).keep_alive);
  }

  TEST_CASE("a body of unknown length is chunked, or ends with the connection") {
    const std::string bytes =
        encode_head({.content_type = "text/event-stream", .content_length = {}});
    const ResponseHead chunked = read(bytes);
    CHECK(chunked.framing == BodyFraming::chunked);
    CHECK(*chunked.fields.find("content-type") == "text/event-stream");

    const std::string old_bytes =
        encode_head({.content_length = {}, .keep_alive = false, .chunked_allowed = false});
    const ResponseHead old = read(old_bytes);
    CHECK(old.framing == BodyFraming::until_close);
    CHECK(!old.keep_alive);
  }

  TEST_CASE("an answer without a body says nothing of one") {
    for (const std::optional<std::size_t> length : {std::optional<std::size_t>(0), {}}) {
      const std::string bytes =
          encode_head({.status = 204, .content_type = {}, .content_length = length});
      CHECK(bytes == "HTTP/1.1 204 No Content\r\n" + kSafety);
    }
  }

  TEST_CASE("every status that an error of ours has comes with its reason") {
    for (int kind = 0; kind <= static_cast<int>(ErrorKind::version_not_supported); ++kind) {
      CAPTURE(kind);
      const int status = http_status(static_cast<ErrorKind>(kind));
      const std::string head = encode_head({.status = status, .content_length = 0});
      CHECK(head.starts_with("HTTP/1.1 " + std::to_string(status) + " "));
      CHECK(head.find("\r\n") > 13);
      CHECK(read(head).status == status);
    }
  }

  TEST_CASE("a status that nobody foresaw has a legal line too") {
    CHECK(encode_head({.status = 418, .content_length = 0}).starts_with("HTTP/1.1 418 \r\n"));
    CHECK(read(encode_head({.status = 418, .content_length = 0})).status == 418);
  }

  TEST_CASE("a value that would be another header is left out whole") {
    for (const std::string& value :
         {"a\r\nX-B: c"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x1b[31m"s, "a\x7f"s, "\r\n"s, "a\x01"s}) {
      CAPTURE(value);
      CHECK(field(value) == "");
    }
    CHECK(field("") == "X-A: \r\n");
    CHECK(field("a\tb c") == "X-A: a\tb c\r\n");
    CHECK(field("\xC3\xA9") == "X-A: \xC3\xA9\r\n");
    CHECK(field("%0d%0a") == "X-A: %0d%0a\r\n");
  }

  TEST_CASE("a hostile content type is left out as well") {
    const std::string bytes = encode_head({.content_type = "a\r\nX-B: c", .content_length = 0});
    CHECK(bytes == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + kSafety);
  }

  TEST_CASE("chunk sizes are hexadecimal") {
    CHECK(chunk_size_line(0) == "0\r\n");
    CHECK(chunk_size_line(10) == "a\r\n");
    CHECK(chunk_size_line(4096) == "1000\r\n");
    CHECK(chunk_size_line(~std::size_t{0}) == "ffffffffffffffff\r\n");
  }
}

}  // namespace arouter::daemon
