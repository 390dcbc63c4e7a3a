#include "cli/table.hpp"

#include <doctest/doctest.h>

#include <sstream>

namespace arouter {

namespace {

Table prices() {
  return {{{"MODEL"}, {"CONTEXT", true, true}, {"MODALITIES", false, true}},
          {{"acme/model-a", "128000", "text"}, {"acme/b", "8", "text+image"}}};
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    widest = std::max(widest, display_width(line));
  }
  return widest;
}

}  // namespace

TEST_SUITE("table") {
  TEST_CASE("columns line up, numbers to the right, and no line ends in blanks") {
    CHECK(lay_out(prices(), 80) ==
          "MODEL         CONTEXT  MODALITIES\n"
          "acme/model-a   128000  text\n"
          "acme/b              8  text+image\n");
  }

  TEST_CASE("a narrow terminal loses optional columns, the last first, then the end of the first") {
    CHECK(lay_out(prices(), 30) ==
          "MODEL         CONTEXT\nacme/model-a   128000\nacme/b              8\n");
    CHECK(lay_out(prices(), 12) == "MODEL\nacme/model-a\nacme/b\n");
    CHECK(lay_out(prices(), 10) == "MODEL\nacme/mode…\nacme/b\n");
    for (std::size_t width = 8; width < 90; ++width) {
      CAPTURE(width);
      CHECK(widest_line(lay_out(prices(), width)) <= width);
    }
  }

  TEST_CASE("widths are those of a terminal") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("日本") == 4);
    CHECK(display_width("e\u0301") == 1);   // a letter and its accent
    CHECK(display_width("👩\u200d🚀") == 2);  // joined into one emoji
    CHECK(display_width("\xff\xfe") == 2);  // no UTF-8: two replacements
    CHECK(fit("日本語", 5) == "日本…");
    CHECK(fit("日本語", 4) == "日…");
    CHECK(fit("abc", 3) == "abc");
    CHECK(fit("abc", 0) == "");
  }

  TEST_CASE("cells can neither command the terminal nor break a row") {
    const Table table{{{"A"}, {"B"}}, {{"x\x1b[31mred\n", "y\tz"}}};
    CHECK(lay_out(table, 80) == "A      B\nxred   y z\n");
    CHECK(tab_separated(table) == "x\x1b[31mred \ty z\n");
  }

  TEST_CASE("programs get rows without titles") {
    CHECK(tab_separated(prices()) == "acme/model-a\t128000\ttext\nacme/b\t8\ttext+image\n");
  }
}

}  // namespace arouter
