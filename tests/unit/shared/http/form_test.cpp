#include "shared/http/form.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("form") {
  TEST_CASE("what may stand in a form stands, all else is encoded") {
    CHECK(form_encode("") == "");
    CHECK(form_encode("azAZ09*-._") == "azAZ09*-._");
    CHECK(form_encode("a b") == "a+b");
    CHECK(form_encode("+&=%/:~") == "%2B%26%3D%25%2F%3A%7E");
    CHECK(form_encode("é\n") == "%C3%A9%0A");
    CHECK(form_encode(std::string(1, '\0')) == "%00");
  }

  TEST_CASE("fields are joined by ampersands") {
    std::string form;
    append_form_field(form, "a", "1");
    append_form_field(form, "b c", "");
    append_form_field(form, "d", "&");
    CHECK(form == "a=1&b+c=&d=%26");
  }
}

}  // namespace arouter
