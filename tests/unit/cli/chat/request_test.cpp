#include "cli/chat/request.hpp"

#include <doctest/doctest.h>

#include "cli/chat/prompt.hpp"

namespace arouter {

TEST_SUITE("chat_request") {
  TEST_CASE("a streamed request asks for usage, a plain one does not stream") {
    ChatRequest request;
    request.model = "acme/model-a";
    request.messages = first_messages("Be \"brief\".", "What?\n");
    CHECK(encode_request(request) ==
          R"({"model":"acme/model-a","messages":[{"role":"system","content":"Be \"brief\"."},)"
          R"({"role":"user","content":"What?\n"}],"stream":true,)"
          R"("stream_options":{"include_usage":true}})");
    request.stream = false;
    request.messages = first_messages("", "What?");
    request.max_tokens = 5;
    request.temperature = "0.70";
    CHECK(encode_request(request) ==
          R"({"model":"acme/model-a","messages":[{"role":"user","content":"What?"}],)"
          R"("max_tokens":5,"temperature":0.70})");
  }

  TEST_CASE("files follow the question under their names, standard input last") {
    CHECK(join_prompt("Sum up", {{"a.txt", "one\n"}, {"", "two"}}) ==
          "Sum up\n\n--- a.txt\none\n\ntwo");
    CHECK(join_prompt("", {{"", "only this"}}) == "only this");
    CHECK(join_prompt("What?", {}) == "What?");
  }
}

}  // namespace arouter
