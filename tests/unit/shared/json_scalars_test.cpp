// Scalars of json_scan.hpp: from their spelling to their value and back.
#include <doctest/doctest.h>

#include <string>

#include "shared/json_scan.hpp"

namespace arouter {

namespace {

using namespace std::string_literals;

std::optional<std::string> decoded(std::string_view literal) {
  return decode_string(literal, {JsonType::string, 0, literal.size()});
}

std::optional<std::int64_t> count(std::string_view lexeme) {
  return decode_count(lexeme, {JsonType::number, 0, lexeme.size()});
}

std::string literal_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

}  // namespace

TEST_SUITE("json_scalars") {
  TEST_CASE("strings are unescaped") {
    CHECK(decoded("\"\"") == "");
    CHECK(decoded("\"plain \xC3\xA9\"") == "plain \xC3\xA9");
    CHECK(decoded(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(decoded(R"("a\u0041\u00e9\u20AC\ud83d\uDE00z")") ==
          "aA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z");
    CHECK(decoded(R"("\u0000")") == "\0"s);
    CHECK(decoded(R"("\\u0041")") == "\\u0041");
    CHECK(decoded(R"("\uffff\uDBFF\uDFFF")") == "\xEF\xBF\xBF\xF4\x8F\xBF\xBF");
  }

  TEST_CASE("a lone surrogate has no value") {
    for (const char* literal :
         {R"("\ud800")", R"("\udc00")", R"("\ude00\ud83d")", R"("\ud800x")", R"("\ud800\n")",
          R"("\ud800\u0041")", R"("\ud800\ud800\udc00")", R"("x\udfff")"}) {
      CAPTURE(literal);
      CHECK(!decoded(literal));
    }
  }

  TEST_CASE("only the right type has a value") {
    CHECK(!decode_string("null", {JsonType::null, 0, 4}));
    CHECK(!decode_string("", {}));
    CHECK(!decode_count("\"5\"", {JsonType::string, 0, 3}));
    CHECK(!decode_count("true", {JsonType::boolean, 0, 4}));
    CHECK(!decode_bool("1", {JsonType::number, 0, 1}));
    CHECK(!decode_bool("\"true\"", {JsonType::string, 0, 6}));
    CHECK(decode_bool("[true]", {JsonType::boolean, 1, 5}) == true);
    CHECK(decode_bool("false", {JsonType::boolean, 0, 5}) == false);
  }

  TEST_CASE("counts are digits up to 2^53") {
    CHECK(count("0") == 0);
    CHECK(count("128000") == 128'000);
    CHECK(count("9007199254740992") == 9'007'199'254'740'992);
    for (const char* lexeme : {"9007199254740993", "18446744073709551616", "-1", "-0", "1.0", "1e3",
                               "1234567890123456789012345678901234567890"}) {
      CAPTURE(lexeme);
      CHECK(!count(lexeme));
    }
  }

  TEST_CASE("a literal holds any text and reads back as it was") {
    CHECK(literal_of("") == "\"\"");
    CHECK(literal_of("a\"\\/\b\f\n\r\t\x01\x1f\x7f") == R"("a\"\\/\b\f\n\r\t\u0001\u001f)"
                                                        "\x7f\"");
    CHECK(literal_of("\0"s) == R"("\u0000")");
    for (int byte = 0; byte < 128; ++byte) {
      const std::string text = "0123456" + std::string(1, static_cast<char>(byte)) + "89";
      CHECK(scan_json(literal_of(text)).has_value());
      CHECK(decoded(literal_of(text)) == text);
    }
    const std::string long_text = "\xF0\x9F\x98\x80 \xC3\xA9\xE2\x80\xA8 end";
    CHECK(literal_of(long_text) == "\"" + long_text + "\"");
  }

  TEST_CASE("bytes that are no UTF-8 become U+FFFD, one for each broken character") {
    CHECK(literal_of("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
    CHECK(literal_of("\xE2\x82") == "\"\xEF\xBF\xBD\"");
    CHECK(literal_of("\xE2\x82\"") == "\"\xEF\xBF\xBD\\\"\"");
    CHECK(literal_of("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  }

  TEST_CASE("a text of any length and with escapes anywhere comes back as it was") {
    const std::string pieces[] = {"plain words",     "\n", "\t\"", "\\", "\x01", "\xC3\xA9",
                                  "\xF0\x9F\x98\x80"};
    std::string text;
    std::uint32_t random = 20'261'201;
    while (text.size() < 3'000) {
      random = random * 1'664'525 + 1'013'904'223;
      text += pieces[(random >> 16) % std::size(pieces)];
      CHECK(decoded(literal_of(text)) == text);
    }
  }
}

}  // namespace arouter
