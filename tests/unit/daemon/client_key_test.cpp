#include "daemon/client_key.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("client key") {
  TEST_CASE("keys are 192 random bits in hex, peppers 256 bits") {
    for (const std::string_view prefix : {kModelKeyPrefix, kManagementKeyPrefix}) {
      const std::string key(new_client_key(prefix)->reveal());
      CHECK(key.size() == 8 + 48);
      CHECK(key.starts_with(prefix));
      CHECK(key.find_first_not_of("0123456789abcdef", 8) == std::string::npos);
      CHECK(key != new_client_key(prefix)->reveal());
      CHECK(is_client_key(key));
      CHECK_FALSE(is_client_key(key + "0"));
      CHECK_FALSE(is_client_key(std::string_view(key).substr(1)));
    }
    CHECK_FALSE(is_client_key(""));
    CHECK_FALSE(is_client_key("lr_live_" + std::string(48, 'g')));
    CHECK_FALSE(is_client_key("lr_test_" + std::string(48, '0')));
    CHECK(new_pepper()->reveal().size() == kPepperBytes);
    CHECK(new_pepper()->reveal() != new_pepper()->reveal());
  }

  TEST_CASE("a key is hashed as RFC 4231, test case 2, says") {
    CHECK(key_hash(Secret("Jefe"), "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  }

  TEST_CASE("another pepper gives another name") {
    CHECK(key_hash(Secret("one"), "lr_live_0") != key_hash(Secret("two"), "lr_live_0"));
  }
}

}  // namespace arouter
