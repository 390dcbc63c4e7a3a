#include "cli/output.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("output") {
  TEST_CASE("colour is for terminals, unless the environment says otherwise") {
    CHECK(wants_colour({"", "xterm", "", ""}, true));
    CHECK_FALSE(wants_colour({"", "xterm", "", ""}, false));
    CHECK_FALSE(wants_colour({"1", "xterm", "", ""}, true));
    CHECK_FALSE(wants_colour({"", "dumb", "", ""}, true));
    CHECK_FALSE(wants_colour({"", "xterm", "0", ""}, true));
    CHECK(wants_colour({"", "xterm", "", "1"}, false));
    CHECK_FALSE(wants_colour({"", "xterm", "", "0"}, false));
    CHECK_FALSE(wants_colour({"1", "xterm", "", "1"}, true));
  }
}

}  // namespace arouter
