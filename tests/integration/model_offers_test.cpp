// The offers of one model, lists of models that are filtered, and models that are served only for
// so long.
#include <doctest/doctest.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

using nlohmann::json;

constexpr std::string_view kMore = R"(
[[model]]
id = "maker/shared"
name = "Shared"
endpoints = [
  { provider = "acme", model = "model-a", quantization = "fp8", tag = "turbo" },
  { provider = "beta", model = "model-b", pricing = { prompt = "0.000001", completion = "0" } },
]
[[alias]]
name = "fast"
model = "maker/shared"
)";

/// acme and beta, who offer one model together.
struct TwoOffers {
  TempDir home;
  FakeProvider acme, beta;
  DaemonProcess daemon{
      home, encode_config({.tail = std::string(kMore)}, {acme.base_url(), beta.base_url()})};

  TwoOffers() { must_listen(daemon); }

  RawResponse ask(std::string_view target, std::string_view fields = {}) const {
    return call(daemon.port(), get(daemon.port(), target, daemon.key(), fields));
  }
  json read(std::string_view target) const {
    const RawResponse answer = ask(target);
    CAPTURE(answer.body);
    CHECK(answer.status == 200);
    return json::parse(answer.body, nullptr, false);
  }
};

std::string message_of(const RawResponse& answer) {
  const json body = json::parse(answer.body, nullptr, false);
  return body.is_object() && body.contains("error") ? body["error"].value("message", "") : "";
}

}  // namespace

TEST_SUITE("model offers") {
  TEST_CASE("the offers of a model are told under its id, its encoded id, and its aliases") {
    const TwoOffers world;
    for (const char* path :
         {"/api/v1/models/maker/shared/endpoints", "/api/v1/models/maker%2Fshared/endpoints",
          "/api/v1/models/Maker/shared/endpoints", "/api/v1/models/fast/endpoints",
          "/api/v1/models/maker/shared:floor/endpoints", "/v1/models/maker/shared/endpoints"}) {
      CAPTURE(path);
      const json model = world.read(path)["data"];
      CHECK(model["id"] == "maker/shared");
      CHECK(model["name"] == "Shared");
      REQUIRE(model["endpoints"].size() == 2);
      CHECK(model["endpoints"][0]["tag"] == "acme/turbo");
      CHECK(model["endpoints"][0]["quantization"] == "fp8");
      CHECK(model["endpoints"][0]["pricing"]["prompt"] == "0.000002");
      CHECK(model["endpoints"][1]["provider_id"] == "beta");
      CHECK(model["endpoints"][1]["pricing"]["completion"] == "0");
      CHECK(model["endpoints"][1]["uptime_last_30m"] == nullptr);
    }
  }

  TEST_CASE("a model that nobody offers is refused in the caller's shape, with what is near") {
    const TwoOffers world;
    const RawResponse answer = world.ask("/api/v1/models/maker/sharde/endpoints");
    CHECK(answer.status == 404);
    CHECK(error_of(answer)["code"] == 404);  // OpenRouter's codes are numbers
    CHECK(message_of(answer).find("did you mean 'maker/shared'") != std::string::npos);
    const RawResponse plain = world.ask("/v1/models/maker/sharde");
    CHECK(plain.status == 404);
    CHECK(error_code_of(plain) == "model_not_found");
    CHECK(message_of(plain).find("did you mean 'maker/shared'") != std::string::npos);
    const RawResponse anthropic =
        world.ask("/v1/models/maker/sharde/endpoints", "anthropic-version: 2023-06-01\r\n");
    CHECK(json::parse(anthropic.body)["error"]["type"] == "not_found_error");
    CHECK(world.ask("/api/v1/models/%zz/endpoints").status == 400);
    CHECK(world.ask("/api/v1/models/auto/endpoints").status == 404);
  }

  TEST_CASE("lists are filtered for OpenAI's and OpenRouter's callers, and whole for others") {
    const TwoOffers world;
    CHECK(world.read("/v1/models")["data"].size() == 3);
    const json none = world.read("/v1/models?supported_parameters=none");
    CHECK(none["object"] == "list");
    CHECK(none["data"].empty());
    const json beta = world.read("/api/v1/models?providers=beta");
    CHECK(beta["total_count"] == 2);
    CHECK(beta["data"][0]["id"] == "beta/model-a");
    CHECK(world.read("/v1/models?output_modalities=text")["data"].size() == 3);
    CHECK(world.read("/v1/models?category=programming")["data"].size() == 3);
    CHECK(world.read("/v1beta/models?providers=none")["models"].size() == 3);
    const RawResponse refused = world.ask("/v1/models?context=many");
    CHECK(refused.status == 400);
    CHECK(error_of(refused)["param"] == "context");
  }

  TEST_CASE("who asks a model that is served only for so long is told until when") {
    World world([](const std::string& url) {
      return "[server]\nlisten = [\"127.0.0.1:0\"]\n[[provider]]\nname = \"acme\"\nbase_url = \"" +
             url +
             "\"\n[[provider.model]]\nid = \"model-a\"\npricing = { prompt = \"0\", completion = "
             "\"0\" }\nexpiration_date = \"2099-12-31\"\n[[provider.model]]\nid = "
             "\"model-b\"\npricing = { prompt = \"0\", completion = \"0\" }\n";
    });
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    for (int i = 0; i < 2; ++i) {
      const RawResponse answer = world.chat(chat_json(false));
      CHECK(answer.status == 200);
      CHECK(answer.field("sunset") == "Fri, 01 Jan 2100 00:00:00 GMT");
    }
    const RawResponse other = world.chat(R"({"model":"acme/model-b","messages":[]})");
    CHECK(other.status == 200);
    CHECK(other.field("sunset") == "");
    const RawResponse card = call(
        world.daemon.port(), get(world.daemon.port(), "/v1/models/model-a", world.daemon.key()));
    CHECK(json::parse(card.body)["expiration_date"] == "2099-12-31");
    const std::string remark = "provider 'acme' serves 'model-a' until 2100-01-01T00:00:00Z";
    CHECK(world.daemon.wait_for_errors(remark));
    const std::string log = world.daemon.errors();
    CHECK(log.find(remark) == log.rfind(remark));
  }
}

}  // namespace arouter::test
