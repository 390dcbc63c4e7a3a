#include "cli/chat/typed_text.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("typed_text") {
  TEST_CASE("a line is a text, unless three quotes hold it open") {
    TypedText typed;
    CHECK(typed.add("hello") == "hello");
    CHECK(typed.add("\"\"\"one line\"\"\"") == "one line");
    CHECK_FALSE(typed.add("\"\"\"").has_value());
    CHECK(typed.is_open());
    CHECK_FALSE(typed.add("first").has_value());
    CHECK_FALSE(typed.add("/quit").has_value());
    CHECK(typed.add("last\"\"\"") == "first\n/quit\nlast");
    CHECK_FALSE(typed.is_open());
    CHECK_FALSE(typed.add("\"\"\"a").has_value());
    CHECK_FALSE(typed.add("b").has_value());
    CHECK(typed.add("\"\"\"") == "a\nb");
  }

  TEST_CASE("dropping ends an open text") {
    TypedText typed;
    CHECK_FALSE(typed.add("\"\"\"a").has_value());
    typed.drop();
    CHECK(typed.add("b") == "b");
  }

  TEST_CASE("a command begins with a slash and may have an argument") {
    CHECK_FALSE(decode_command("hello /quit").has_value());
    CHECK_FALSE(decode_command(" /etc/passwd").has_value());
    CHECK(decode_command("/quit")->name == "quit");
    CHECK(decode_command("/quit")->argument == "");
    CHECK(decode_command("/model  acme/model-a ")->argument == "acme/model-a");
    CHECK(decode_command("/system Be brief.\nAlways.")->argument == "Be brief.\nAlways.");
    CHECK(decode_command("/")->name == "");
  }
}

}  // namespace arouter
