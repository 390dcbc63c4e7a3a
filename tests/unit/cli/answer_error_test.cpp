#include <doctest/doctest.h>

#include "cli/client.hpp"
#include "cli/command.hpp"
#include "cli/failure.hpp"

namespace arouter {

namespace {

AnswerHead head_with(int status, std::string request_id = {}) {
  AnswerHead head;
  head.status = status;
  head.request_id = std::move(request_id);
  return head;
}

}  // namespace

TEST_SUITE("answer_error") {
  TEST_CASE("a refusal keeps the server's words, code and request id") {
    const Error error = answer_error(
        head_with(404, "req-7"), R"({"error":{"message":"no model 'x'","type":"not_found_error",)"
                                 R"("code":"model_not_found","param":"model"}})");
    CHECK(error.kind == ErrorKind::not_found);
    CHECK(error.status == 404);
    const Failure failure = describe(error);
    CHECK(failure.text ==
          "no model 'x' (model_not_found, request req-7)\nList the models with: arouter models");
    CHECK(failure.exit_code == kExitFailed);
  }

  TEST_CASE("a body that is no error object is shown in short, on one line") {
    CHECK(answer_error(head_with(502), "<html>\n<b>Bad gateway</b>").message ==
          "the server answered with status 502: <html> <b>Bad gateway</b>");
    CHECK(answer_error(head_with(500), "").message == "the server answered with status 500");
    CHECK(answer_error(head_with(500), R"({"error":"out of order"})").message == "out of order");
    CHECK(answer_error(head_with(500), R"({"error":{"message":"a","code":17}})").message == "a");
    CHECK(answer_error(head_with(500), std::string(5'000, 'x')).message.size() < 300);
  }

  TEST_CASE("exit codes tell what could not be tried from what failed and from wrong usage") {
    CHECK(describe(answer_error(head_with(401), "")).exit_code == kExitUnreachable);
    CHECK(describe(answer_error(head_with(403), "")).exit_code == kExitUnreachable);
    CHECK(describe(answer_error(head_with(400), "")).exit_code == kExitFailed);
    CHECK(describe(answer_error(head_with(500), "")).exit_code == kExitFailed);
    CHECK(describe(upstream_error(ErrorKind::upstream_unreachable, "x")).exit_code ==
          kExitUnreachable);
    CHECK(describe(client_error(ErrorKind::bad_request, "x")).exit_code == kExitUsage);
  }

  TEST_CASE("a base URL may come with its version and slashes") {
    for (const char* text : {"http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1//"}) {
      CAPTURE(text);
      CHECK(without_version(text) == "http://h:1");
    }
    CHECK(without_version("https://h/api/v1") == "https://h/api");
    CHECK(without_version("https://h/v10") == "https://h/v10");
  }
}

}  // namespace arouter
