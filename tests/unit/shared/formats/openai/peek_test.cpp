#include "shared/formats/openai/peek.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace arouter::openai {

namespace {

using namespace std::string_literals;

/// `fields` behind a model and a message.
std::string with(std::string_view fields) {
  return R"({"model":"acme/m","messages":[{"role":"user","content":"hi"}])" +
         (fields.empty() ? "" : "," + std::string(fields)) + "}";
}

Error refusal_of(const std::string& body) {
  const Result<Peek> request = peek_request(body);
  return request ? Error{} : request.error();
}

/// The field that a refusal names; "-" when it is none that the client could mend.
std::string param_of(const std::string& fields) {
  const Error error = refusal_of(with(fields));
  return http_status(error) == 400 ? error.param : "-";
}

bool is_read(const std::string& fields) {
  return peek_request(with(fields)).has_value();
}

/// What a provider is sent for `body`, its model being "m".
std::string sent(const std::string& body) {
  const Result<Peek> request = peek_request(body);
  REQUIRE(request.has_value());
  return pass_request(body, *request, "m");
}

const std::string kAsked = R"("stream_options":{"include_usage":true})";

}  // namespace

TEST_SUITE("openai request") {
  TEST_CASE("what routing needs is read") {
    const std::string body =
        with(R"("stream":true,"user":"u\u00e9\n","stream_options":{"x":1,"include_usage":true})");
    const Result<Peek> request = peek_request(body);
    REQUIRE(request.has_value());
    CHECK(request->model == "acme/m");
    CHECK(request->user == "u\xC3\xA9\n");
    CHECK(request->stream);
    CHECK(request->include_usage);
    CHECK(request->model_value.in(body) == R"("acme/m")");
    CHECK(body[request->last_brace] == '}');
    CHECK(request->last_brace == body.size() - 1);
  }

  TEST_CASE("what is absent or null is not asked for") {
    for (const std::string fields :
         {"", R"("stream":null,"user":null,"stream_options":null,"max_tokens":null,"n":null)",
          R"("stream":false,"stream_options":{"include_usage":null})"}) {
      CAPTURE(fields);
      const std::string body = with(fields);
      const Result<Peek> request = peek_request(body);
      REQUIRE(request.has_value());
      CHECK(!request->stream);
      CHECK(!request->include_usage);
      CHECK(request->user == "");
    }
    CHECK(peek_request(R"({"model":"m","messages":null})").has_value());
  }

  TEST_CASE("a model must be named by a string") {
    for (const std::string model :
         {"null", "1", "true", "\"\"", "[]", "{}", R"("\ud800")", R"("\udc00\ud800")"}) {
      CAPTURE(model);
      const Error error = refusal_of("{\"model\":" + std::string(model) + ",\"messages\":[]}");
      CHECK(http_status(error) == 400);
      CHECK(error.param == "model");
    }
    CHECK(refusal_of(R"({"messages":[]})").param == "model");
    CHECK(refusal_of("{}").param == "model");
  }

  TEST_CASE("a model is taken as it is named once unescaped, NUL included") {
    const std::string body = R"({"mod\u0065l":"acme\/m\u0000\ud83d\ude00"})";
    const Result<Peek> request = peek_request(body);
    REQUIRE(request.has_value());
    CHECK(request->model == "acme/m\0\xF0\x9F\x98\x80"s);
  }

  TEST_CASE("switches are true, false or null, and nothing that looks like it") {
    for (const std::string value : {R"("true")", "1", "0", R"("")", "[]", "{}"}) {
      CAPTURE(value);
      CHECK(param_of("\"stream\":" + std::string(value)) == "stream");
      CHECK(param_of(R"("stream_options":{"include_usage":)" + std::string(value) + "}") ==
            "stream_options");
    }
    for (const std::string value : {"true", "1", R"("x")", "[]"}) {
      CAPTURE(value);
      CHECK(param_of("\"stream_options\":" + std::string(value)) == "stream_options");
    }
  }

  TEST_CASE("counts are whole numbers within bounds") {
    for (const std::string field : {"max_tokens", "max_completion_tokens", "n"}) {
      CAPTURE(field);
      for (const std::string value :
           {"-1", "0", "-0", "1.5", "1.0", "\"5\"", "true", "[]", "{}", "2147483648", "1e9", "1e2",
            "18446744073709551616", "9223372036854775808", "1e400"}) {
        CAPTURE(value);
        CHECK(param_of("\"" + field + "\":" + value) == field);
      }
      CHECK(is_read("\"" + field + "\":1"));
      CHECK(is_read("\"" + field + "\":null"));
    }
    CHECK(is_read(R"("max_tokens":100000000,"max_completion_tokens":100000000,"n":128)"));
    CHECK(param_of(R"("max_tokens":100000001)") == "max_tokens");
    CHECK(param_of(R"("n":129)") == "n");
  }

  TEST_CASE("a user is a string without NUL") {
    for (const std::string value : {"1", "true", "{}", R"("a\u0000b")", R"("\ud800")"}) {
      CAPTURE(value);
      CHECK(param_of("\"user\":" + std::string(value)) == "user");
    }
    CHECK(is_read(R"("user":"")"));
  }

  TEST_CASE("messages are an array") {
    for (const std::string value : {"{}", "\"hi\"", "1", "true"}) {
      CAPTURE(value);
      CHECK(refusal_of("{\"model\":\"m\",\"messages\":" + std::string(value) + "}").param ==
            "messages");
    }
  }

  TEST_CASE("a key that we read may stand once, however it is spelled") {
    for (const std::string fields :
         {R"("model":"x")", R"("mod\u0065l":"x")", R"("messages":[])", R"("n":1,"n":1)",
          R"("stream":true,"stream":false)", R"("max_tokens":1,"max_tokens":null)",
          R"("stream_options":{},"stream_\u006fptions":{})", R"("user":"a","user":"a")"}) {
      CAPTURE(fields);
      const Error error = refusal_of(with(fields));
      CHECK(error_code(error) == "duplicate_key");
      CHECK(http_status(error) == 400);
      CHECK(error.param != "");
    }
    for (const std::string inner : {R"("include_usage":true,"include_usage":false)",
                                    R"("include_usage":false,"x":{},"include_us\u0061ge":true)"}) {
      CAPTURE(inner);
      const Error error =
          refusal_of(with("\"stream\":true,\"stream_options\":{" + std::string(inner) + "}"));
      CHECK(error_code(error) == "duplicate_key");
      CHECK(error.param == "stream_options");
    }
  }

  TEST_CASE("keys that nobody reads travel, twice and misspelled too") {
    const std::string body = R"({"x":1,"model":"acme/m","x":1e400,"Model":"other",)"
                             R"("metadata":{"model":"y","model":"z"},"x":-0.0})";
    CHECK(sent(body) == R"({"x":1,"model":"m","x":1e400,"Model":"other",)"
                        R"("metadata":{"model":"y","model":"z"},"x":-0.0})");
  }

  TEST_CASE("a body may not say where a provider is or what to pay it with") {
    for (const std::string field : {"api_base", "base_url", "api_key"}) {
      for (const std::string value : {"\"http://127.0.0.1\"", "null", "{}"}) {
        CAPTURE(field);
        const Error error = refusal_of(with("\"" + field + "\":" + value));
        CHECK(http_status(error) == 400);
        CHECK(error_code(error) == "unsupported_field");
        CHECK(error.param == field);
        CHECK(error.message.find("127.0.0.1") == std::string::npos);
      }
      CHECK(is_read("\"x\":{\"" + field + "\":1}"));
    }
  }

  TEST_CASE("a body is one JSON object, all of it") {
    for (const std::string& body :
         {""s, " "s, "[]"s, "null"s, with("") + "x", with("") + "{}", "\xEF\xBB\xBF" + with(""),
          with("\"x\":NaN"), with("\"x\":01"), with("\"x\":\"\xC0\xAF\""), with("\"x\":1,"),
          with("\"x\":\"\xED\xA0\x80\""), with("").substr(0, with("").size() - 1), with("\0"s),
          with("\"x\":" + std::string(64, '[') + std::string(64, ']'))}) {
      CAPTURE(body);
      const Error error = refusal_of(body);
      CHECK(http_status(error) == 400);
      CHECK(error_code(error) == "invalid_json");
    }
  }

  TEST_CASE("only the model changes where no usage has to be asked for") {
    CHECK(sent("{\"model\":\"acme/m\"}") == "{\"model\":\"m\"}");
    CHECK(sent(" \r\n{ \"n\" : 1 ,\t\"model\" :\n\"acme/m\" , \"x\":[ 1.10, 1E2 ] } \n") ==
          " \r\n{ \"n\" : 1 ,\t\"model\" :\n\"m\" , \"x\":[ 1.10, 1E2 ] } \n");
    for (const std::string fields :
         {R"("stream":false)", R"("stream":null,"stream_options":null)",
          R"("stream":true,"stream_options":{"include_usage":true})",
          R"("stream_options":{"include_usage":false})", R"("stream_options":{ })"}) {
      CAPTURE(fields);
      std::string expected = with(fields);
      expected.replace(expected.find("acme/m"), 6, "m");
      CHECK(sent(with(fields)) == expected);
    }
  }

  TEST_CASE("a provider's name for the model is escaped") {
    const std::string body = R"({"model":"acme/m"})";
    CHECK(pass_request(body, *peek_request(body), "a\"b\\c\n") == R"({"model":"a\"b\\c\n"})");
  }

  TEST_CASE("the usage of a stream is asked for, with any white space around") {
    struct Case {
      const char* given;
      std::string wanted;
    };
    const std::vector<Case> cases = {
        {R"({"model":"a/m","stream":true})", R"({"model":"m","stream":true,)" + kAsked + "}"},
        {"{\"stream\":true,\"model\":\"a/m\"\n}\n ",
         "{\"stream\":true,\"model\":\"m\"\n," + kAsked + "}\n "},
        {R"({"stream":true,"model":"a/m","x":{"y":"}"} })",
         R"({"stream":true,"model":"m","x":{"y":"}"} ,)" + kAsked + "}"},
        {R"({"model":"a/m","stream":true,"stream_options":null})",
         R"({"model":"m","stream":true,)" + kAsked + "}"},
        {R"({"model":"a/m","stream":true,"stream_options":{}})",
         R"({"model":"m","stream":true,)" + kAsked + "}"},
        {"{\"model\":\"a/m\",\"stream\":true,\"stream_options\":{ \n\t\r}}",
         "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true \n\t\r}}"},
        {R"({"stream_options":{ "x" : 1 },"stream":true,"model":"a/m"})",
         R"({"stream_options":{"include_usage":true, "x" : 1 },"stream":true,"model":"m"})"},
        {R"({"stream_options":{"include_usage" : false ,"x":0},"stream":true,"model":"a/m"})",
         R"({"stream_options":{"include_usage" : true ,"x":0},"stream":true,"model":"m"})"},
        {R"({"model":"a/m","stream":true,"stream_options":{"include_usage":null}})",
         R"({"model":"m","stream":true,)" + kAsked + "}"},
        {R"({"model":"a/m","stream":true,"stream_options":{"include_us\u0061ge":false}})",
         R"({"model":"m","stream":true,"stream_options":{"include_us\u0061ge":true}})"},
        {R"({"model":"a/m","stream":true,"stream_options":{"x":{"include_usage":false}}})",
         R"({"model":"m","stream":true,"stream_options":{"include_usage":true,)"
         R"("x":{"include_usage":false}}})"},
    };
    for (const Case& each : cases) {
      CAPTURE(each.given);
      CHECK(sent(each.given) == each.wanted);
      // And nothing is left to ask for.
      CHECK(peek_request(each.wanted)->include_usage);
    }
  }
}

}  // namespace arouter::openai
