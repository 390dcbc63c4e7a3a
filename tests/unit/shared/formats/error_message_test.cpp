#include "shared/formats/error_message.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/json_scan.hpp"

namespace arouter {

namespace {

const std::string kSecret = "sk-secret-0123456789";

}  // namespace

TEST_SUITE("error_message") {
  TEST_CASE("a secret is masked wherever it stands") {
    CHECK(mask_secret("key " + kSecret + ", " + kSecret, kSecret) == "key ***, ***");
    CHECK(mask_secret("no key", kSecret) == "no key");
    CHECK(mask_secret("no key...", "") == "no key...");
  }

  TEST_CASE("a message that is cut inside a secret does not keep its beginning") {
    for (std::size_t room = 0; room <= kSecret.size(); ++room) {
      CAPTURE(room);
      const std::string body =
          R"({"error":")" + std::string(500 - room, 'x') + kSecret + R"( and more"})";
      const std::string masked = mask_secret(find_error_message(body), kSecret);
      CHECK(masked.find(kSecret.substr(0, 4)) == std::string::npos);
      CHECK(find_error_message(body, kSecret).find("sk-") == std::string::npos);
    }
  }

  TEST_CASE("the key that a provider repeats is masked, before the message is cut") {
    const std::string key = "sk-0123456789abcdef";
    CHECK(find_error_message(R"({"error":"bad key sk-0123456789abcdef, sk-0123456789abcde"})",
                             key) == "bad key ***, sk-0123456789abcde");
    CHECK(find_error_message(R"({"error":"\u0073k-0123456789abcdefsk-0123456789abcdef"})", key) ==
          "******");
    for (std::size_t before = 480; before <= 500; ++before) {
      CAPTURE(before);
      const std::string message = find_error_message(
          R"({"error":")" + std::string(before, 'x') + key + " is wrong\"}", key);
      CHECK(message.find("sk-") == std::string::npos);
    }
  }

  TEST_CASE("a key of asterisks is masked too, once") {
    CHECK(find_error_message(R"({"error":"key * or **"})", "*") == "key *** or ******");
    CHECK(find_error_message(R"({"error":"key *** or ****"})", "***") == "key *** or ****");
    CHECK(find_error_message(R"({"error":"none"})", "") == "none");
  }

  TEST_CASE("a long message is cut between two characters") {
    const auto message_of = [](const std::string& text) {
      return find_error_message(R"({"message":")" + text + "\"}");
    };
    const std::string a499(499, 'a');
    CHECK(message_of(a499 + "b") == a499 + "b");
    CHECK(message_of(a499 + "bc") == a499 + "b...");
    CHECK(message_of(a499 + "\xC3\xA9") == a499 + "...");
    CHECK(message_of(std::string(498, 'a') + "\xC3\xA9x") == std::string(498, 'a') + "\xC3\xA9...");
    for (std::size_t before = 495; before <= 500; ++before) {
      CAPTURE(before);
      const std::string cut = message_of(std::string(before, 'a') + "\xF0\x9F\x98\x80 and more");
      std::string quoted;
      append_json_string(quoted, cut);
      CHECK(quoted == "\"" + cut + "\"");  // nothing had to be replaced: whole characters
      CHECK(cut.size() <= 503);
    }
  }
}

}  // namespace arouter
