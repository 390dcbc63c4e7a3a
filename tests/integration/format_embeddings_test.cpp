// Embeddings of every client at every provider that has them, routed and through the proxy: the
// vectors, what they used, and what that costs.
#include <doctest/doctest.h>

#include <algorithm>

#include "tests/integration/wire_formats.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

// Two vectors, as numbers and as little-endian float32 in base64.
constexpr std::string_view kFirst = "[0.5,-1.25,2]", kSecond = "[0.001,0,-3]";
constexpr std::string_view kFirstCoded = "AAAAPwAAoL8AAABA", kSecondCoded = "bxKDOgAAAAAAAEDA";
constexpr std::string_view kReportedCost = "12000000";  // of 6 tokens

std::string text(std::string_view part) {
  return std::string(part);
}

/// What an OpenAI provider sends, the last vector first; 6 tokens.
std::string openai_answer(std::string_view first, std::string_view second) {
  return R"({"object":"list","data":[{"object":"embedding","index":1,"embedding":)" + text(second) +
         R"(},{"object":"embedding","index":0,"embedding":)" + text(first) +
         R"(}],"model":"up-model","usage":{"prompt_tokens":6,"total_tokens":6}})";
}

/// What a Gemini provider sends; some report usage.
std::string gemini_answer(std::string_view usage = {}) {
  return R"({"embeddings":[{"values":)" + text(kFirst) + R"(},{"values":)" + text(kSecond) + "}]" +
         text(usage) + "}";
}
constexpr std::string_view kGeminiReport =
    R"(,"usageMetadata":{"promptTokenCount":6,"totalTokenCount":6})";

std::string openai_body(std::string_view provider, std::string_view more = {}) {
  return R"({"model":")" + model_of(provider) + R"(","input":["a \"quoted\" text","b"])" +
         text(more) + "}";
}

std::string gemini_batch(std::string_view model) {
  const std::string name = R"({"model":"models/)" + text(model) + R"(","content":{"parts":)";
  return R"({"requests":[)" + name + R"([{"text":"a "},{"text":"\"quoted\" text"}]},)" +
         R"("outputDimensionality":3},)" + name + R"([{"text":"b"}]},"outputDimensionality":3}]})";
}

std::string gemini_path(std::string_view provider, std::string_view verb) {
  return "/v1beta/models/" + model_of(provider) + ":" + text(verb);
}

RawResponse send(const WireWorld& world, std::string_view path, std::string_view body) {
  return call(world.daemon.port(), post(world.daemon.port(), path, world.daemon.key(), body));
}

RawResponse send_answered(WireWorld& world, std::string_view path, std::string_view body,
                          std::string_view answer) {
  world.provider.plays(Script().send(json_answer(200, answer)));
  return send(world, path, body);
}

json read(const RawResponse& answer) {
  CAPTURE(answer.head);
  CAPTURE(answer.body);
  CHECK(answer.status == 200);
  CHECK(answer.complete);
  return json::parse(answer.body, nullptr, false);
}

std::string target_of(const RecordedRequest& request) {
  return request.head.substr(0, request.head.find(" HTTP/"));
}

std::string estimated_tokens(std::string_view body) {
  return std::to_string((body.size() + 3) / 4);
}

/// A good row without output: what was used and what each of its tokens cost.
void check_row(const Row& row, std::string_view route, std::string_view origin,
               std::string_view tokens) {
  CHECK(row.at("route") == route);
  CHECK(row.at("outcome") == "ok");
  CHECK(row.at("status") == "200");
  CHECK(row.at("streamed") == "0");
  CHECK(row.at("usage_origin") == origin);
  CHECK(row.at("input_tokens") == tokens);
  CHECK(row.at("output_tokens") == "0");
  CHECK(row.at("cost_pico_usd") == std::to_string(std::stoll(text(tokens)) * 2'000'000));
}

}  // namespace

