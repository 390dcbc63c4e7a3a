#include "shared/model_pattern.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter {

TEST_SUITE("model_pattern") {
  TEST_CASE("a star stands for any bytes, none included, and all else for itself") {
    struct Case {
      const char* pattern;
      const char* name;
      bool fits;
    };
    for (const Case& each : {Case{"", "", true},
                             {"", "a", false},
                             {"a", "", false},
                             {"a", "a", true},
                             {"a", "A", false},
                             {"*", "", true},
                             {"*", "a/b", true},
                             {"a*", "a", true},
                             {"a*", "ab/c", true},
                             {"a*", "ba", false},
                             {"*a", "ba", true},
                             {"*a", "ab", false},
                             {"a*c", "abc", true},
                             {"a*c", "acb", false},
                             {"a*c", "acbc", true},
                             {"*b*", "abc", true},
                             {"*b*", "acd", false},
                             {"**", "a", true},
                             {"a**b", "ab", true},
                             {"*ab*ab", "abab", true},
                             {"*ab*ab", "ab", false},
                             {"a*b*c", "aXbYbZc", true},
                             {"a?", "ab", false},
                             {"[a]", "a", false},
                             {"gpt-*", "gpt-", true},
                             {"gpt-*-mini", "gpt-5-mini", true},
                             {"gpt-*-mini", "gpt-mini", false},
                             {"*aab", "aaab", true},
                             {"a*", "*", false},
                             {"a*b", "a*b", true}}) {
      CAPTURE(each.pattern);
      CAPTURE(each.name);
      CHECK(matches_pattern(each.pattern, each.name) == each.fits);
    }
  }

  TEST_CASE("a pattern of many stars costs no more than both lengths multiplied") {
    std::string pattern;
    for (int i = 0; i < 100; ++i) pattern += "*a";
    CHECK_FALSE(matches_pattern(pattern + "b", std::string(10'000, 'a')));
    CHECK(matches_pattern(pattern, std::string(10'000, 'a')));
  }
}

}  // namespace arouter
