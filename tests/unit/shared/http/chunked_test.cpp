#include "shared/http/chunked.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace arouter {

namespace {

using namespace std::string_literals;

struct Decoded {
  std::string body, code;  // code "" when no fault was found
  int status = 0;
  std::size_t consumed = 0;
  bool done = false;
  bool operator==(const Decoded&) const = default;
};

/// Feeds `wire` in pieces of `step` bytes.
Decoded decode(const std::string& wire, std::size_t step) {
  ChunkedDecoder decoder(ErrorKind::bad_request);
  Decoded decoded;
  for (std::size_t at = 0; at < wire.size() && !decoder.done(); at += step) {
    const std::string piece = wire.substr(at, step);
    const Result<std::size_t> fed = decoder.feed(piece, decoded.body);
    if (!fed) {
      const Error error = fed.error();
      decoded.code = error_code(error);
      decoded.status = http_status(error);
      decoded.consumed = 0;  // feed() does not say how far it came
      return decoded;
    }
    decoded.consumed += *fed;
  }
  decoded.done = decoder.done();
  return decoded;
}

Decoded decode_every_way(const std::string& wire) {
  const Decoded whole = decode(wire, wire.size());
  for (const std::size_t step : {1U, 2U, 3U, 7U}) {
    CAPTURE(step);
    CHECK(decode(wire, step) == whole);
  }
  return whole;
}

}  // namespace

TEST_SUITE("chunked") {
  TEST_CASE("chunks become the body and what follows is left alone") {
    const std::string wire = "5\r\nhello\r\n006;a=b;c=\"\\\"d;\"\r\n world\r\n0\r\n\r\n";
    const Decoded decoded = decode_every_way(wire + "GET / HTTP/1.1\r\n");
    CHECK(decoded.body == "hello world");
    CHECK(decoded.done);
    CHECK(decoded.consumed == wire.size());
    CHECK(decode_every_way("0\r\n\r\n").done);
    CHECK(decode_every_way("Ff\r\n" + std::string(255, 'x') + "\r\n0\r\n\r\n").body.size() == 255);
  }

  TEST_CASE("every cut gives the same body") {
    const std::string wire = "b;x=\"y\"\r\nhello world\r\n1\r\n!\r\n0\r\nX-Sum: 1\r\n\r\n";
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
      CAPTURE(cut);
      ChunkedDecoder decoder(ErrorKind::bad_request);
      std::string body;
      REQUIRE(*decoder.feed(wire.substr(0, cut), body) == cut);
      CHECK(decoder.done() == (cut == wire.size()));
      REQUIRE(*decoder.feed(wire.substr(cut), body) == wire.size() - cut);
      CHECK(decoder.done());
      CHECK(body == "hello world!");
    }
  }

  TEST_CASE("anything but strict framing is refused") {
    std::vector<std::string> bad = {
        "0x2\r\nhi\r\n0\r\n\r\n",
        "+2\r\nhi\r\n0\r\n\r\n",
        "-2\r\nhi\r\n0\r\n\r\n",
        " 2\r\nhi\r\n0\r\n\r\n",
        "2 \r\nhi\r\n0\r\n\r\n",
        "2_0\r\nhi\r\n0\r\n\r\n",
        "\r\nhi\r\n0\r\n\r\n",
        "g\r\nhi\r\n0\r\n\r\n",
        "\xef\xbc\x92\r\nhi\r\n0\r\n\r\n",
        "00000000000000002\r\nhi\r\n0\r\n\r\n",  // 17 digits
        "2\nhi\r\n0\r\n\r\n",
        "2\r\rhi\r\n0\r\n\r\n",
        "2\rxhi\r\n0\r\n\r\n",
        "2\r\nhi0\r\n\r\n",
        "2\r\nhiXX0\r\n\r\n",
        "2\r\nhi\n0\r\n\r\n",
        "2\r\nhi\rx0\r\n\r\n",
        "2;\r\nhi\r\n0\r\n\r\n",
        "2;a\nb\r\nhi\r\n0\r\n\r\n",
        "2;a\rb\r\nhi\r\n0\r\n\r\n",
        "2;a=\x01\r\nhi\r\n0\r\n\r\n",
        "2;a=\"b\r\nhi\r\n0\r\n\r\n",
        "2;a=\r\nhi\r\n0\r\n\r\n",
        "2;a=\"b\"c\r\nhi\r\n0\r\n\r\n",
        "2; a\r\nhi\r\n0\r\n\r\n",
        "2;a=\"\0\"\r\nhi\r\n"s,
        "2;" + std::string(257, 'a') + "\r\nhi\r\n0\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\ntransfer-encoding: chunked\r\n\r\n",
        "0\r\nHost: a\r\n\r\n",
        "0\r\nAuthorization: b\r\n\r\n",
        "0\r\n X: folded\r\n\r\n",
        "0\r\nX: a\nY: b\r\n\r\n",
        "0\r\nX: a\0\r\n\r\n"s,
        "0\r\nX\r\n\r\n",
        "0\r\n: a\r\n\r\n",
        "0\r\n\n",
        "0\r\n\rx",
        "0\r\nX : a\r\n\r\n",
    };
    for (const std::string& wire : bad) {
      CAPTURE(wire.substr(0, 40));
      const Decoded decoded = decode_every_way(wire);
      CHECK(decoded.status == 400);
      CHECK(decoded.code == "bad_framing");
    }
  }

  TEST_CASE("extensions and trailers are bounded over the whole body") {
    std::string extended;
    for (int i = 0; i < 17; ++i)
      extended += "3e8;" + std::string(250, 'a') + "\r\n" + std::string(1'000, 'x') + "\r\n";
    CHECK(decode_every_way(extended).status == 400);

    const auto with_trailer = [](std::size_t size) {
      return "0\r\nX: " + std::string(size, 'a') + "\r\n\r\n";
    };
    CHECK(decode_every_way(with_trailer(4'000)).done);
    const Decoded large = decode_every_way(with_trailer(5'000));
    CHECK(large.status == 431);
    CHECK(large.code == "headers_too_large");
  }

  TEST_CASE("a wire of more than 16 times the body is refused after 16 KiB") {
    std::string leading_zeros;  // 15 framing digits for every body byte
    for (int i = 0; i < 2'000; ++i) leading_zeros += "0000000000000001\r\nx\r\n";
    const Decoded decoded = decode_every_way(leading_zeros);
    CHECK(decoded.status == 400);
    CHECK(decoded.body.size() < 1'024);

    std::string honest;  // one token a chunk
    for (int i = 0; i < 10'000; ++i) honest += "1\r\nx\r\n";
    CHECK(decode_every_way(honest + "0\r\n\r\n").body.size() == 10'000);
  }

  TEST_CASE("an unfinished body is neither done nor a fault") {
    const Decoded decoded = decode_every_way("FFFFFFFFFFFFFFFF\r\nhi");
    CHECK(decoded.status == 0);
    CHECK_FALSE(decoded.done);
    CHECK(decoded.body == "hi");
  }

  TEST_CASE("in an answer the fault is the provider's") {
    ChunkedDecoder decoder(ErrorKind::upstream_malformed);
    std::string body;
    const Result<std::size_t> fed = decoder.feed("zz\r\n", body);
    REQUIRE(fed.has_error());
    CHECK(fed.error().kind == ErrorKind::upstream_malformed);
    CHECK(fed.error().source == ErrorSource::upstream);
  }
}

}  // namespace arouter
