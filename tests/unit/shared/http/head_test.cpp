#include "shared/http/head.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

namespace arouter {

namespace {

using namespace std::string_literals;

const std::string kGood =
    "POST /v1/chat/completions?a=b HTTP/1.1\r\nHost: 127.0.0.1:18080\r\n"
    "Content-Type: application/json\r\nAccept:\t*/* \r\nX-Empty:\r\nContent-Length: 002\r\n\r\n";

/// What became of a head: how it ended, and after how many bytes.
struct Verdict {
  int status = 0;  // 0: accepted
  std::string code{};
  bool unfinished = false;
  auto operator<=>(const Verdict&) const = default;
};

Verdict verdict_of(const Result<bool>& result) {
  if (result) return {.unfinished = !*result};
  const Error error = result.error();
  return {http_status(error), std::string(error_code(error)), false};
}

Verdict read_whole(const std::string& bytes) {
  auto head = std::make_unique<RequestHead>();
  return verdict_of(decode_request_head(bytes, HeadLimits{}, *head));
}

/// Byte by byte, as a slow client sends it; every prefix in memory of its own, so that a sanitizer
/// sees a read behind it.
Verdict read_dribbled(const std::string& bytes) {
  auto head = std::make_unique<RequestHead>();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string prefix = bytes.substr(0, size);
    const Verdict verdict = verdict_of(decode_request_head(prefix, HeadLimits{}, *head));
    if (!verdict.unfinished) return verdict;
  }
  return read_whole(bytes);
}

std::string get(const std::string& fields, const std::string& line = "GET /x HTTP/1.1") {
  return line + "\r\nHost: localhost\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields) {
  return get(fields, "POST /x HTTP/1.1");
}

struct Case {
  std::string what;
  std::string bytes;
  int status;
  const char* code;
};

void check_all(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    CAPTURE(each.what);
    CAPTURE(each.bytes.substr(0, 200));
    const Verdict verdict = read_whole(each.bytes);
    CHECK(verdict == Verdict{each.status, each.code, false});
    if (each.bytes.size() < 2'000) CHECK(read_dribbled(each.bytes) == verdict);
  }
}

}  // namespace

