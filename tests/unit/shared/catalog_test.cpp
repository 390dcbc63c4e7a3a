#include "shared/catalog.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "shared/config_reader.hpp"
#include "shared/model_list.hpp"
#include "shared/validate/json_tree.hpp"
#include "shared/validate/rules.hpp"
#include "shared/validate/transcript.hpp"
#include "tests/integration/config_text.hpp"
#include "tests/integration/temp_dir.hpp"
#include "tests/unit/shared/config/config_text.hpp"

namespace arouter {

namespace {

constexpr std::string_view kTwoProviders = R"(
[[provider]]
name = "acme"
base_url = "https://api.acme.example/v1"
timeouts = { connect_ms = 1234 }
[[provider.model]]
id = "model-a"
name = "Model A"
description = "A model."
created = 1795000000
context_length = 128000
max_completion_tokens = 8192
architecture = { tokenizer = "cl100k_base", instruct_type = "chatml" }
pricing = { prompt = "0.000002", completion = "0.000006", input_cache_read = "0" }
supported_parameters = ["tools", "temperature"]
[[provider.model]]
id = "twin"
[[provider.model]]
id = "Qwen/Qwen3-8B"
[[provider]]
name = "openai"
base_url = "http://127.0.0.1:9/v1"
[[provider.model]]
id = "twin"
[[model]]
id = "meta/maverick"
name = "Maverick"
[[model.endpoints]]
provider = "openai"
model = "mav"
pricing = { prompt = "0.000001", completion = "0.000003" }
[[model.endpoints]]
provider = "acme"
model = "model-a"
)";

std::shared_ptr<const Catalog> catalog_of(std::string_view text) {
  const ConfigOutcome outcome = decode_config(text, "a.toml");
  REQUIRE(lines_of(outcome.faults) == std::vector<std::string>{});
  CatalogOutcome built = build_catalog(outcome.config);
  REQUIRE(lines_of(built.faults) == std::vector<std::string>{});
  REQUIRE(built.catalog != nullptr);
  return built.catalog;
}

std::string id_of(const Model* model) {
  return model == nullptr ? "nothing" : model->id;
}

/// What the key of a provider comes to: its value, or the fault.
std::string key_of(const std::string& key, const std::string& file = "a.toml") {
  const ConfigOutcome outcome = decode_config(
      "[[provider]]\nname = \"acme\"\nbase_url = \"https://a.example\"\nkeys = [" + key + "]\n",
      file);
  REQUIRE(outcome.faults.empty());
  const CatalogOutcome built = build_catalog(outcome.config);
  if (!built.faults.empty()) return to_string(built.faults.front());
  return std::string(built.catalog->providers[0]->keys[0].value.reveal());
}

}  // namespace

