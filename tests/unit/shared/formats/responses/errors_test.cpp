#include "shared/formats/responses/errors.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/responses/format.hpp"
#include "shared/json_doc.hpp"

namespace arouter::responses {

namespace {

/// The value of `member` in the data of the event number `index` of `stream`.
std::string data_of(const std::string& stream, int index) {
  std::size_t at = 0;
  for (int i = 0; i <= index; ++i) at = stream.find("data: ", at) + 6;
  return stream.substr(at, stream.find('\n', at) - at);
}

}  // namespace

TEST_SUITE("responses errors") {
  TEST_CASE("an error is spelled as OpenAI does") {
    Error error = client_error(ErrorKind::bad_request, "no \"x\"", "input[0]");
    CHECK(format().encode_error(error, {.request_id = "r1"}) ==
          R"({"error":{"message":"no \"x\"","type":"invalid_request_error",)"
          R"("code":"invalid_request","param":"input[0]","source":"arouter","request_id":"r1"}})");
    error.param = "";
    error.provider = "acme";
    CHECK(format().encode_error(error, {.request_id = "r1", .number_codes = true}) ==
          R"({"error":{"message":"no \"x\"","type":"invalid_request_error",)"
          R"("code":400,"param":null,"source":"acme","request_id":"r1"}})");
  }

  TEST_CASE("an error in a stream that has passed by goes on with its id and its numbers") {
    const Error error = upstream_error(ErrorKind::upstream_truncated, "it broke off");
    ErrorSpelling spelling{.request_id = "r1", .answer_id = "resp_9", .next_sequence_number = 7};
    const std::string both = format().encode_stream_error(error, spelling);
    CHECK(data_of(both, 0).find(R"("sequence_number":7)") != std::string::npos);
    CHECK(data_of(both, 1).find(R"("sequence_number":8)") != std::string::npos);
    CHECK(data_of(both, 1).find(R"("id":"resp_9")") != std::string::npos);
    spelling.error_event_passed = true;
    const std::string behind = format().encode_stream_error(error, spelling);
    CHECK(behind.starts_with("event: response.failed\n"));
    CHECK(behind.find(R"("sequence_number":7)") != std::string::npos);
  }

  TEST_CASE("an error in a stream is told in the two ways that clients read") {
    const Error error = upstream_error(ErrorKind::upstream_truncated, "it broke off");
    const std::string stream = format().encode_stream_error(error, {.request_id = "r1"});
    CHECK(stream.starts_with("event: error\ndata: {"));
    CHECK(stream.ends_with("}\n\n"));
    CHECK(stream.find("\n\nevent: response.failed\ndata: {") != std::string::npos);

    const std::string first_data = data_of(stream, 0);
    const Result<JsonDoc> first = JsonDoc::read(first_data);
    REQUIRE(first.has_value());
    CHECK(first->root()["type"].text() == "error");
    CHECK(first->root()["message"].text() == "it broke off");
    CHECK(first->root()["code"].text() == "upstream_truncated");
    CHECK(first->root()["param"].type() == JsonType::null);
    CHECK(first->root()["sequence_number"].count() == 0);
    CHECK(first->root()["error"]["message"].text() == "it broke off");

    const std::string second_data = data_of(stream, 1);
    const Result<JsonDoc> second = JsonDoc::read(second_data);
    REQUIRE(second.has_value());
    const JsonItem response = second->root()["response"];
    CHECK(response["status"].text() == "failed");
    CHECK(response["error"]["message"].text() == "it broke off");
    CHECK(response["error"]["code"].text() == "server_error");
    CHECK(response["output"].is_array());
  }

  TEST_CASE("a failed response says why in a word that clients know") {
    const auto code = [](ErrorKind kind, const char* own = "") {
      Error error = upstream_error(kind, "oh");
      error.code = own;
      return failure_code(error);
    };
    CHECK(code(ErrorKind::upstream_timeout) == "server_error");
    CHECK(code(ErrorKind::overloaded) == "server_error");
    CHECK(code(ErrorKind::upstream_refused, "weird") == "server_error");
    CHECK(code(ErrorKind::bad_request, "content_filter") == "invalid_prompt");
    CHECK(code(ErrorKind::rate_limited) == "rate_limit_exceeded");
    CHECK(code(ErrorKind::rate_limited, "slow_down") == "rate_limit_exceeded");
    CHECK(code(ErrorKind::upstream_refused, "context_length_exceeded") ==
          "context_length_exceeded");
  }
}

}  // namespace arouter::responses