TEST_SUITE("http head") {
  TEST_CASE("a good head gives its parts") {
    RequestHead head;
    const std::string bytes = kGood + "{}GET";
    REQUIRE(*decode_request_head(bytes, HeadLimits{}, head));
    CHECK(head.method == "POST");
    CHECK(head.target == "/v1/chat/completions?a=b");
    CHECK(head.path == "/v1/chat/completions");
    CHECK(head.query == "a=b");
    CHECK(head.minor_version == 1);
    CHECK(head.fields.all().size() == 5);
    CHECK(*head.fields.find("content-type") == "application/json");
    CHECK(*head.fields.find("ACCEPT") == "*/*");
    CHECK(head.fields.find("X-Empty")->empty());
    CHECK(head.fields.find("X-None") == nullptr);
    CHECK(head.host == "127.0.0.1:18080");
    CHECK(head.framing == BodyFraming::length);
    CHECK(head.content_length == 2);
    CHECK(head.keep_alive);
    CHECK_FALSE(head.expects_continue);
    CHECK(head.size == kGood.size());
  }

  TEST_CASE("every prefix of a good head wants more bytes, and the whole is the same") {
    for (const std::string& good :
         {kGood, "\r\n" + kGood, get(""), get("", "OPTIONS * HTTP/1.1"), "GET / HTTP/1.0\r\n\r\n"s,
          post("Transfer-Encoding: Chunked\r\nExpect: 100-continue\r\n")}) {
      CAPTURE(good);
      RequestHead head;
      for (std::size_t size = 0; size < good.size(); ++size) {
        CAPTURE(size);
        const std::string prefix = good.substr(0, size);
        const Result<bool> read = decode_request_head(prefix, HeadLimits{}, head);
        REQUIRE(read.has_value());
        REQUIRE_FALSE(*read);
      }
      REQUIRE(*decode_request_head(good, HeadLimits{}, head));
      CHECK(head.size == good.size());
    }
  }

  TEST_CASE("a head that is reused holds nothing of the one before") {
    RequestHead head;
    const std::string chunked = post("Transfer-Encoding: chunked\r\nConnection: close\r\n");
    REQUIRE(*decode_request_head(chunked, HeadLimits{}, head));
    const std::string bare = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    REQUIRE(*decode_request_head(bare, HeadLimits{}, head));
    CHECK(head.framing == BodyFraming::none);
    CHECK(head.fields.all().size() == 1);
    CHECK(head.host.empty());
    CHECK(head.query.empty());
    CHECK(head.keep_alive);
  }

  TEST_CASE("framing that two parsers could read differently is refused") {
    const char* code = "bad_framing";
    check_all({
        {"length and coding", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"), 400,
         code},
        {"coding and length", post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n"), 400,
         code},
        {"two lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n"), 400, code},
        {"two equal lengths", post("Content-Length: 2\r\nContent-Length: 2\r\n"), 400, code},
        {"a list of lengths", post("Content-Length: 2, 2\r\n"), 400, code},
        {"plus", post("Content-Length: +2\r\n"), 400, code},
        {"minus", post("Content-Length: -1\r\n"), 400, code},
        {"hexadecimal", post("Content-Length: 0x2\r\n"), 400, code},
        {"underscore", post("Content-Length: 1_0\r\n"), 400, code},
        {"two numbers", post("Content-Length: 2 3\r\n"), 400, code},
        {"full-width digit", post("Content-Length: \xef\xbc\x92\r\n"), 400, code},
        {"exponent", post("Content-Length: 1e1\r\n"), 400, code},
        {"empty", post("Content-Length:\r\n"), 400, code},
        {"blanks", post("Content-Length:  \t \r\n"), 400, code},
        {"comma", post("Content-Length: ,\r\n"), 400, code},
        {"2^63", post("Content-Length: 9223372036854775808\r\n"), 400, code},
        {"2^64", post("Content-Length: 18446744073709551616\r\n"), 400, code},
        {"2^64+5", post("Content-Length: 18446744073709551621\r\n"), 400, code},
        {"30 digits", post("Content-Length: 123456789012345678901234567890\r\n"), 400, code},
        {"two codings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
         code},
        {"leading comma", post("Transfer-Encoding: ,chunked\r\n"), 400, code},
        {"trailing comma", post("Transfer-Encoding: chunked,\r\n"), 400, code},
        {"chunked twice", post("Transfer-Encoding: chunked, chunked\r\n"), 400, code},
        {"chunked not last", post("Transfer-Encoding: chunked, gzip\r\n"), 400, code},
        {"parameter", post("Transfer-Encoding: chunked;q=1\r\n"), 400, code},
        {"no coding", post("Transfer-Encoding:\r\n"), 400, code},
        {"no-break space",
         post("Transfer-Encoding: \xa0"
              "chunked\r\n"),
         400, code},
        {"next line", post("Transfer-Encoding: chunked\x85\r\n"), 400, code},
        {"coding on 1.0", get("Transfer-Encoding: chunked\r\n", "POST /x HTTP/1.0"), 400, code},
        {"GET with length", get("Content-Length: 1\r\n"), 400, code},
        {"HEAD with length", get("Content-Length: 1\r\n", "HEAD /x HTTP/1.1"), 400, code},
        {"DELETE with chunks", get("Transfer-Encoding: chunked\r\n", "DELETE /x HTTP/1.1"), 400,
         code},
        {"OPTIONS with length", get("Content-Length: 9\r\n", "OPTIONS /x HTTP/1.1"), 400, code},
    });
  }

  TEST_CASE("a value is judged alike wherever in it a byte stands") {
    for (int byte = 0; byte < 256; ++byte) {
      const bool good = byte >= 0x80 || byte == '\t' || (byte >= 0x20 && byte != 0x7f);
      for (std::size_t place = 0; place < 20; ++place) {
        std::string value(20, 'v');
        value[place] = static_cast<char>(byte);
        value[(place + 9) % value.size()] = '\t';  // a tab does not hide what follows it
        CAPTURE(byte);
        CAPTURE(place);
        CHECK(is_field_value(value) == good);
        CHECK(is_field_value(std::string_view(value).substr(place, 1)) == good);
      }
    }
    CHECK(is_field_value(""));
  }

  TEST_CASE("an unknown transfer coding is 501") {
    for (const std::string coding : {"xchunked", "identity", "gzip", "gzip, chunked"}) {
      CAPTURE(coding);
      const std::string bytes = post("Transfer-Encoding: "s + coding + "\r\n");
      CHECK(read_whole(bytes) == Verdict{501, "not_implemented", false});
    }
  }

  TEST_CASE("header lines must be exact") {
    const char* code = "bad_request";
    check_all({
        {"blank before ':'", post("Content-Length : 2\r\n"), 400, code},
        {"tab before ':'", post("Transfer-Encoding\t: chunked\r\n"), 400, code},
        {"VT in a value", post("Transfer-Encoding: \vchunked\r\n"), 400, code},
        {"FF in a value", post("Transfer-Encoding: chunked\f\r\n"), 400, code},
        {"NUL in a value", get("X: a\0b\r\n"s), 400, code},
        {"NUL at the end", post("Transfer-Encoding: chunked\0\r\n"s), 400, code},
        {"bare CR in a value", get("X: a\rb\r\n"), 400, code},
        {"bare LF in a value", get("X: a\nb: c\r\n"), 400, code},
        {"DEL in a value", get("X: a\x7f\r\n"), 400, code},
        {"ESC in a value", get("X: \x1b[0m\r\n"), 400, code},
        {"folded line", get("X: a\r\n b\r\n"), 400, code},
        {"folded with a tab", get("X: a\r\n\tb\r\n"), 400, code},
        {"empty name", get(": a\r\n"), 400, code},
        {"no colon", get("X\r\n"), 400, code},
        {"bracket in a name", get("X[: a\r\n"), 400, code},
        {"byte 0x80 in a name", get("X\x80: a\r\n"), 400, code},
        {"blank line of blanks", get("  \r\n"), 400, code},
        {"white space before the first header", "GET / HTTP/1.1\r\n Host: localhost\r\n\r\n", 400,
         code},
        {"line ends of LF only", "GET / HTTP/1.1\nHost: localhost\n\n", 400, code},
        {"a header line ended by LF", "GET / HTTP/1.1\r\nHost: localhost\n\r\n", 400, code},
        {"the blank line ended by LF", "GET / HTTP/1.1\r\nHost: localhost\r\n\n", 400, code},
        {"line ends of CR only", "GET / HTTP/1.1\rHost: localhost\r\r", 400, code},
        {"ten blank lines", "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n" + kGood, 400, code},
        {"a leading LF", "\n" + kGood, 400, code},
    });
  }

  TEST_CASE("Host is one plain authority") {
    const auto with = [](const std::string& fields) {
      return "GET / HTTP/1.1\r\n" + fields + "\r\n";
    };
    const char* code = "bad_host";
    std::vector<Case> cases = {
        {"missing", with(""), 400, code},
        {"twice", with("Host: localhost\r\nHost: localhost\r\n"), 400, code},
        {"empty", with("Host:\r\n"), 400, code},
    };
    const std::vector<std::string> bad = {
        "a@b", "a/b",      "a,b",  "a b", "a:0",    "a:99999", "a:65536", "a:",  ":80",
        "a:b", "a:080000", "[::1", "[]",  "[::1]x", "[g::1]",  "a#b",     "a?b", "http://a",
    };
    for (const std::string& host : bad) {
      cases.push_back({"malformed", with("Host: " + host + "\r\n"), 400, code});
    }
    check_all(cases);

    for (const std::string host : {"localhost", "LocalHost:1", "127.0.0.1:65535", "[::1]:80",
                                   "[::1]", "[::ffff:127.0.0.1]", "a_b.example", "localhost."}) {
      CAPTURE(host);
      CHECK(read_whole(with("Host: "s + host + "\r\n")) == Verdict{});
    }
    CHECK(read_whole("GET / HTTP/1.0\r\n\r\n") == Verdict{});
  }

  TEST_CASE("the request line is METHOD, one blank, /path, one blank, version") {
    const auto line = [](const std::string& text) { return get("", text); };
    const char* code = "bad_request";
    check_all({
        {"lower-case method", line("get / HTTP/1.1"), 400, code},
        {"mixed-case method", line("Get / HTTP/1.1"), 400, code},
        {"no token", line("G=\":\" / HTTP/1.1"), 400, code},
        {"a method of 64 KiB", line(std::string(65'536, 'A') + " / HTTP/1.1"), 400, code},
        {"no method", line(" / HTTP/1.1"), 400, code},
        {"CONNECT", line("CONNECT localhost:80 HTTP/1.1"), 405, "method_not_allowed"},
        {"TRACE", line("TRACE / HTTP/1.1"), 405, "method_not_allowed"},
        {"asterisk form with GET", line("GET * HTTP/1.1"), 400, code},
        {"absolute form", line("GET http://localhost/ HTTP/1.1"), 400, code},
        {"absolute form, another authority", line("GET http://evil/ HTTP/1.1"), 400, code},
        {"user info", line("GET http://a:b@localhost/ HTTP/1.1"), 400, code},
        {"authority form", line("GET localhost:80 HTTP/1.1"), 400, code},
        {"fragment", line("GET /a#b HTTP/1.1"), 400, code},
        {"backslash", line("GET /a\\b HTTP/1.1"), 400, code},
        {"byte 0x80 in the target", line("GET /\x80 HTTP/1.1"), 400, code},
        {"NUL in the target", line("GET /a\0 HTTP/1.1"s), 400, code},
        {"two blanks before the target", line("GET  / HTTP/1.1"), 400, code},
        {"two blanks before the version", line("GET /  HTTP/1.1"), 400, code},
        {"a tab", line("GET\t/ HTTP/1.1"), 400, code},
        {"a trailing blank", line("GET / HTTP/1.1 "), 400, code},
        {"a blank in the target", line("GET /a b HTTP/1.1"), 400, code},
        {"HTTP/0.9", "GET /\r\n", 400, code},
        {"version of two parts", line("GET / HTTP/1.32"), 505, "version_not_supported"},
        {"1.9", line("GET / HTTP/1.9"), 505, "version_not_supported"},
        {"2.0", line("GET / HTTP/2.0"), 505, "version_not_supported"},
        {"01.1", line("GET / HTTP/01.1"), 400, code},
        {"overflow", line("GET / HTTP/4294967297.1"), 400, code},
        {"lower-case version", line("GET / http/1.1"), 400, code},
        {"no minor version", line("GET / HTTP/1"), 400, code},
        {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version_not_supported"},
        {"TLS ClientHello", "\x16\x03\x01\x02\x00\x01\x00"s, 400, code},
    });
    CHECK(read_whole(line("FROBNICATE / HTTP/1.1")) == Verdict{});  // the router's 405
    CHECK(read_whole(get("Content-Length: 0\r\n")) == Verdict{});
  }

  TEST_CASE("limits count the bytes received, also of a line without an end") {
    const std::string start = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    std::string many = start;
    for (int i = 0; i < 100; ++i) many += "X: y\r\n";
    check_all({
        {"target", get("", "GET /" + std::string(9'000, 'a') + " HTTP/1.1"), 414, "uri_too_long"},
        {"target without an end", "GET /" + std::string(9'000, 'a'), 414, "uri_too_long"},
        {"one header", get("X: " + std::string(17'000, 'a') + "\r\n"), 431, "headers_too_large"},
        {"header without an end", start + "X: " + std::string(17'000, 'a'), 431,
         "headers_too_large"},
        {"name without an end", start + std::string(17'000, 'a'), 431, "headers_too_large"},
        {"1 MiB without an end", start + std::string(1'048'576, 'a'), 431, "headers_too_large"},
        {"all headers",
         get("X: " + std::string(15'000, 'a') + "\r\nY: " + std::string(15'000, 'a') +
             "\r\nZ: " + std::string(15'000, 'a') + "\r\n"),
         431, "headers_too_large"},
        {"101 headers", many + "\r\n", 431, "headers_too_large"},
    });
    many.erase(many.size() - 6);
    CHECK(read_whole(many + "\r\n") == Verdict{});  // exactly 100
  }

  TEST_CASE("the limit of a line falls on the same byte in one read and in many") {
    const HeadLimits small{.request_line = 40, .field = 30, .head = 100};
    const std::string fits = "GET /12345678901234567890123 HTTP/1.1\r\n\r\n";
    for (std::size_t extra = 0; extra < 8; ++extra) {
      CAPTURE(extra);
      std::string bytes = fits;
      bytes.insert(5, extra, 'x');
      RequestHead head;
      const Verdict whole = verdict_of(decode_request_head(bytes, small, head));
      Verdict dribbled{.unfinished = true};
      for (std::size_t size = 1; size <= bytes.size() && dribbled.unfinished; ++size) {
        dribbled = verdict_of(decode_request_head(bytes.substr(0, size), small, head));
      }
      CHECK(whole == dribbled);
      CHECK(whole.status == (extra < 2 ? 400 : 414));  // 400: no Host, so the line was read
    }
  }

  TEST_CASE("Expect and Connection") {
    RequestHead head;
    std::string bytes = post("Expect: 100-Continue\r\nContent-Length: 5\r\n");
    REQUIRE(*decode_request_head(bytes, HeadLimits{}, head));
    CHECK(head.expects_continue);
    bytes = post("Expect: 100-continue\r\n");
    REQUIRE(*decode_request_head(bytes, HeadLimits{}, head));
    CHECK_FALSE(head.expects_continue);  // nothing follows
    bytes = get("Expect: 100-continue\r\nContent-Length: 5\r\n", "POST /x HTTP/1.0");
    REQUIRE(*decode_request_head(bytes, HeadLimits{}, head));
    CHECK_FALSE(head.expects_continue);
    CHECK_FALSE(head.keep_alive);
    CHECK(read_whole(post("Expect: 200-ok\r\n")) == Verdict{417, "expectation_failed", false});

    bytes = post("Connection: Authorization, X-Api-Key , CLOSE\r\n");
    REQUIRE(*decode_request_head(bytes, HeadLimits{}, head));
    CHECK_FALSE(head.keep_alive);
    CHECK(list_holds(*head.fields.find("connection"), "x-api-key"));
    CHECK_FALSE(list_holds("closed, not-close", "close"));
    CHECK(read_whole(get("Upgrade: h2c\r\nConnection: Upgrade\r\n")) == Verdict{});
  }
}

}  // namespace arouter
