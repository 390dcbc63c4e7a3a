#include "shared/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter {

TEST_SUITE("utf8") {
  TEST_CASE("every code point but surrogates is well-formed and comes back") {
    std::string text;
    for (char32_t point = 0; point <= 0x10FFFF; ++point) {
      if (point == 0xD800) point = 0xE000;
      text.clear();
      append_utf8(text, point);
      const bool good = utf8_length(text.data(), text.data() + text.size()) == text.size() &&
                        utf8_start(text).whole() && utf8_point(text) == point;
      if (!good) FAIL_CHECK("code point " << static_cast<std::uint32_t>(point));
    }
  }

  TEST_CASE("both readers agree on every pair of bytes and what may follow it") {
    std::size_t differ = 0, whole = 0;
    for (unsigned pair = 0; pair < 0x10000; ++pair) {
      for (const char third : {'\x00', '\x7F', '\x80', '\xBF', '\xC0', '\xFF'}) {
        const char text[] = {static_cast<char>(pair >> 8U), static_cast<char>(pair), third, '\x80'};
        const std::size_t length = utf8_length(text, text + 4);
        const Utf8Start start = utf8_start(std::string_view(text, 4));
        if (length != (start.whole() ? start.length : 0)) ++differ;
        if (length == 3) ++whole;
      }
    }
    CHECK(differ == 0);
    CHECK(whole == 2 * (0x10000 - 0x800 - 0x800) / 64);  // of U+0800..U+FFFF but surrogates
  }

  TEST_CASE("the first bad byte is found wherever it stands") {
    CHECK(find_invalid_utf8("") == std::string_view::npos);
    for (std::size_t place = 0; place < 24; ++place) {
      std::string text(24, 'x');
      CHECK(find_invalid_utf8(text) == std::string_view::npos);
      text[place] = '\xFF';
      CHECK(find_invalid_utf8(text) == place);
      text.replace(place, 1, "\xF0\x9F\x98\x80\xC3\xA9");
      CHECK(find_invalid_utf8(text) == std::string_view::npos);
      CHECK(find_invalid_utf8(text.substr(0, place + 5)) == place + 4);  // cut in a character
    }
  }

  TEST_CASE("overlong forms, surrogates, the far side of U+10FFFF and cut characters are invalid") {
    CHECK(find_invalid_utf8("gr\u00fc\u00df \u65e5 \U0001F600") == std::string_view::npos);
    for (const char* bad :
         {"a\x80", "a\xC0\xAF", "a\xC1\xBF", "a\xE0\x9F\xBF", "a\xED\xA0\x80", "a\xE2\x82",
          "a\xF0\x8F\xBF\xBF", "a\xF4\x90\x80\x80", "a\xF5\x80\x80\x80", "a\xFE", "a\xFF"}) {
      CHECK(find_invalid_utf8(bad) == 1);
    }
  }

  TEST_CASE("a cut character is told from a broken one") {
    const Utf8Start cut = utf8_start("\xF0\x9F\x98");
    CHECK(!cut.whole());
    CHECK(cut.fitting == 3);
    CHECK(cut.length == 4);
    CHECK(utf8_start("\xE2\x82x").fitting == 2);
    CHECK(utf8_start("\xED\xA0\x80").fitting == 1);
    CHECK(utf8_start("\x80").fitting == 0);
    CHECK(utf8_start("\xFF").bad_bytes() == 1);
  }
}

}  // namespace arouter
