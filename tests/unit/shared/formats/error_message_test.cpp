#include "shared/formats/error_message.hpp"

#include <doctest/doctest.h>

#include <string>

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
}

}  // namespace arouter
