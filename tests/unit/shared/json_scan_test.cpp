#include "shared/json_scan.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace arouter {

namespace {

using namespace std::string_literals;

std::string repeat(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string code_of(const std::string& text) {
  const Result<JsonType> scanned = scan_json(text);
  return scanned ? "" : std::string(error_code(scanned.error()));
}

/// What stands under `key` in `object`, as it is spelled there.
std::string spelled(std::string_view text, const JsonValue& object, std::string_view key) {
  std::array<JsonMember, 1> wanted{{{key}}};
  find_members(text, object, wanted);
  return std::string(wanted[0].value.in(text));
}

JsonValue whole(std::string_view text, JsonType type) {
  return {type, 0, text.size()};
}

// clang-format off
const std::vector<std::string> kGood = {
    "{}", "[]", "\"\"", "0", "-0", "true", "false", "null", " \t\r\n{}\n ", "[[],[{}]]", "[1,2]",
    R"({"":0})", R"({"a":1,"a":2})", "9007199254740993", "18446744073709551616", "1e400", "-0.0",
    "1E2", "1e+2", "1e-2", "1.10", "0e1", "0.0000001", "1234567890123456789012345678901234567890",
    R"("\"\\\/\b\f\n\r\t")", R"("\u0000")", R"("\uD83D\uDE00\u00e9")", R"("\ud800")",
    R"("\udc00\ud800")", R"("\ud800\ud800\n")", "\"\x7f\"", "\"\xC2\x80\"", "\"\xDF\xBF\"",
    "\"\xE0\xA0\x80\"", "\"\xED\x9F\xBF\"", "\"\xEE\x80\x80\"", "\"\xEF\xBF\xBF\"",
    "\"\xF0\x90\x80\x80\"", "\"\xF4\x8F\xBF\xBF\"",
    "\"\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAE\"",  // U+2028, U+2029, a bidi override
    R"( { "a" : [ 1 , { "b" : null } ] , "c" : "d" } )", R"("// no comment /* here */")"};

const std::vector<std::string> kBad = {
    "", " ", "\n\t", "[", "]", "{", "}", "[}", "{]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]",
    "[1,,2]", "[1]]", "[]{}", "{}{}", "1 2", "{}x", "[1]\"", "{,}", R"({"a")", R"({"a":)",
    R"({"a":})", R"({"a" 1})", R"({"a":1,})", R"({"a":1,,"b":2})", R"({"a":1 "b":2})", R"({"a",1})",
    R"({a:1})", R"({'a':1})", R"({1:1})", R"({null:1})", R"({[]:1})", R"({"a":1]})", R"(["a":1])",
    R"({"a":1:2})", "'a'", "NaN", "-NaN", "Infinity", "-Infinity", "inf", "0x1", "01", "-01", "00",
    "1.", ".1", "-.1", "-", "--1", "+1", "1e", "1e+", "1E-", "1.e1", "1e1.5", "1_0", "1,0", "- 1",
    "0.", "1a", "1true", "\xEF\xBC\x91", "tru", "trues", "True", "TRUE", "nul", "nulls", "fals",
    "[1}", "[[1}]", R"({"a":1])", R"([{"a":1]])",
    "undefined", "[true", "// a\n1", "/* a */1", "1 // a", "[1/**/]", "# a\n1", "\"", "\"a", "\"\\",
    "\"\\\"", "\"\\x\"", "\"\\a\"", "\"\\'\"", "\"\\0\"", "\"\\\0\""s, "\"\\u\"", "\"\\u1\"",
    "\"\\u12\"",
    "\"\\u123\"", "\"\\u123", "\"\\u12G4\"", "\"\\U0041\"", "\"\\u 041\"", "\"\\\n\"", "\"\n\"",
    "\"\t\"", "\"\x1f\"", "\"\0\""s, "[\0]"s, "{}\0"s, "\0"s, "[\f]", "[\v1]", "\xC2\xA0{}",
    "\xE2\x81\xA0[]", "\xEF\xBB\xBF{}", "\xEF\xBB\xBF", "\xFF\xFE{\0}\0"s, "\xFE\xFF\0{\0}"s,
    "{\0}\0"s, "\0{\0}"s, "\"\x80\"", "\"\xBF\"", "\"\xC0\x80\"", "\"\xC0\xAF\"", "\"\xC1\xBF\"",
    "\"\xC2\"", "\"\xC2", "\"\xE0\x9F\xBF\"", "\"\xE0\x80\x80\"", "\"\xED\xA0\x80\"",
    "\"\xED\xBF\xBF\"", "\"\xE2\x82\"", "\"\xE2\x82", "\"\xF0\x8F\xBF\xBF\"",
    "\"\xF0\x80\x80\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xF5\x80\x80\x80\"", "\"\xF0\x9F\x98\"",
    "\"\xF0\x9F\x98", "\"\xFE\"", "\"\xFF\"", "\"\xF8\x88\x80\x80\x80\"", "{\"\xFF\":1}",
    "[\xC3\xA9]", "<a/>", "[1;2]", "*"};
// clang-format on

}  // namespace

TEST_SUITE("json_scan") {
  TEST_CASE("what RFC 8259 allows is JSON, at any place in a word") {
    for (const std::string& text : kGood) {
      CAPTURE(text);
      CHECK(code_of(text) == "");
      // Long strings and short ones take different loops.
      for (std::size_t i = 0; i < 17; ++i) {
        CHECK(code_of("[\"" + std::string(i, 'x') + "\"," + text + "]") == "");
        CHECK(code_of("{\"" + std::string(i, 'x') + "\":" + text + "}") == "");
      }
    }
  }

  TEST_CASE("what RFC 8259 forbids is refused, at any place in a word") {
    for (const std::string& text : kBad) {
      CAPTURE(text);
      CHECK(code_of(text) == "invalid_json");
      CHECK(scan_object(text, {}).has_error());
      if (text == "1,0" || text == "[1]]" || text == "1 // a") continue;
      for (std::size_t i = 0; i < 17; ++i) {
        CHECK(code_of("[\"" + std::string(i, 'x') + "\"," + text + "]") == "invalid_json");
        CHECK(code_of("{\"a\":\"" + std::string(i, 'x') + "\",\"b\":" + text + "}") ==
              "invalid_json");
      }
    }
  }

  TEST_CASE("every byte in a string is plain, an escape's or refused") {
    for (int byte = 0; byte < 256; ++byte) {
      CAPTURE(byte);
      const bool plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
      for (std::size_t place = 0; place < 24; ++place) {
        std::string text = "\"" + std::string(24, 'x') + "\"";
        text[place + 1] = static_cast<char>(byte);
        CHECK((code_of(text) == "") == plain);
      }
    }
  }

  TEST_CASE("every prefix of an object is refused") {
    const std::string text = "{\"a\":[1.5e3,true,null,\"\\u00e9\xC3\xA9\\n\"],\"b\":{\"c\":-0.1}}";
    REQUIRE(code_of(text) == "");
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
      CAPTURE(cut);
      // No NUL behind it, unlike a string: a sanitizer sees an overrun.
      const std::vector<char> part(text.data(), text.data() + cut);
      CHECK(scan_json({part.data(), part.size()}).has_error());
    }
  }

