#include "shared/base64.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter {

TEST_SUITE("base64") {
  TEST_CASE("texts of every length go both ways") {
    CHECK(encode_base64("") == "");
    CHECK(encode_base64("f") == "Zg==");
    CHECK(encode_base64("fo") == "Zm8=");
    CHECK(encode_base64("foo") == "Zm9v");
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
      CHECK(decode_base64(encode_base64(bytes)) == bytes);
      bytes += static_cast<char>(i * 7);
    }
  }

  TEST_CASE("for URLs the alphabet is another, and there is no padding") {
    CHECK(encode_base64url("") == "");
    CHECK(encode_base64url("\xfb\xff\xfe") == "-__-");
    CHECK(encode_base64url("f") == "Zg");
    CHECK(encode_base64url("fo") == "Zm8");
  }

  TEST_CASE("what is no base64 is nothing") {
    for (const char* bad : {"Z", "Zg", "Zg=", "Zg=a", "Z===", "Zm9v\n", "Zm-_", "===="}) {
      CAPTURE(bad);
      CHECK(!decode_base64(bad).has_value());
    }
  }
}

}  // namespace arouter
