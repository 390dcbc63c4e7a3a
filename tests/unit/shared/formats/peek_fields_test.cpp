#include "shared/formats/peek_fields.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "shared/formats/anthropic/peek.hpp"
#include "shared/formats/gemini/peek.hpp"
#include "shared/formats/openai/embeddings.hpp"
#include "shared/formats/openai/peek.hpp"
#include "shared/formats/registry.hpp"
#include "shared/formats/responses/peek.hpp"
#include "shared/json_scan.hpp"

namespace arouter {

namespace {

std::string passed(const std::string& body) {
  const Result<Peek> peek = openai::peek_request(body);
  REQUIRE_MESSAGE(peek.has_value(), body);
  return openai::pass_request(body, *peek, "m");
}

}  // namespace

TEST_SUITE("fields of the router's own") {
  TEST_CASE("they do not travel, and every other byte stays") {
    CHECK(passed(R"({"model":"m","provider":{"zdr":true},"x": 1.10})") ==
          R"({"model":"m","x": 1.10})");
    CHECK(passed(R"({"provider":{},"model":"m"})") == R"({"model":"m"})");
    CHECK(passed(R"({"model":"m" , "models":["a"] })") == R"({"model":"m"  })");
    CHECK(passed(R"({"models":["a"],"route":"fallback","model":"m","session_id":"s"})") ==
          R"({"model":"m"})");
    CHECK(passed("{\"model\":\"m\",\n \"provider\" : {} ,\n \"route\":null\n}") ==
          "{\"model\":\"m\"\n}");
    CHECK(passed(R"({"route":null,"a":1,"models":[],"model":"m"})") == R"({"a":1,"model":"m"})");
  }

  TEST_CASE("a plugin of the provider's travels with its list") {
    CHECK(passed(R"({"model":"m","plugins":[{"id":"auto-router"}]})") == R"({"model":"m"})");
    const std::string web = R"({"model":"m","plugins":[{"id":"auto-router"},{"id":"web"}]})";
    CHECK(passed(web) == web);
  }

  TEST_CASE("a list of models stands for the model where there is none") {
    CHECK(passed(R"({"models":["a","b"]})") == R"({"model":"m"})");
    CHECK(passed(R"({"provider":{},"models":["a"],"route":"fallback","x":1})") ==
          R"({"model":"m","x":1})");
    CHECK(passed(R"({"x":1, "models" : ["a"] ,"route":null})") == R"({"x":1, "model":"m" })");
    CHECK(passed(R"({"model":null,"models":["a"]})") == R"({"model":"m"})");
    const std::string list = R"({"models":["a\u0062","c"],"stream":true})";
    CHECK(openai::peek_request(list)->model == "ab");
    CHECK(openai::peek_embeddings(list)->model == "ab");
    CHECK(anthropic::peek_request(list, false)->model == "ab");
    CHECK(responses::peek_request(list)->model == "ab");
    const std::string sent = R"({"model":"m","stream":true})";
    CHECK(anthropic::pass_request(list, *anthropic::peek_request(list, false), "m") == sent);
    CHECK(responses::pass_request(list, *responses::peek_request(list), "m") == sent);
    for (const char* none : {R"({"models":[]})", R"({"models":null})", R"({"route":"fallback"})",
                             R"({"model":"","models":["a"]})", R"({"model":7,"models":["a"]})"}) {
      CAPTURE(none);
      const Result<Peek> peek = openai::peek_request(none);
      REQUIRE_FALSE(peek.has_value());
      CHECK(peek.error().param == "model");
    }
  }

  TEST_CASE("in every format") {
    const std::string own = R"("provider":{"zdr":true},"models":["b"],"session_id":"s",)";
    const std::string anthropic = R"({"model":"m",)" + own + R"("max_tokens":1,"messages":[]})";
    CHECK(anthropic::pass_request(anthropic, *anthropic::peek_request(anthropic, false), "n") ==
          R"({"model":"n","max_tokens":1,"messages":[]})");
    const std::string responses = R"({"model":"m",)" + own + R"("input":"x"})";
    CHECK(responses::pass_request(responses, *responses::peek_request(responses), "n") ==
          R"({"model":"n","input":"x"})");
    const std::string gemini = "{" + own + R"("contents":[]})";
    CHECK(gemini::pass_request(gemini, *gemini::peek_request(CallKind::chat, gemini), "n") ==
          R"({"contents":[]})");
  }

  TEST_CASE("no translation loses what the router heeds, in any format") {
    const std::string own = R"("provider":{"zdr":true},"models":["b"],"route":"fallback",)"
                            R"("session_id":"s","plugins":[{"id":"auto-router"}],)";
    const auto lost = [](const std::string& format, const std::string& members) {
      chat::Losses losses;
      const std::string body = "{" + members + "}";
      CHECK(find_format(format)->decode_request(body, {}, losses).has_value());
      return losses.list();
    };
    const std::string web = R"("plugins":[{"id":"auto-router"},{"id":"web"}],)";
    for (const auto& [format, rest] :
         {std::pair("openai", R"("model":"m","messages":[{"role":"user","content":"a"}])"),
          std::pair("anthropic",
                    R"("model":"m","max_tokens":1,"messages":[{"role":"user","content":"a"}])"),
          std::pair("gemini", R"("contents":[{"parts":[{"text":"a"}]}])"),
          std::pair("responses", R"("model":"m","input":"a")")}) {
      CAPTURE(format);
      CHECK(lost(format, own + rest) == "");
      CHECK(lost(format, web + rest) == "plugins");
    }
    chat::Losses losses;
    CHECK(find_format("openai")
              ->embeddings()
              ->decode_request("{" + own + R"("model":"m","input":"a"})", losses)
              .has_value());
    CHECK(find_format("gemini")
              ->embeddings()
              ->decode_request("{" + own + R"("content":{"parts":[{"text":"a"}]}})", losses)
              .has_value());
    CHECK(losses.list() == "");
  }

  TEST_CASE("whatever their order, what is left is the same object without them") {
    const unsigned seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const std::vector<std::string> own{R"("provider":{"zdr":true})", R"("models":["a","b"])",
                                       R"("route":"fallback")", R"("session_id":"s")",
                                       R"("plugins":[{"id":"auto-router"}])"};
    const std::vector<std::string> others{R"("model":"m")", R"("a":[1,{"provider":2}])",
                                          R"("b":"models")"};
    for (int round = 0; round < 2'000; ++round) {
      std::vector<std::pair<std::string, bool>> members;
      for (const std::string& each : others) members.emplace_back(each, true);
      for (const std::string& each : own) {
        if (random() % 2 == 0) members.emplace_back(each, false);
      }
      std::shuffle(members.begin(), members.end(), random);
      const auto blank = [&] { return std::string(random() % 3, " \n\t"[random() % 3]); };
      std::string body = "{", left;
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) body += ",";
        body += blank() + members[i].first + blank();
        if (members[i].second) left += (left.empty() ? "" : ",") + members[i].first;
      }
      body += "}";
      std::string got = passed(body);
      std::erase_if(got, [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
      REQUIRE_MESSAGE(got == "{" + left + "}", body);
    }
  }
}

}  // namespace arouter
