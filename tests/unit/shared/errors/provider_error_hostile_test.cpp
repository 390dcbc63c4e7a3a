// Bodies that nobody should send: cut, changed at random, empty, huge.
#include <doctest/doctest.h>

#include <random>
#include <string>

#include "shared/errors/provider_error.hpp"
#include "shared/formats/registry.hpp"
#include "shared/json_scan.hpp"
#include "tests/unit/shared/errors/native_errors.hpp"

namespace arouter {

namespace {

constexpr std::string_view kSecret = "sk-hostile-0123456789";

/// What holds whatever a provider sends.
void check(int status, const std::string& body) {
  CAPTURE(status);
  CAPTURE(body.substr(0, 300));
  const Error error =
      provider_error({.status = status, .body = body, .secret = kSecret, .provider = "acme"});
  CHECK(http_status(error) >= 400);
  CHECK(http_status(error) < 600);
  CHECK(!error_code(error).empty());
  CHECK(!error.message.empty());
  CHECK(error.message.size() <= 510);
  CHECK(error.detail.size() <= 1000);
  CHECK(error.retry_after_s <= 300);
  CHECK((error.retry_after_s > 0) == (http_status(error) == 429 || http_status(error) == 503));
  for (const std::string& text : {error.message, error.detail, error.param}) {
    CHECK(text.find(kSecret) == std::string::npos);
  }
  for (const Format* format : all_formats()) {
    CHECK(scan_json(format->encode_error(error, {.request_id = "r"})).has_value());
  }
}

}  // namespace

TEST_SUITE("provider error, hostile") {
  TEST_CASE("every error may be cut at any byte") {
    for (const NativeCase& each : native_cases()) {
      for (std::size_t size = 0; size < each.body.size(); size += 3) {
        check(each.status, std::string(each.body.substr(0, size)));
      }
    }
  }

  TEST_CASE("every error may be changed anywhere") {
    std::mt19937 random(7);
    constexpr std::string_view kBytes = "{}[]\",:\\0179eE+-. \n\x7f\xc3\xff<sk-";
    for (const NativeCase& each : native_cases()) {
      for (int round = 0; round < 20; ++round) {
        std::string body(each.body);
        for (int change = 0; change < 3 && !body.empty(); ++change) {
          const std::size_t at = random() % body.size();
          const char byte = kBytes[random() % kBytes.size()];
          switch (random() % 3) {
            case 0:
              body[at] = byte;
              break;
            case 1:
              body.erase(at, random() % 8 + 1);
              break;
            default:
              body.insert(at, std::string(kSecret));
          }
        }
        check(each.status, body);
        check(200, body);
      }
    }
  }

  TEST_CASE("garbage of 64 KiB says nothing, and costs little") {
    const std::size_t size = 65'536;
    std::string nested;
    for (int i = 0; i < 60; ++i) nested += R"({"error":)";
    nested += "\"x\"" + std::string(60, '}');
    std::string list = "[";
    while (list.size() < size) list += R"({"msg":"x","loc":["body"]},)";
    std::string words = R"({"error":{"message":"m","details":[)";
    while (words.size() < size) words += R"({"reason":"INSUFFICIENT"},)";
    std::mt19937 random(3);
    std::string noise(size, ' ');
    for (char& c : noise) c = static_cast<char>(random());
    for (const std::string& body :
         {std::string(size, '\0'), std::string(size, '['), std::string(size, 'x'),
          std::string(size, '9'), std::string(size, '\n'), "\"" + std::string(size, 'x') + "\"",
          R"({"error":")" + std::string(size, 'x') + "\"}",
          R"({"error":{"code":")" + std::string(size, 'x') + "\"}}", nested, list, list + "1]",
          R"({"detail":)" + list + "1]}", words + "1]}}", noise,
          "<html>" + std::string(size, 'x')}) {
      for (const int status : {200, 400, 401, 403, 404, 429, 500, 503, 599}) check(status, body);
    }
  }

  TEST_CASE("statuses that are none are trouble") {
    for (const int status : {-1, 0, 99, 100, 199, 600, 999, 65'536}) check(status, "{}");
  }
}

}  // namespace arouter
