#include "shared/errors/request_id.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter {

namespace {

std::string with_id(const std::string& data) {
  return splice(data, request_id_edits(data, "gen-1"));
}

}  // namespace

TEST_SUITE("request id") {
  TEST_CASE("a provider's error gets our id where its format has room for one") {
    CHECK(with_id(R"({"error" : {"message":"m" } })") ==
          R"({"error" : {"message":"m" ,"request_id":"gen-1"} })");
    CHECK(with_id(R"({"error":{}})") == R"({"error":{"request_id":"gen-1"}})");
    CHECK(with_id(R"({"error":"text"})") == R"({"error":"text","request_id":"gen-1"})");
    CHECK(with_id(R"({"type":"error","error":{"type":"api_error","message":"m"}})") ==
          R"({"type":"error","error":{"type":"api_error","message":"m"},"request_id":"gen-1"})");
    CHECK(with_id(R"({"type":"error","code":"c","message":"m","sequence_number":9})") ==
          R"({"type":"error","code":"c","message":"m","sequence_number":9,"request_id":"gen-1"})");
    CHECK(with_id(R"({"type":"response.failed","response":{"id":"r","error":{"code":"c"}}})") ==
          R"({"type":"response.failed","response":{"id":"r","error":)"
          R"({"code":"c","request_id":"gen-1"}}})");
    CHECK(with_id("{}") == R"({"request_id":"gen-1"})");
  }

  TEST_CASE("an id of the provider's gives way to ours") {
    CHECK(with_id(R"({"type":"error","error":{"type":"x"},"request_id":"req_1"})") ==
          R"({"type":"error","error":{"type":"x"},"request_id":"gen-1"})");
    CHECK(with_id(R"({"error":{"request_id":null,"message":"m"}})") ==
          R"({"error":{"request_id":"gen-1","message":"m"}})");
  }

  TEST_CASE("what is no object stays as it came") {
    for (const std::string data : {"", "x", "[]", "[{\"error\":{}}]", "{", "null", "\"{}\""}) {
      CAPTURE(data);
      CHECK(with_id(data) == data);
    }
  }
}

}  // namespace arouter
