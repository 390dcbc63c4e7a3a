// Counts of tokens: asked of a provider in any format that has them, else estimated and marked; an
// answer in the caller's shape, and never a cost.
#include <doctest/doctest.h>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

// OpenAI's chat has no such call, neither as a client nor as a provider.
constexpr std::array<std::string_view, 3> kCounting{"anthropic", "gemini", "responses"};

std::string count_path(std::string_view client, std::string_view provider) {
  if (client == "anthropic") return "/v1/messages/count_tokens";
  if (client == "responses") return "/v1/responses/input_tokens";
  return "/v1beta/models/" + model_of(provider) + ":countTokens";
}

std::string count_body(std::string_view client, const std::string& model) {
  if (client == "gemini") return R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}]})";
  const std::string begin = R"({"model":")" + model + "\"";
  if (client == "responses") return begin + R"(,"input":"hi"})";
  return begin + R"(,"messages":[{"role":"user","content":"hi"}]})";
}

/// How the format says `tokens`; the answer of a provider, and what a client reads.
json count_answer(std::string_view format, int tokens) {
  if (format == "gemini") return {{"totalTokens", tokens}};
  if (format == "anthropic") return {{"input_tokens", tokens}};
  return {{"object", "response.input_tokens"}, {"input_tokens", tokens}};
}

int tokens_in(std::string_view client, const RawResponse& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  const char* name = client == "gemini" ? "totalTokens" : "input_tokens";
  if (!body.is_object() || !body.contains(name)) return -1;
  const int tokens = body[name];
  CHECK(body == count_answer(client, tokens));
  return tokens;
}

std::string provider_target(std::string_view provider) {
  if (provider == "anthropic") return "POST /v1/messages/count_tokens";
  return provider == "gemini" ? "POST /v1/models/m:countTokens" : "POST /v1/responses/input_tokens";
}

std::string route_of(std::string_view client) {
  if (client == "anthropic") return "messages.count_tokens";
  return client == "gemini" ? "countTokens" : "responses.input_tokens";
}

RawResponse count(const WireWorld& world, std::string_view client, std::string_view provider) {
  return call(world.daemon.port(),
              post(world.daemon.port(), count_path(client, provider), world.daemon.key(),
                   count_body(client, model_of(provider))));
}

void check_free(const Row& row, std::string_view outcome) {
  CHECK(row.at("outcome") == outcome);
  CHECK(row.at("cost_pico_usd") == "0");
  CHECK(row.at("usage_origin") == "none");
  CHECK(row.at("input_tokens") == "0");
  CHECK(row.at("output_tokens") == "0");
  CHECK(row.at("streamed") == "0");
}

}  // namespace

