#include "cli/chat/typed_keys.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

std::string drain(TypedKeys& keys) {
  std::string text;
  while (const auto key = keys.next()) text += *key;
  return text;
}

}  // namespace

TEST_SUITE("typed_keys") {
  TEST_CASE("pasted text is the same wherever its bytes are cut, and presses no keys") {
    const std::string typed = "a\x1b[200~x\ry\r\nz\n\t\x03\x1b[Aé\x1b[201~b\r";
    for (std::size_t cut = 0; cut <= typed.size(); ++cut) {
      CAPTURE(cut);
      TypedKeys keys;
      keys.add(typed.substr(0, cut));
      std::string text = drain(keys);
      keys.add(typed.substr(cut));
      text += drain(keys);
      CHECK(text == "ax\x1ey\x1ez\x1e\x1f[Aéb\r");
      CHECK(keys.empty());
    }
  }

  TEST_CASE("Escape waits for what may follow it, then is a key") {
    TypedKeys keys;
    keys.add("\x1b");
    CHECK_FALSE(keys.next());
    CHECK_FALSE(keys.empty());
    CHECK(keys.next_now() == '\x1b');
    keys.add("\x1b[A");
    CHECK(drain(keys) == "\x1b[A");
  }
}

}  // namespace arouter
