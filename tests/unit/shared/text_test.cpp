#include "shared/text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>

namespace arouter {

namespace {

using namespace std::string_literals;

std::string fed(std::initializer_list<std::string_view> pieces) {
  TerminalFilter filter;
  std::string out;
  for (const std::string_view piece : pieces) out += filter.feed(piece);
  out += filter.finish();
  return out;
}

/// What is shown of `text`, which must be the same wherever it is cut.
std::string shown(const std::string& text) {
  const std::string whole = strip_terminal_controls(text);
  CHECK(is_valid_utf8(whole));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view first = std::string_view(text).substr(0, cut);
    const std::string_view rest = std::string_view(text).substr(cut);
    CAPTURE(cut);
    CHECK(fed({first, rest}) == whole);
    CHECK(fed({first, rest.substr(0, 1), rest.substr(std::min<std::size_t>(1, rest.size()))}) ==
          whole);
  }
  TerminalFilter filter;
  std::string out;
  for (const char& c : text) out += filter.feed({&c, 1});
  out += filter.finish();
  CHECK(out == whole);
  return whole;
}

}  // namespace

TEST_SUITE("text") {
  TEST_CASE("a misspelled name finds its neighbour") {
    constexpr std::array<std::string_view, 5> names{"listen", "workers", "idle_timeout_ms", "key",
                                                    "keys"};
    CHECK(nearest_name("lisen", names) == "listen");
    CHECK(nearest_name("LISTEN", names) == "listen");
    CHECK(nearest_name("wrokers", names) == "workers");
    CHECK(nearest_name("idle_timeout", names) == "idle_timeout_ms");
    CHECK(nearest_name("keys", names) == "keys");
    CHECK(nearest_name("kays", names) == "keys");
  }

  TEST_CASE("a name without a neighbour finds none") {
    constexpr std::array<std::string_view, 4> names{"listen", "key", "", "ab"};
    CHECK(nearest_name("temperature", names) == "");
    CHECK(nearest_name("xy", names) == "");  // both letters would have to change
    CHECK(nearest_name("", names) == "");
    CHECK(nearest_name("listening", names) == "listen");
    CHECK(nearest_name("listenings", names) == "");
    CHECK(nearest_name("listen", {}) == "");
    const std::string huge(1'000'000, 'a');
    const std::array<std::string_view, 1> same{huge};
    CHECK(nearest_name(huge, same) == "");
  }

  TEST_CASE("edits are counted without case") {
    CHECK(edit_distance("", "") == 0);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("abc", "") == 3);
    CHECK(edit_distance("kitten", "Sitting") == 3);
    CHECK(edit_distance("model", "modle") == 2);
  }

  TEST_CASE("plain text is shown as it is") {
    for (const std::string text :
         {"", "a\tb\nc", "\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80", "[31m]0;x\\", "a\xCC\x81",
          "\xE2\x80\xA8", "\xE2\x80\x8D", "\xC2\xA0"}) {
      CAPTURE(text);
      CHECK(shown(text) == text);
    }
  }

  TEST_CASE("controls are removed") {
    CHECK(shown("a\r\nb\a\b\v\f\x7Fz") == "a\nbz");
    CHECK(shown("a\0b"s) == "ab");
    CHECK(shown("a\xC2\x85"
                "b\xC2\x80") == "ab");
    for (unsigned c = 0; c < 0x20; ++c) {
      const bool kept = c == '\n' || c == '\t';
      CHECK(shown(std::string(1, static_cast<char>(c))).size() == (kept ? 1 : 0));
    }
  }

  TEST_CASE("escape sequences are removed whole") {
    CHECK(shown("a\x1B[31mred\x1B[0m") == "ared");
    CHECK(shown("\x1B[38;5;1mx\x1B[?25l\x1B[2Jy\x1B[!p") == "xy");
    CHECK(shown("\x1B]0;title\az") == "z");
    CHECK(shown("\x1B]8;;http://x/\x1B\\link\x1B]8;;\x1B\\") == "link");
    CHECK(shown("\x1B]52;c;aGk=\xC2\x9Cz") == "z");
    CHECK(shown("\x1BPq#0~\x1B\\z\x1BXsos\x1B\\\x1B^pm\x1B\\\x1B_apc\x1B\\!") == "z!");
    CHECK(shown("\x1B(B\x1B#8\x1B"
                "7\x1B"
                "c\x1BMz") == "z");
    CHECK(shown("\xC2\x9B"
                "31mz\xC2\x9D"
                "0;t\az\xC2\x9Cz") == "zzz");
    CHECK(shown("\x1B]0;caf\xC3\xA9\xE4\xBD\xA0\az") == "z");
  }

  TEST_CASE("a broken sequence takes no text with it") {
    CHECK(shown("a\x1B") == "a");
    CHECK(shown("a\x1B[3") == "a");
    CHECK(shown("a\x1B]0;t") == "a");
    CHECK(shown("\x1B[3\x1B[1mz") == "z");
    CHECK(shown("\x1B\x1B[1mz") == "z");
    CHECK(shown("\x1B[3\nz") == "\nz");
    CHECK(shown("\x1B[3\xC3\xA9z") == "\xC3\xA9z");
    CHECK(shown("\x1B\xC3\xA9z") == "\xC3\xA9z");
    CHECK(shown("\x1B]0;t\x18z\x1BPx\x1Az") == "zz");
    CHECK(shown("\x1B]0;t\x1B[1mz") == "z");
    CHECK(shown("\x1B\x1B]0;\x1B\x1B\\z") == "z");
  }

  TEST_CASE("a finished filter is as new") {
    TerminalFilter filter;
    CHECK(filter.feed("a\x1B]0;t\xE2\x82") == "a");
    CHECK(filter.finish() == "");
    CHECK(filter.feed("b") == "b");
  }

  TEST_CASE("removing one sequence never makes another") {
    CHECK(shown("\x1B\x1B[0m[31mz") == "[31mz");
    CHECK(shown("\x1B[\x07"
                "31mz") == "31mz");
  }

  TEST_CASE("a sequence that never ends hides 4 KiB and no more") {
    const std::string hidden(4095, 'x');  // with its "]" 4096
    const std::string text = "a\x1B]" + hidden + "shown\x1B[1m!";
    CHECK(strip_terminal_controls(text) == "ashown!");
    const std::string_view view = text;
    CHECK(fed({view.substr(0, 2), view.substr(2, 4000), view.substr(4002)}) == "ashown!");
    CHECK(strip_terminal_controls("\x1B[" + std::string(5000, '1')).size() == 5000 - 4095);
  }

  TEST_CASE("text cannot be reordered") {
    for (const char* control :
         {"\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE",
          "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9"}) {
      CHECK(shown("a"s + control + "b") == "ab");
    }
  }

  TEST_CASE("bytes that are no UTF-8 become U+FFFD") {
    const std::string mark = "\xEF\xBF\xBD";
    CHECK(shown("a\xFF"
                "b\x80") == "a" + mark + "b" + mark);
    CHECK(shown("\x9B"
                "31m") == mark + "31m");  // a raw C1 byte
    CHECK(shown("\xE2\x82") == mark);
    CHECK(shown("\xE2\x82x\xF0\x9F\x98") == mark + "x" + mark);
    CHECK(shown("\xE2\xE2\x82\xAC") == mark + "\xE2\x82\xAC");
    CHECK(shown("\xED\xA0\x80\xC0\xAF") == mark + mark + mark + mark + mark);
    CHECK(shown("\x1B[\xE2\x82") == mark);
  }

  TEST_CASE("random bytes show the same wherever they are cut and hold no control") {
    const unsigned seed = 20'260'101;
    CAPTURE(seed);
    std::mt19937 random(seed);
    constexpr std::string_view alphabet =
        "\x1B\x1B[]P\\;1mz\x07\x18\n\xC2\x9B\x9C\x9D\xE2\x80\xAE\xF0\x9F\x98\xFF";
    for (int round = 0; round < 300; ++round) {
      std::string text;
      for (int i = 0; i < 24; ++i) text += alphabet[random() % alphabet.size()];
      CAPTURE(text);
      const std::string out = shown(text);
      CHECK(out.find_first_of("\x1B\x07\x18") == std::string::npos);
      CHECK(out.find("\xC2\x9B") == std::string::npos);
      CHECK(strip_terminal_controls(out) == out);
    }
  }

  TEST_CASE("valid UTF-8 is told from invalid") {
    CHECK(is_valid_utf8(""));
    CHECK(is_valid_utf8("plain text of more than eight bytes \xC3\xA9"));
    CHECK(!is_valid_utf8("plain text of more than eight bytes \xC3"));
    CHECK(!is_valid_utf8("\xC0\x80"));
  }
}

}  // namespace arouter