TEST_SUITE("format counts") {
  TEST_CASE("who counts tokens is asked in its own format, and answers in the caller's, for free") {
    WireWorld world;
    std::vector<std::string_view> clients;
    for (const std::string_view provider : kCounting) {
      for (const std::string_view client : kCounting) {
        CAPTURE(provider);
        CAPTURE(client);
        const std::string said = count_answer(provider, 17).dump();
        world.provider.plays(Script().send(json_answer(200, said)));
        const RawResponse answer = count(world, client, provider);
        CAPTURE(answer.body);
        CHECK(answer.status == 200);
        CHECK(tokens_in(client, answer) == 17);
        CHECK(answer.field("x-arouter-usage") == "");
        CHECK(answer.field("x-arouter-dropped") == "");
        const RecordedRequest asked = world.provider.requests().back();
        CHECK(asked.head.starts_with(provider_target(provider) + " HTTP/"));
        if (provider == client) {
          CHECK(answer.body == said);
          CHECK(asked.body == count_body(client, "m"));
        }
        const json sent = json::parse(asked.body, nullptr, false);
        CHECK(sent.dump().find("\"hi\"") != std::string::npos);
        CHECK_FALSE(sent.contains("max_tokens"));  // no provider takes it here
        clients.push_back(client);
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == clients.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      check_free(rows[i], "ok");
      CHECK(rows[i].at("route") == route_of(clients[i]));
    }
  }

  TEST_CASE("who counts none is not asked, or not asked again: the answer is an estimate") {
    WireWorld world;
    std::vector<int> estimates;
    for (const std::string_view client : kCounting) {
      CAPTURE(client);
      const RawResponse answer = count(world, client, "openai");
      CHECK(answer.status == 200);
      CHECK(answer.field("x-arouter-usage") == "estimated");
      estimates.push_back(tokens_in(client, answer));
    }
    CHECK(world.provider.requests().empty());
    std::size_t asked = 0;
    for (const std::string_view provider : kCounting) {
      for (const std::string_view client : kCounting) {
        for (const int status : {404, 405}) {
          CAPTURE(provider);
          CAPTURE(client);
          world.provider.plays(
              Script().send(json_answer(status, error_wire(provider, status, "no such route"))));
          const RawResponse answer = count(world, client, provider);
          CHECK(answer.status == 200);
          CHECK(answer.field("x-arouter-usage") == "estimated");
          CHECK(answer.field("x-arouter-model") == model_of(provider));
          estimates.push_back(tokens_in(client, answer));
          CHECK(world.provider.requests().size() == ++asked);
        }
      }
    }
    CHECK(estimates.front() > 0);
    for (const int estimate : estimates) CHECK(estimate == estimates.front());
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == estimates.size());
    for (const Row& row : rows) {
      check_free(row, "ok");
      CHECK(row.at("status") == "200");
    }
  }

  TEST_CASE("a count that fails is told in the caller's words, and costs nothing either") {
    WireWorld world;
    struct Fault {
      Script script;
      int status;
      std::string_view code;
    };
    std::size_t asked = 0;
    for (const std::string_view provider : kCounting) {
      const auto refusal = [&](int status) {
        return Script().send(json_answer(status, error_wire(provider, status, "not now")));
      };
      const std::vector<Fault> faults{
          {refusal(400), 400, "provider_rejected"},
          {refusal(401), 502, "upstream_auth"},
          {refusal(429), 429, "rate_limit_exceeded"},
          {refusal(500), 502, "upstream_refused"},
          {Script().send(json_answer(200, "<html>")), 502, "upstream_malformed"}};
      for (const std::string_view client : kCounting) {
        for (const Fault& fault : faults) {
          CAPTURE(provider);
          CAPTURE(client);
          CAPTURE(fault.code);
          world.provider.plays(fault.script);
          const RawResponse answer = count(world, client, provider);
          CAPTURE(answer.body);
          CHECK(answer.status == fault.status);
          CHECK(told_by(client, answer).code == told_code(client, fault.code, fault.status));
          ++asked;
        }
        if (client == provider) continue;
        world.provider.plays(Script().send(json_answer(200, R"({"input_tokens":-1})")));
        CHECK(count(world, client, provider).status == 502);
        ++asked;
      }
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == asked);
    for (const Row& row : rows) check_free(row, "error");
  }

  TEST_CASE("counts through the proxy pass as they are and are free") {
    WireWorld world;
    for (const std::string_view format : kCounting) {
      CAPTURE(format);
      const std::string said = count_answer(format, 17).dump();
      world.provider.plays(Script().send(json_answer(200, said)));
      std::string path = count_path(format, format);
      if (format == "gemini") path = "/v1beta/models/m:countTokens";
      const RawResponse answer =
          call(world.daemon.port(), post(world.daemon.port(), "/to-" + std::string(format) + path,
                                         world.daemon.key(), count_body(format, "m")));
      CHECK(answer.body == said);
      CHECK(world.provider.requests().back().body == count_body(format, "m"));
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == kCounting.size());
    for (const Row& row : rows) {
      check_free(row, "ok");
      CHECK(row.at("route") == "proxy");
      CHECK(row.at("upstream_model") == "m");
    }
  }
}

}  // namespace arouter::test
