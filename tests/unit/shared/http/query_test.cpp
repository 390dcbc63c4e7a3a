#include "shared/http/query.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace arouter {

namespace {

std::vector<std::string> fields_of(std::string_view query) {
  std::vector<std::string> fields;
  while (const auto field = take_query_field(query)) {
    fields.push_back(std::string(field->name) + "|" + std::string(field->value));
  }
  return fields;
}

using Fields = std::vector<std::string>;

}  // namespace

TEST_SUITE("query") {
  TEST_CASE("a query is split at '&' and at the first '='") {
    CHECK(fields_of("") == Fields{});
    CHECK(fields_of("a=1&b=2") == Fields{"a|1", "b|2"});
    CHECK(fields_of("a=1=2&b==") == Fields{"a|1=2", "b|="});
    CHECK(fields_of("a&b=&=c") == Fields{"a|", "b|", "|c"});
    CHECK(fields_of("&&a=1&&") == Fields{"a|1"});
    CHECK(fields_of("a=%26&b=+") == Fields{"a|%26", "b|+"});
    CHECK(fields_of("=") == Fields{"|"});
  }

  TEST_CASE("the first field of a name is found, by its whole name") {
    CHECK(find_query_value("ab=0&a=1&a=2", "a") == "1");
    CHECK(find_query_value("a", "a") == "");
    CHECK(!find_query_value("A=1", "a"));
    CHECK(!find_query_value("", ""));
  }

  TEST_CASE("a name is taken out and the rest stays as it was") {
    CHECK(without_query_value("alt=sse&key=abc", "key") == "alt=sse");
    CHECK(without_query_value("key=abc", "key") == "");
    CHECK(without_query_value("key&a=%20&key=2&b", "key") == "a=%20&b");
    CHECK(without_query_value("a=&key=1&b=2=3", "key") == "a=&b=2=3");
    CHECK(without_query_value("monkey=1", "key") == "monkey=1");
  }
}

}  // namespace arouter
