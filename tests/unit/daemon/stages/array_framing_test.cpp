#include "daemon/stages/array_framing.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::daemon {

TEST_SUITE("array framing") {
  TEST_CASE("events become the elements of one array, whatever pieces they come in") {
    ArrayFraming framing;
    std::string array;
    for (std::string events :
         {"data: {\"a\":1}\n\ndata: {\"b\":2}\n\n", "\n", "data: {\"c\":3}\n\n"}) {
      array += framing.take(events);
      CHECK(events.empty());
    }
    array += framing.end();
    CHECK(array == "[{\"a\":1},\r\n{\"b\":2}\n,\r\n{\"c\":3}\r\n]");
  }

  TEST_CASE("the end mark of other formats is no element") {
    ArrayFraming framing;
    std::string events = "data: {\"a\":1}\n\ndata: [DONE]\n\n";
    const std::string elements = framing.take(events);
    CHECK(elements + framing.end() == "[{\"a\":1}\n\r\n]");
  }

  TEST_CASE("a stream of nothing is an empty array") {
    CHECK(ArrayFraming().end() == "[]");
  }
}

}  // namespace arouter::daemon
