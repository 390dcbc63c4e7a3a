#include "shared/formats/openai/errors.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/error_message.hpp"
#include "shared/json_scan.hpp"

namespace arouter::openai {

TEST_SUITE("openai errors") {
  TEST_CASE("an error of ours has all its members") {
    const Error error = client_error(ErrorKind::bad_request, "'n' must be \"small\"\n", "n");
    CHECK(encode_error(error, {.request_id = "gen-1"}) ==
          R"({"error":{"message":"'n' must be \"small\"\n","type":"invalid_request_error",)"
          R"("code":"invalid_request","param":"n","source":"arouter","request_id":"gen-1"}})");
  }

  TEST_CASE("a provider's error names the provider, and no field when none is at fault") {
    Error error = upstream_error(ErrorKind::upstream_timeout, "too slow", "secret detail");
    error.provider = "acme";
    CHECK(encode_error(error, {.request_id = "gen-1"}) ==
          R"({"error":{"message":"too slow","type":"server_error","code":"upstream_timeout",)"
          R"("param":null,"source":"acme","request_id":"gen-1"}})");
  }

  TEST_CASE("on the mirror the code is the status as a number") {
    Error error = client_error(ErrorKind::model_not_found, "no such model", "model");
    CHECK(encode_error(error, {.number_codes = true}).find(R"("code":404,)") != std::string::npos);
    error.code = "some_symbol";
    error.status = 422;
    CHECK(encode_error(error, {.number_codes = true}).find(R"("code":422,)") != std::string::npos);
    CHECK(encode_error(error, {}).find(R"("code":"some_symbol",)") != std::string::npos);
    CHECK(encode_error(error, {}).find(R"("type":"invalid_request_error")") != std::string::npos);
  }

  TEST_CASE("hostile texts stay within their strings") {
    Error error = client_error(ErrorKind::bad_request, "\"}},\x1b[31m\r\n\xC3", "\"");
    error.provider = "\\";
    const std::string body = encode_error(error, {.request_id = "\"\n"});
    CHECK(scan_json(body).has_value());
    CHECK(body.find('\n') == std::string::npos);
    CHECK(body.find('\x1b') == std::string::npos);
    CHECK(body.find("\xEF\xBF\xBD") != std::string::npos);
  }

  TEST_CASE("a provider's message is found in all its shapes") {
    for (const std::string body :
         {R"({"error":{"message":"no","type":"x","code":null}})", R"({"error":"no"})",
          R"({"message":"no"})", R"({"detail":"no"})", R"({"object":"error","message":"no"})",
          R"( { "x":1, "error" : { "code":7, "message" : "\u006eo" } } )",
          R"({"error":{"code":"x"},"message":"no"})", R"({"error":{"message":""},"detail":"no"})",
          R"({"error":null,"message":null,"detail":"no"})", R"({"error":true,"message":"no"})",
          R"([{"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT"}}])"}) {
      CAPTURE(body);
      CHECK(find_error_message(body) == "no");
    }
  }

  TEST_CASE("where there is no message none is made up") {
    for (const std::string body :
         {"", "no", "<html>no</html>", "{", "[]", "[1]", "[[]]", "null", "\"no\"", "{}",
          R"({"error":{}})", R"({"error":{"message":1}})", R"({"error":["no"]})",
          R"({"error":{"message":"\ud800"}})", R"({"detail":[{"msg":1}]})",
          R"({"message":"a","message":"b"})"}) {
      CAPTURE(body);
      CHECK(find_error_message(body) == "");
    }
  }

  TEST_CASE("the key that a provider repeats is masked, before the message is cut") {
    const std::string key = "sk-0123456789abcdef";
    CHECK(find_error_message(R"({"error":"bad key sk-0123456789abcdef, sk-0123456789abcde"})",
                             key) == "bad key ***, sk-0123456789abcde");
    CHECK(find_error_message(R"({"error":"\u0073k-0123456789abcdefsk-0123456789abcdef"})", key) ==
          "******");
    for (std::size_t before = 480; before <= 500; ++before) {
      CAPTURE(before);
      const std::string message = find_error_message(
          R"({"error":")" + std::string(before, 'x') + key + " is wrong\"}", key);
      CHECK(message.find("sk-") == std::string::npos);
    }
  }

  TEST_CASE("a key of asterisks is masked too, once") {
    CHECK(find_error_message(R"({"error":"key * or **"})", "*") == "key *** or ******");
    CHECK(find_error_message(R"({"error":"key *** or ****"})", "***") == "key *** or ****");
    CHECK(find_error_message(R"({"error":"none"})", "") == "none");
  }

  TEST_CASE("a long message is cut between two characters") {
    const auto message_of = [](const std::string& text) {
      return find_error_message(R"({"message":")" + text + "\"}");
    };
    const std::string a499(499, 'a');
    CHECK(message_of(a499 + "b") == a499 + "b");
    CHECK(message_of(a499 + "bc") == a499 + "b...");
    CHECK(message_of(a499 + "\xC3\xA9") == a499 + "...");
    CHECK(message_of(std::string(498, 'a') + "\xC3\xA9x") == std::string(498, 'a') + "\xC3\xA9...");
    for (std::size_t before = 495; before <= 500; ++before) {
      CAPTURE(before);
      const std::string cut = message_of(std::string(before, 'a') + "\xF0\x9F\x98\x80 and more");
      std::string quoted;
      append_json_string(quoted, cut);
      CHECK(quoted == "\"" + cut + "\"");  // nothing had to be replaced: whole characters
      CHECK(cut.size() <= 503);
    }
  }
}

}  // namespace arouter::openai
