#include "shared/errors/native_error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace arouter {

namespace {

bool says(const NativeError& native, const std::string& word) {
  return std::find(native.words.begin(), native.words.end(), word) != native.words.end();
}

}  // namespace

TEST_SUITE("native error") {
  TEST_CASE("a message is found in every shape that is known") {
    for (
        const std::string body : {
            R"({"error":{"message":"no","type":"x","code":null}})",
            R"({"error":"no"})",
            R"({"message":"no"})",
            R"({"detail":"no"})",
            R"({"detail":{"msg":"no"}})",
            R"({"detail":[{"msg":"no","type":"missing"}]})",
            R"({"errors":["no"]})",
            R"({"success":false,"errors":[{"code":10000,"message":"no"}]})",
            R"({"object":"error","message":"no"})",
            R"({"object":"error","message":{"detail":[{"msg":"no"}]},"raw_status_code":422})",
            R"([{"error":{"code":400,"message":"no"}}])",
            R"({"error":{"error":{"message":"no"}}})",
            R"({"type":"about:blank","title":"no","status":404})",
            R"({"type":"error","error":{"type":"api_error","message":"no"}})",
            R"({"type":"error","code":"x","message":"no","sequence_number":3})",
            R"({"type":"response.failed","response":{"status":"failed","error":{"message":"no"}}})",
            R"({"status":"failed","output":[],"error":{"message":"no"}})",
            R"({"error":{"message":"{\n \"error\": {\"code\": 429, \"message\": \"no\"}}"}})",
            R"({"error":{"metadata":{"raw":"{\"error\":{\"message\":\"no\"}}"}}})",
            R"({"error":{"metadata":{"raw":{"message":"no"}}}})",
            R"({"base_resp":1,"msg":"no"})",
            R"("no")",
            "no",
            "no\r\n",
        }) {
      CAPTURE(body);
      const NativeError native = read_native_error(body);
      CHECK(native.message == "no");
      CHECK(native.is_readable);
    }
  }

  TEST_CASE("where there is no message none is made up") {
    for (const std::string body : {"",
                                   " ",
                                   "\n",
                                   "<html>no</html>",
                                   "<no",
                                   "{",
                                   "[",
                                   "[]",
                                   "[1]",
                                   "[[]]",
                                   "null",
                                   "7",
                                   "{}",
                                   R"({"error":{}})",
                                   R"({"error":{"message":1}})",
                                   R"({"error":{"message":"\ud800"}})",
                                   R"({"detail":[{"msg":1}]})",
                                   "two\nlines",
                                   "bell\a",
                                   "\xff\xfe",
                                   R"({"error":{"mess)"}) {
      CAPTURE(body);
      CHECK(read_native_error(body).message == "");
    }
    CHECK(read_native_error(std::string(201, 'x')).message == "");
    CHECK(read_native_error(std::string(65'536, '{')).message == "");
  }

  TEST_CASE("a page, a cut body and an empty one are not readable") {
    for (const std::string body : {"", "<!doctype html>", R"({"error":{"mess)", "null", "\xff"}) {
      CAPTURE(body);
      CHECK_FALSE(read_native_error(body).is_readable);
    }
  }

  TEST_CASE("FastAPI's faults say where they are") {
    CHECK(read_native_error(
              R"({"detail":[{"loc":["body","messages",0,"role"],"msg":"Field required"},)"
              R"({"loc":["body"],"msg":"bad"}]})")
              .message == "messages.0.role: Field required; bad");
  }

  TEST_CASE("code and type may be texts or numbers, inside or around the error") {
    NativeError native =
        read_native_error(R"({"error":{"message":"m","type":"t","param":"p","code":"c"}})");
    CHECK(native.code == "c");
    CHECK(native.type == "t");
    CHECK(native.param == "p");
    CHECK(says(native, "c"));
    CHECK(says(native, "t"));
    native = read_native_error(R"({"code":"around","error":"text"})");
    CHECK(native.code == "around");
    native = read_native_error(R"({"error":{"code":1301,"message":"m"}})");
    CHECK(native.code == "1301");
    CHECK(native.status == 0);
    native = read_native_error(R"({"__type":"ThrottlingException","message":"m"})");
    CHECK(native.code == "ThrottlingException");
    native = read_native_error(R"({"type":"error","error":{"type":"api_error","message":"m"}})");
    CHECK(native.type == "api_error");
  }

  TEST_CASE("a status that a body states is one of an error") {
    const auto status = [](const std::string& body) { return read_native_error(body).status; };
    CHECK(status(R"({"error":{"code":429}})") == 429);
    CHECK(status(R"({"error":{"code":"429"}})") == 429);
    CHECK(status(R"({"status":404,"title":"x"})") == 404);
    CHECK(status(R"({"statusCode":401})") == 401);
    CHECK(status(R"({"code":null,"raw_status_code":422})") == 422);
    for (const std::string code : {"200", "399", "600", "4000", "-1", "4e2", "\"4x9\"", "[400]"}) {
      CAPTURE(code);
      CHECK(status(R"({"error":{"code":)" + code + "}}") == 0);
    }
  }

  TEST_CASE("what Google says in details is found") {
    const NativeError native = read_native_error(
        R"({"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[)"
        R"({"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[)"
        R"({"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},)"
        R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"RATE_LIMIT_EXCEEDED"},)"
        R"({"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"39s"},7,null]}})");
    CHECK(native.wait_ms == 39'000);
    CHECK(native.is_daily);
    CHECK(says(native, "RESOURCE_EXHAUSTED"));
    CHECK(says(native, "RATE_LIMIT_EXCEEDED"));
  }

  TEST_CASE("the error behind OpenRouter's is told with it") {
    const NativeError native = read_native_error(
        R"({"error":{"message":"Provider returned error","code":400,"metadata":{)"
        R"("provider_name":"Crucible","raw":"{\"error\":{\"code\":\"context_length_exceeded\",)"
        R"(\"message\":\"too long\"}}"}},"user_id":"u"})");
    CHECK(native.message == "Provider returned error: too long");
    CHECK(native.status == 400);
    CHECK(says(native, "context_length_exceeded"));
    CHECK(read_native_error(R"({"error":{"message":"Provider returned error","metadata":{)"
                            R"("raw":"it is busy"}}})")
              .message == "Provider returned error: it is busy");
  }

  TEST_CASE("errors inside errors come to an end") {
    std::string body = R"({"message":"end"})";
    for (int depth = 0; depth < 8; ++depth) {
      std::string quoted;
      for (const char c : body) quoted += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
      body = R"({"error":{"message":")" + quoted + "\"}}";
    }
    CHECK(read_native_error(body).message.size() < body.size());
  }

  TEST_CASE("words are few, whatever comes") {
    std::string details;
    for (int i = 0; i < 1000; ++i) details += R"({"reason":"R)" + std::to_string(i) + "\"},";
    const NativeError native =
        read_native_error(R"({"error":{"message":"m","details":[)" + details + "1]}}");
    CHECK(native.words.size() <= 32);
  }
}

}  // namespace arouter