TEST_SUITE("format embeddings") {
  TEST_CASE("OpenAI's embeddings at a Gemini provider, as numbers and as base64") {
    WireWorld world;
    const std::string body = openai_body("gemini", R"(,"dimensions":3,"encoding_format":"float")");
    const RawResponse floats =
        send_answered(world, "/v1/embeddings", body, gemini_answer(kGeminiReport));
    const RecordedRequest asked = world.provider.requests().back();
    CHECK(target_of(asked) == "POST /v1/models/m:batchEmbedContents");
    CHECK(asked.field("x-goog-api-key") == kProviderKey);
    json sent = json::parse(gemini_batch("m"), nullptr, false);
    sent["requests"][0]["content"]["parts"] = json::parse(R"([{"text":"a \"quoted\" text"}])");
    CHECK(json::parse(asked.body, nullptr, false) == sent);

    const json list = read(floats);
    CHECK(list["object"] == "list");
    REQUIRE(list["data"].size() == 2);
    CHECK(list["data"][0]["object"] == "embedding");
    CHECK(list["data"][0]["index"] == 0);
    CHECK(list["data"][0]["embedding"] == json::parse(kFirst));
    CHECK(list["data"][1]["index"] == 1);
    CHECK(list["data"][1]["embedding"] == json::parse(kSecond));
    CHECK(list["model"] == "m");  // the answer names none, and OpenAI's clients expect one
    CHECK(list["usage"]["prompt_tokens"] == 6);
    CHECK(list["usage"]["total_tokens"] == 6);
    CHECK(floats.body.find(R"("cost":0.000012)") != std::string::npos);
    CHECK(floats.field("x-arouter-dropped") == "");

    const json coded = read(send_answered(world, "/v1/embeddings",
                                          openai_body("gemini", R"(,"encoding_format":"base64")"),
                                          gemini_answer(kGeminiReport)));
    CHECK(coded["data"][0]["embedding"] == kFirstCoded);
    CHECK(coded["data"][1]["embedding"] == kSecondCoded);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    for (const Row& row : rows) check_row(row, "embeddings", "reported", "6");
    CHECK(rows[0].at("provider") == "to-gemini");
    CHECK(rows[0].at("upstream_model") == "m");
    CHECK(rows[0].at("cost_pico_usd") == kReportedCost);
  }

  TEST_CASE("embeddings that a provider does not count are estimated, alike in body and ledger") {
    WireWorld world;
    const std::string body = openai_body("gemini", R"(,"user":"u-1")");
    const RawResponse answer = send_answered(world, "/v1/embeddings", body, gemini_answer());
    CHECK(std::to_string(read(answer)["usage"]["prompt_tokens"].get<int>()) ==
          estimated_tokens(body));
    CHECK(answer.field("x-arouter-dropped") == "user");
    const std::string batch = gemini_batch(model_of("gemini"));
    const std::string passed = gemini_answer();
    CHECK(send_answered(world, gemini_path("gemini", "batchEmbedContents"), batch, passed).body ==
          passed);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 2);
    check_row(rows[0], "embeddings", "estimated", estimated_tokens(body));
    CHECK(rows[0].at("user") == "u-1");
    check_row(rows[1], "batchEmbedContents", "estimated", estimated_tokens(batch));
  }

  TEST_CASE("Gemini's embeddings at an OpenAI provider, one and many, in the order asked for") {
    WireWorld world;
    const std::string many = gemini_batch(model_of("openai"));
    const std::string coded = openai_answer("\"" + text(kFirstCoded) + "\"", kSecond);
    for (const std::string& answer : {openai_answer(kFirst, kSecond), coded}) {
      const json list =
          read(send_answered(world, gemini_path("openai", "batchEmbedContents"), many, answer));
      CHECK(list == json::parse(gemini_answer()));
    }
    const RecordedRequest asked = world.provider.requests().back();
    CHECK(target_of(asked) == "POST /v1/embeddings");
    CHECK(asked.field("authorization") == "Bearer " + text(kProviderKey));
    CHECK(json::parse(asked.body, nullptr, false) ==
          json::parse(R"({"model":"m","input":["a \"quoted\" text","b"],"dimensions":3,)"
                      R"("encoding_format":"float"})"));

    constexpr std::string_view kOne =
        R"({"content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_DOCUMENT","title":"t"})";
    const RawResponse one = send_answered(
        world, gemini_path("openai", "embedContent"), kOne,
        R"({"object":"list","data":[{"object":"embedding","index":0,"embedding":[1,2]}],)"
        R"("model":"up-model","usage":{"prompt_tokens":6,"total_tokens":6}})");
    CHECK(read(one) == json::parse(R"({"embedding":{"values":[1,2]}})"));
    CHECK(one.field("x-arouter-dropped") == "task_type, title");
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 3);
    check_row(rows[0], "batchEmbedContents", "reported", "6");
    check_row(rows[1], "batchEmbedContents", "reported", "6");
    check_row(rows[2], "embedContent", "reported", "6");
  }

  TEST_CASE("embeddings pass between equal formats, with the cost where OpenAI's have room") {
    WireWorld world;
    const std::string answer = openai_answer(kFirst, kSecond);
    // Tokens are no text: they can only pass.
    const std::string tokens = R"({"model":")" + model_of("openai") + R"(","input":[[1,2],[3]]})";
    const RawResponse passed = send_answered(world, "/v1/embeddings", tokens, answer);
    const std::string before = answer.substr(0, answer.size() - 2);
    CHECK(passed.body.starts_with(before + R"(,"cost":0.000012,)"));
    CHECK(read(passed)["usage"]["cost_details"].is_object());
    CHECK(world.provider.requests().back().body == R"({"model":"m","input":[[1,2],[3]]})");

    const std::string one = R"({"embedding":{"values":[1.10,-0]},"x" : 1E2})";
    CHECK(send_answered(world, gemini_path("gemini", "embedContent"),
                        R"({"content":{"parts":[{"text":"a"}]}})", one)
              .body == one);
    const std::string many = gemini_answer(kGeminiReport);
    CHECK(send_answered(world, gemini_path("gemini", "batchEmbedContents"),
                        gemini_batch(model_of("gemini")), many)
              .body == many);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 3);
    check_row(rows[0], "embeddings", "reported", "6");
    CHECK(rows[1].at("usage_origin") == "estimated");
    check_row(rows[2], "batchEmbedContents", "reported", "6");
  }

  TEST_CASE("embeddings through the proxy pass as they are and are priced alike") {
    WireWorld world;
    const std::string input = R"({"model":"m","input":["a","b"]})";
    const std::string answer = openai_answer(kFirst, kSecond);
    CHECK(send_answered(world, "/to-openai/v1/embeddings", input, answer).body == answer);
    CHECK(world.provider.requests().back().body == input);
    const std::string one = R"({"content":{"parts":[{"text":"a"}]}})";
    constexpr std::string_view kOneAnswer =
        R"({"embedding":{"values":[1]},"usageMetadata":{"promptTokenCount":6}})";
    CHECK(send_answered(world, "/to-gemini/v1beta/models/m:embedContent", one, kOneAnswer).body ==
          kOneAnswer);
    CHECK(target_of(world.provider.requests().back()) == "POST /v1beta/models/m:embedContent");
    CHECK(world.provider.requests().back().field("x-goog-api-key") == kProviderKey);
    const std::string many = gemini_batch("m");
    CHECK(
        send_answered(world, "/to-gemini/v1beta/models/m:batchEmbedContents", many, gemini_answer())
            .body == gemini_answer());
    // OpenAI's way at Google's address, where the key still goes as Google wants it.
    CHECK(send_answered(world, "/to-gemini/v1beta/openai/embeddings", input, answer).body ==
          answer);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 4);
    check_row(rows[0], "proxy", "reported", "6");
    check_row(rows[1], "proxy", "reported", "6");
    check_row(rows[2], "proxy", "estimated", estimated_tokens(many));
    check_row(rows[3], "proxy", "reported", "6");
    for (const Row& row : rows) CHECK(row.at("upstream_model") == "m");
  }

  TEST_CASE("embeddings that cannot be had are refused in the client's own words, for nothing") {
    WireWorld world;
    const std::string batch = gemini_path("openai", "batchEmbedContents");
    const std::string many = gemini_batch(model_of("openai"));
    std::vector<int> statuses;
    const auto refused = [&](std::string_view client, const RawResponse& answer, int status,
                             std::string_view code) {
      CAPTURE(answer.body);
      CHECK(answer.status == status);
      CHECK(told_by(client, answer).code == told_code(client, code, status));
      statuses.push_back(status);
    };
    refused("openai",
            send_answered(world, "/v1/embeddings", openai_body("gemini"),
                          R"({"embeddings":[{"values":[1]}]})"),
            502, "upstream_malformed");
    refused("openai",
            send_answered(world, "/v1/embeddings", openai_body("gemini"),
                          R"({"embeddings":[{"values":[1]},{"values":["x"]}]})"),
            502, "upstream_malformed");
    refused("gemini",
            send_answered(world, batch, many,
                          R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})"),
            502, "upstream_malformed");
    refused("gemini",
            send_answered(world, batch, many,
                          R"({"data":[{"index":0,"embedding":"AAAA!"},{"embedding":[1]}]})"),
            502, "upstream_malformed");
    world.provider.plays(Script().send(json_answer(429, error_wire("openai", 429, "slow"))));
    refused("gemini", send(world, batch, many), 429, "rate_limit_exceeded");
    CHECK(world.provider.requests().size() == statuses.size());

    const std::string tokens = R"({"model":")" + model_of("gemini") + R"(","input":[1,2]})";
    refused("openai", send(world, "/v1/embeddings", tokens), 400, "invalid_request");
    refused("gemini", send(world, batch, R"({"requests":[]})"), 400, "invalid_request");
    CHECK(world.provider.requests().size() == statuses.size() - 2);
    for (const std::string_view provider : {"anthropic", "responses"}) {
      CHECK(send(world, "/v1/embeddings", openai_body(provider)).status == 404);
      const RawResponse none = send(world, gemini_path(provider, "batchEmbedContents"), many);
      CHECK(none.status == 404);
      CHECK(told_by("gemini", none).code == "NO_ENDPOINTS");
    }
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == statuses.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      CHECK(rows[i].at("status") == std::to_string(statuses[i]));
      CHECK(rows[i].at("outcome") == "error");
      CHECK(rows[i].at("cost_pico_usd") == "0");
    }
  }
}

}  // namespace arouter::test