TEST_SUITE("catalog") {
  TEST_CASE("models are found by id, by a bare name that is unique, and as OpenAI's") {
    const auto catalog = catalog_of(kTwoProviders);
    CHECK(id_of(catalog->find_model("acme/model-a")) == "acme/model-a");
    CHECK(id_of(catalog->find_model("ACME/model-a")) == "acme/model-a");
    CHECK(id_of(catalog->find_model("acme/MODEL-A")) == "nothing");
    CHECK(id_of(catalog->find_model("model-a")) == "acme/model-a");
    CHECK(id_of(catalog->find_model("twin")) == "openai/twin");  // two end in it
    CHECK(id_of(catalog->find_model("acme/twin")) == "acme/twin");
    CHECK(id_of(catalog->find_model("Qwen/Qwen3-8B")) == "acme/Qwen/Qwen3-8B");
    CHECK(id_of(catalog->find_model("Qwen3-8B")) == "acme/Qwen/Qwen3-8B");
    CHECK(id_of(catalog->find_model("maverick")) == "meta/maverick");
    CHECK(id_of(catalog->find_model("mav")) == "nothing");
    CHECK(id_of(catalog->find_model("")) == "nothing");
    CHECK(id_of(catalog->find_model("acme/")) == "nothing");
  }

  TEST_CASE("a shared model's endpoints stand in the order of the file, with their own prices") {
    const auto catalog = catalog_of(kTwoProviders);
    const Model* model = catalog->find_model("meta/maverick");
    REQUIRE(model != nullptr);
    REQUIRE(model->endpoints.size() == 2);
    CHECK(model->endpoints[0].provider->name == "openai");
    CHECK(model->endpoints[0].model == "mav");
    CHECK(encode_money(model->endpoints[0].pricing.prompt) == "0.000001");
    CHECK(model->endpoints[1].provider->name == "acme");
    CHECK(encode_money(model->endpoints[1].pricing.prompt) == "0.000002");
    CHECK(model->endpoints[1].context_length == 128'000);
    CHECK(model->endpoints[1].timeouts.connect == milliseconds(1234));
    CHECK(model->endpoints[1].provider == catalog->providers[0].get());
    CHECK(catalog->providers[1]->index == 1);
  }

  TEST_CASE("a misspelt model has neighbours") {
    const auto catalog = catalog_of(kTwoProviders);
    const auto nearest = [&](const char* name) { return catalog->nearest(name, 2); };
    CHECK(nearest("acme/modle-a").front() == "acme/model-a");
    CHECK(nearest("modle-a").front() == "acme/model-a");
    CHECK(nearest("ACME/modela").front() == "acme/model-a");
    CHECK(nearest("else/model-a").front() == "acme/model-a");
    CHECK(nearest("twin").size() == 2);
    CHECK(nearest("nothing-of-the-kind-at-all").empty());
    CHECK(nearest("").empty());
    CHECK(catalog->nearest(std::string(100'000, 'a'), 3).empty());
    CHECK(catalog->nearest("model-a", 0).empty());
  }

  TEST_CASE("a card holds the whole metadata, prices as strings") {
    const auto catalog = catalog_of(kTwoProviders);
    CHECK(catalog->find_model("acme/model-a")->card(ModelDialect::openai) ==
          R"({"id":"acme/model-a","canonical_slug":"acme/model-a","object":"model",)"
          R"("created":1795000000,"owned_by":"acme","name":"Model A","description":"A model.",)"
          R"("context_length":128000,"architecture":{"input_modalities":["text"],)"
          R"("output_modalities":["text"],"tokenizer":"cl100k_base","instruct_type":"chatml"},)"
          R"("pricing":{"prompt":"0.000002","completion":"0.000006","input_cache_read":"0"},)"
          R"("top_provider":{"context_length":128000,"max_completion_tokens":8192,)"
          R"("is_moderated":false},"per_request_limits":null,)"
          R"("supported_parameters":["tools","temperature"],"default_parameters":null,)"
          R"("expiration_date":null})");
  }

  TEST_CASE("conditional prices stand in the cards of those who ask for them") {
    const auto catalog = catalog_of(
        "[[provider]]\nname = \"acme\"\nbase_url = \"https://a.example\"\n[[provider.model]]\n"
        "id = \"m\"\npricing = { prompt = \"0.000002\", completion = \"0.000006\", overrides = ["
        "{ min_prompt_tokens = 200000, prompt = \"0.000004\", input_cache_read = \"0\" },"
        "{ utc_start = \"1630\", utc_end = \"0005\", completion = \"0.000003\" }] }\n");
    const std::string pricing =
        R"("pricing":{"prompt":"0.000002","completion":"0.000006","overrides":[)"
        R"({"min_prompt_tokens":200000,"prompt":"0.000004","input_cache_read":"0"},)"
        R"({"utc_start":"1630","utc_end":"0005","completion":"0.000003"}]})";
    for (const ModelDialect dialect : {ModelDialect::openai, ModelDialect::mirror}) {
      CHECK(catalog->models[0].card(dialect).find(pricing) != std::string::npos);
    }
  }

  TEST_CASE("a model of which nothing is known says so with null") {
    const std::string card =
        catalog_of(kTwoProviders)->find_model("acme/twin")->card(ModelDialect::openai);
    CHECK(card.find(R"("name":"acme/twin")") != std::string::npos);
    CHECK(card.find(R"("context_length":null)") != std::string::npos);
    CHECK(card.find(R"("pricing":null)") != std::string::npos);  // unknown is not free
  }

  TEST_CASE("a shared model's card shows its first offer, under its own name") {
    const std::string card =
        catalog_of(kTwoProviders)->find_model("meta/maverick")->card(ModelDialect::openai);
    CHECK(card.find(R"("name":"Maverick","description":"A model.")") != std::string::npos);
    CHECK(card.find(R"("owned_by":"meta")") != std::string::npos);
    CHECK(card.find(R"("prompt":"0.000001","completion":"0.000003")") != std::string::npos);
    CHECK(card.find(R"("context_length":128000)") != std::string::npos);
  }

  TEST_CASE("our own card passes our own rules for metadata, conditional prices included") {
    std::string text(kTwoProviders);
    const std::string_view last_price = "input_cache_read = \"0\"";
    text.insert(text.find(last_price) + last_price.size(),
                ", overrides = [{ min_prompt_tokens = 1000, prompt = \"0.000004\" }, "
                "{ utc_start = \"1630\", utc_end = \"0030\", completion = \"0\" }]");
    for (const std::string& each : {std::string(kTwoProviders), text}) {
      validate::Transcript transcript;
      transcript.model = "model-a";
      transcript.metadata = validate::JsonTree::read(
          catalog_of(each)->find_model("acme/model-a")->card(ModelDialect::openai));
      for (const validate::Rule& rule : validate::metadata_rules()) {
        CAPTURE(rule.id);
        const validate::Judgement judgement = rule.judge(transcript);
        CHECK((judgement.kind == validate::Judgement::Kind::good ||
               rule.id == "meta.id-matches"));  // that one compares with a provider's list
      }
    }
  }

  TEST_CASE("the list is one JSON document with every card, by id") {
    const auto catalog = catalog_of(kTwoProviders);
    const validate::JsonTree tree =
        validate::JsonTree::read(encode_model_list(models_for(*catalog), ModelDialect::openai));
    CHECK(tree.faults().empty());
    CHECK(tree.root()["object"].text() == "list");
    const auto cards = tree.root()["data"].children();
    REQUIRE(cards.size() == catalog->models.size());
    for (std::size_t i = 0; i < cards.size(); ++i) {
      CHECK(cards[i]["id"].text() == catalog->models[i].id);
      if (i > 0) CHECK(catalog->models[i - 1].id < catalog->models[i].id);
    }
    CHECK(encode_model_list(models_for(*catalog_of("")), ModelDialect::openai) ==
          R"({"object":"list","data":[]})");
  }

  TEST_CASE("descriptions with quotes and line ends stay one JSON string") {
    const auto catalog = catalog_of(
        "[[provider]]\nname = \"acme\"\nbase_url = \"https://a.example\"\n[[provider.model]]\n"
        "id = \"m\"\ndescription = \"a \\\"b\\\" \\\\ \\n \\u0001 ü\"\n");
    const validate::JsonTree tree =
        validate::JsonTree::read(catalog->models[0].card(ModelDialect::openai));
    CHECK(tree.faults().empty());
    CHECK(tree.root()["description"].text() == "a \"b\" \\ \n \x01 ü");
  }

  TEST_CASE("a key comes from the environment, trimmed, or says what to do") {
    ::setenv("AROUTER_TEST_KEY", " sk-env \n", 1);
    CHECK(key_of("{ env = \"AROUTER_TEST_KEY\" }") == "sk-env");
    ::setenv("AROUTER_TEST_KEY", "sk-a\r\nX-Evil: 1", 1);
    const std::string split = key_of("{ env = \"AROUTER_TEST_KEY\" }");
    CHECK(split.starts_with("a.toml:4:17: the variable AROUTER_TEST_KEY holds a blank"));
    CHECK(split.find("sk-a") == std::string::npos);
    ::unsetenv("AROUTER_TEST_KEY");
    CHECK(key_of("{ env = \"AROUTER_TEST_KEY\" }") ==
          "a.toml:4:17: the variable AROUTER_TEST_KEY is not set; run: export "
          "AROUTER_TEST_KEY=… and start again");
    // A key pasted where a variable's name belongs is not repeated.
    CHECK(key_of("{ env = \"gsk_x7SECRET\" }").find("x7SECRET") == std::string::npos);
    CHECK(key_of("{ value = \"sk-inline\" }") == "sk-inline");
  }

  TEST_CASE("a key file must be the owner's alone") {
    const test::TempDir folder;
    const std::filesystem::path file = folder.write("key", "sk-file\n");
    const std::string config = (folder.path() / "a.toml").string();
    CHECK(key_of("{ file = \"" + file.string() + "\" }") == "sk-file");
    CHECK(key_of("{ file = \"key\" }", config) == "sk-file");
    ::chmod(file.c_str(), 0640);
    CHECK(key_of("{ file = \"key\" }", config) == config + ":4:18: the key file " + file.string() +
                                                      " can be read by others; run: chmod "
                                                      "600 " +
                                                      file.string());
    CHECK(key_of("{ file = \"none\" }", config).find("No such file") != std::string::npos);
    CHECK(key_of("{ file = \".\" }", config).find("is no regular file") != std::string::npos);
    folder.write("empty", " \n");
    CHECK(key_of("{ file = \"empty\" }", config).find("is empty") != std::string::npos);
    folder.write("long", std::string(20'000, 'k'));
    CHECK(key_of("{ file = \"long\" }", config).find("larger than") != std::string::npos);
  }

  TEST_CASE("a credential comes from systemd's folder") {
    const test::TempDir folder;
    folder.write("acme", "sk-credential");
    ::unsetenv("CREDENTIALS_DIRECTORY");
    CHECK(key_of("{ credential = \"acme\" }").find("LoadCredential=acme") != std::string::npos);
    ::setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
    CHECK(key_of("{ credential = \"acme\" }") == "sk-credential");
    ::unsetenv("CREDENTIALS_DIRECTORY");
  }

  TEST_CASE("the configuration of the integration tests loads") {
    ::setenv("ACME_KEY", "sk-test", 1);
    const auto catalog =
        catalog_of(test::encode_config({}, {"http://127.0.0.1:1/v1", "https://localhost:2/v1"}));
    CHECK(id_of(catalog->find_model("beta/model-a")) == "beta/model-a");
    CHECK(id_of(catalog->find_model("model-a")) == "nothing");
    ::unsetenv("ACME_KEY");
  }
}

}  // namespace arouter