  TEST_CASE("64 levels are read, more are refused without a deep stack") {
    CHECK(code_of(repeat("[", 64) + repeat("]", 64)) == "");
    CHECK(code_of(repeat("{\"a\":", 63) + "{}" + repeat("}", 63)) == "");
    CHECK(scan_object("{\"a\":" + repeat("[", 63) + repeat("]", 63) + "}", {}).has_value());
    CHECK(scan_object("{\"a\":" + repeat("[", 64) + repeat("]", 64) + "}", {}).has_error());
    for (const std::size_t depth : {65U, 1'000U, 100'000U, 1'000'000U}) {
      CAPTURE(depth);
      CHECK(code_of(repeat("[", depth)) == "invalid_json");
      CHECK(code_of(repeat("[", depth) + repeat("]", depth)) == "invalid_json");
      CHECK(code_of(repeat("{\"a\":", depth)) == "invalid_json");
      CHECK(code_of(repeat("[{\"a\":", depth / 2 + 1)) == "invalid_json");
    }
  }

  TEST_CASE("200000 values are read, more are refused") {
    CHECK(code_of("[" + repeat("0,", 199'998) + "0]") == "");
    CHECK(code_of("[" + repeat("0,", 199'999) + "0]") == "invalid_json");
    CHECK(code_of("[" + repeat("{},", 999'999) + "{}]") == "invalid_json");
    CHECK(scan_object("{\"a\":[" + repeat("{},", 199'997) + "{}]}", {}).has_value());
    CHECK(scan_object("{\"a\":[" + repeat("{},", 199'998) + "{}]}", {}).has_error());
    std::string keys = "{";
    for (int i = 0; i < 100'000; ++i) keys += "\"k" + std::to_string(i) + "\":1,";
    std::array<JsonMember, 1> wanted{{{"k99999"}}};
    REQUIRE(scan_object(keys + "\"z\":0}", wanted).has_value());
    CHECK(wanted[0].value.present());
  }

  TEST_CASE("wanted members are found where they stand, others are left alone") {
    const std::string text =
        " { \"x\" : {\"model\":1}, \"model\" :\"a/b\" ,\"stream\":null,\"n\":[1, 2] } ";
    std::array<JsonMember, 4> wanted{{{"model"}, {"stream"}, {"n"}, {"user"}}};
    REQUIRE(scan_object(text, wanted).has_value());
    CHECK(wanted[0].value.in(text) == "\"a/b\"");
    CHECK(wanted[0].value.type == JsonType::string);
    CHECK(wanted[0].key_begin == text.find("\"model\" :"));
    CHECK(wanted[1].value.is_null());
    CHECK(wanted[2].value.in(text) == "[1, 2]");
    CHECK(wanted[2].value.type == JsonType::array);
    CHECK(!wanted[3].value.present());

    REQUIRE(scan_object("{\"user\":0.5}", wanted).has_value());  // a second use forgets the first
    CHECK(!wanted[0].value.present());
    CHECK(wanted[3].value.type == JsonType::number);
  }

  TEST_CASE("only an object is an object") {
    for (const char* text : {"[]", "1", "\"{}\"", "null", "true"}) {
      CAPTURE(text);
      CHECK(scan_object(text, {}).has_error());
      CHECK(scan_json(text).has_value());
    }
    CHECK(*scan_json(" [1]") == JsonType::array);
    CHECK(*scan_json("-1") == JsonType::number);
    CHECK(*scan_json("{}") == JsonType::object);
  }

  TEST_CASE("a wanted key that stands twice is refused however it is spelled") {
    for (const char* text :
         {R"({"model":"a","model":"a"})", R"({"model":"a","x":1,"mod\u0065l":"b"})",
          R"({"\u006d\u006F\u0064\u0065\u006C":"a","model":null})"}) {
      CAPTURE(text);
      std::array<JsonMember, 2> wanted{{{"stream"}, {"model"}}};
      const Result<void> scanned = scan_object(text, wanted);
      REQUIRE(scanned.has_error());
      const Error error = scanned.error();
      CHECK(error_code(error) == "duplicate_key");
      CHECK(error.param == "model");
      CHECK(http_status(error) == 400);
    }
    std::array<JsonMember, 1> wanted{{{"model"}}};
    CHECK(scan_object(R"({"model":1,"Model":2,"model\u0000":3,"x":{"model":4}})", wanted)
              .has_value());
    CHECK(scan_object(R"({"model":1,"other":2,"other":3})", wanted).has_value());
    CHECK(scan_object(R"({"mod\ud800el":1,"model":2})", wanted).has_value());
  }

  TEST_CASE("an escaped key is found once") {
    const std::string text = R"({"mod\u0065l":"x"})";
    std::array<JsonMember, 1> wanted{{{"model"}}};
    REQUIRE(scan_object(text, wanted).has_value());
    CHECK(wanted[0].value.in(text) == "\"x\"");
    CHECK(wanted[0].key_begin == 1);
    CHECK(spelled(text, whole(text, JsonType::object), "model") == "\"x\"");
  }

  TEST_CASE("a refusal names the byte at fault") {
    CHECK(scan_json("[1,x]").error().message == "invalid JSON at byte 3: a value is expected");
    CHECK(scan_json("[1,").error().message == "invalid JSON at byte 3: the text ends too early");
    CHECK(scan_json("{} 1").error().message ==
          "invalid JSON at byte 3: more bytes follow the value");
    CHECK(scan_json("[\"\xFF\"]").error().message.find("byte 2") != std::string::npos);
  }

  TEST_CASE("members of an inner object are found without a second validation") {
    const std::string text =
        R"([{"a":"x\"}\\","b":{"a":0,"c":[{"a":"]"}]} , "d":[ ],"e":true,"f" : -1.5e2 }])";
    JsonValue object;
    for_each_element(text, whole(text, JsonType::array),
                     [&](const JsonValue& element) { object = element; });
    REQUIRE(object.type == JsonType::object);
    CHECK(object.end == text.size() - 1);
    CHECK(spelled(text, object, "a") == R"("x\"}\\")");
    CHECK(spelled(text, object, "b") == R"({"a":0,"c":[{"a":"]"}]})");
    CHECK(spelled(text, object, "d") == "[ ]");
    CHECK(spelled(text, object, "e") == "true");
    CHECK(spelled(text, object, "f") == "-1.5e2");
    CHECK(spelled(text, object, "c") == "");
    const std::string array = R"(["a",1])";
    CHECK(spelled(array, whole(array, JsonType::array), "a") == "");
    CHECK(spelled(R"({"a":1,"a":2})", {JsonType::object, 0, 13}, "a") == "2");
  }

  TEST_CASE("elements come in order with their places") {
    const std::string text = R"( [ 1 ,"a,]", [2,3],{"b":[]}, null,true ] )";
    std::vector<std::string> seen;
    JsonValue array{JsonType::array, 1, text.size() - 1};
    for_each_element(text, array,
                     [&](const JsonValue& element) { seen.emplace_back(element.in(text)); });
    CHECK(seen == std::vector<std::string>{"1", "\"a,]\"", "[2,3]", "{\"b\":[]}", "null", "true"});
    for_each_element("[ ]", whole("[ ]", JsonType::array), [](const JsonValue&) { CHECK(false); });
    for_each_element("{}", whole("{}", JsonType::object), [](const JsonValue&) { CHECK(false); });
    for_each_element("", JsonValue{}, [](const JsonValue&) { CHECK(false); });
  }

  TEST_CASE("a cut text or a wrong place is never read beyond its end") {
    const std::string text = R"({"a":["\"",{"b":1}],"c":"\\"})";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
      const std::string part = text.substr(0, cut);  // on the heap: a sanitizer sees an overrun
      for (std::size_t from = 0; from <= cut; ++from) {
        std::array<JsonMember, 1> wanted{{{"c"}}};
        find_members(part, {JsonType::object, from, cut}, wanted);
        for_each_element(part, {JsonType::array, from, cut},
                         [&](const JsonValue& element) { CHECK(element.end <= cut); });
      }
    }
  }
}

}  // namespace arouter
