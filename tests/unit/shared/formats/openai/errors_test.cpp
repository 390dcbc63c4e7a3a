#include "shared/formats/openai/errors.hpp"

#include <doctest/doctest.h>

#include <string>

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
}

}  // namespace arouter::openai
