// bytes.hpp against a loop that looks at each byte.
#include "shared/bytes.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "shared/json_plain.hpp"

namespace arouter {

namespace {

/// Every place that a special byte can have in texts around the sizes of words and blocks.
template <class Check>
void at_every_place(Check check) {
  for (const char special : {'"', '\\', '\n', '\0', '\x1f', '\x80', '\xff'}) {
    for (std::size_t size = 0; size <= 50; ++size) {
      for (std::size_t place = 0; place <= size; ++place) {
        std::string text(size, ' ');
        for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(' ' + 1 + i % 90);
        std::replace_if(
            text.begin(), text.end(), [](char c) { return c == '"' || c == '\\'; }, 'x');
        if (place < size) text[place] = special;
        if (place + 3 < size) text[place + 3] = '"';
        check(text, place);
      }
    }
  }
}

}  // namespace

TEST_SUITE("bytes") {
  TEST_CASE("the first special byte is found wherever it stands") {
    at_every_place([](const std::string& text, std::size_t place) {
      const char* const end = text.data() + text.size();
      CHECK(json_detail::find_special(text.data(), end) == text.data() + place);
    });
  }

  TEST_CASE("what stands before it is copied, and nothing is written behind the room") {
    at_every_place([](const std::string& text, std::size_t place) {
      std::string copy(text.size() + 1, '~');
      const char* const stop =
          bytes::copy_until(text.data(), text.data() + text.size(), copy.data(),
                            json_detail::kSpecialMarks, json_detail::kIsSpecial);
      CHECK(stop == text.data() + place);
      CHECK(copy.substr(0, place) == text.substr(0, place));
      CHECK(copy.back() == '~');
    });
  }

  TEST_CASE("each test tells every byte from its neighbours") {
    for (const std::size_t size : {1U, 8U, 16U}) {  // by bytes, by words and by blocks
      for (int value = 0; value < 256; ++value) {
        CAPTURE(size);
        CAPTURE(value);
        const std::string text(size, static_cast<char>(value));
        const bool is_special =
            json_detail::find_special(text.data(), text.data() + size) == text.data();
        CHECK(is_special == (value < 0x20 || value >= 0x80 || value == '"' || value == '\\'));
      }
    }
  }
}

}  // namespace arouter
