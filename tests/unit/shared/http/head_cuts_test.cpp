// The promise of the head decoder, tried on random damage: the outcome is decided by the bytes and
// not by where the network cuts them.
#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>

#include "shared/http/head.hpp"

namespace arouter {

namespace {

using namespace std::string_view_literals;

/// Small limits, so that damage meets them.
constexpr HeadLimits kSmall{.request_line = 64, .field = 48, .head = 300};

std::string damaged(std::mt19937& random) {
  static const std::string kPieces[] = {"POST /v1/chat HTTP/1.1\r\n",
                                        "Host: localhost\r\n",
                                        "Content-Length: 5\r\n",
                                        "Transfer-Encoding: chunked\r\n",
                                        "Expect: 100-continue\r\n",
                                        "Connection: close\r\n",
                                        "X: y\r\n"};
  static constexpr std::string_view kBytes = "\r\n \t:/\0\x7f\x80\x01,;HTPaz019\"[]"sv;
  std::string text = kPieces[0] + kPieces[1];
  for (auto i = random() % 6; i > 0; --i) text += kPieces[1 + random() % 6];
  text += "\r\n";
  for (auto i = random() % 4; i > 0; --i) {
    const std::size_t at = random() % text.size();
    const char byte = kBytes[random() % kBytes.size()];
    switch (random() % 4) {
      case 0:
        text[at] = byte;
        break;
      case 1:
        text.insert(at, 1, byte);
        break;
      case 2:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, random() % 60, byte);
        break;
    }
  }
  return text;
}

std::string outcome(const Result<bool>& read, const RequestHead& head) {
  if (read.has_error()) {
    const Error error = read.error();
    return std::to_string(http_status(error)) + " " + error.message;
  }
  return *read ? "whole, " + std::to_string(head.size) : "more";
}

}  // namespace

TEST_SUITE("http head") {
  TEST_CASE("a damaged head meets the same end in one read and byte by byte") {
    constexpr unsigned kSeed = 20'261'124;
    std::mt19937 random(kSeed);
    auto head = std::make_unique<RequestHead>();
    int refused = 0;
    for (int round = 0; round < 3'000; ++round) {
      const std::string text = damaged(random);
      INFO("seed ", kSeed, " round ", round);
      CAPTURE(text);
      const std::string whole = outcome(decode_request_head(text, kSmall, *head), *head);
      std::string dribbled = "more";
      for (std::size_t size = 1; size <= text.size() && dribbled == "more"; ++size) {
        const std::string prefix = text.substr(0, size);
        dribbled = outcome(decode_request_head(prefix, kSmall, *head), *head);
      }
      REQUIRE(whole == dribbled);
      if (whole[0] == '4') ++refused;
    }
    CHECK(refused > 1'000);  // the damage does damage
    CHECK(refused < 2'900);
  }
}

}  // namespace arouter
