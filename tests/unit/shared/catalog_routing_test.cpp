// What routing reads off the catalogue: names, offers, candidates, credentials.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <set>

#include "shared/catalog.hpp"
#include "shared/config_reader.hpp"
#include "tests/integration/temp_dir.hpp"
#include "tests/unit/shared/config/config_text.hpp"

namespace arouter {

namespace {

constexpr std::string_view kTwoProviders = R"(
[routing]
fallback_model = "beta/other"
[[alias]]
name = "cl*"
model = "acme/small"
[[alias]]
name = "claude-*"
model = "acme/large"
[[alias]]
name = "*-haiku"
model = "acme/small"
[[alias]]
name = "claude-opus"
model = "shared/model"
[[alias]]
name = "Anthropic/claude-*"
model = "acme/large"
[[provider]]
name = "acme"
display_name = "Acme"
base_url = "https://api.acme.example/v1"
data_policy = { collects = false, retention_days = 30 }
[[provider.model]]
id = "small"
pricing = { prompt = "0.000001", completion = "0.000002" }
context_length = 1000
max_completion_tokens = 100
supported_parameters = ["tools"]
quantization = "fp8"
expiration_date = "2027-01-31"
[[provider.model]]
id = "large"
data_policy = { zdr = true }
[[provider.model]]
id = "vectors"
pricing = { prompt = "0", completion = "0" }
architecture = { output_modalities = ["embeddings"] }
[[provider]]
name = "beta"
base_url = "https://beta.example"
[[provider.model]]
id = "other"
pricing = { prompt = "0", completion = "0" }
[[provider]]
name = "local"
base_url = "http://127.0.0.1:1/v1"
data_policy = { zdr = true }
[[provider.model]]
id = "claude-local"
[[model]]
id = "shared/model"
[[model.endpoints]]
provider = "acme"
model = "small"
[[model.endpoints]]
provider = "acme"
model = "large"
quantization = "bf16"
context_length = 5000
max_completion_tokens = 500
supported_parameters = []
pricing = { prompt = "0", completion = "0" }
data_policy = { collects = true }
[[model.endpoints]]
provider = "acme"
model = "third"
quantization = "bf16"
pricing = { prompt = "0", completion = "0" }
[[model.endpoints]]
provider = "acme"
model = "fourth"
tag = "turbo"
pricing = { prompt = "0", completion = "0" }
[[model.endpoints]]
provider = "acme"
model = "fifth"
pricing = { prompt = "0", completion = "0" }
[[model.endpoints]]
provider = "acme"
model = "sixth"
pricing = { prompt = "0", completion = "0" }
[[model.endpoints]]
provider = "beta"
model = "other"
quantization = "int8"
)";

CatalogOutcome outcome_of(std::string_view text, const std::string& file = "a.toml") {
  const ConfigOutcome outcome = decode_config(text, file);
  REQUIRE(lines_of(outcome.faults) == std::vector<std::string>{});
  return build_catalog(outcome.config);
}

std::shared_ptr<const Catalog> catalog_of(std::string_view text) {
  CatalogOutcome built = outcome_of(text);
  REQUIRE(lines_of(built.faults) == std::vector<std::string>{});
  REQUIRE(built.catalog != nullptr);
  return built.catalog;
}

const Endpoint& endpoint_of(const Catalog& catalog, const char* id, std::size_t at = 0) {
  const Model* model = catalog.find_model(id);
  REQUIRE(model != nullptr);
  return model->endpoints.at(at);
}

std::vector<std::string> ids_of(const std::vector<const Model*>& models) {
  std::vector<std::string> ids;
  for (const Model* model : models) ids.push_back(model->id);
  return ids;
}

/// A provider with these lines, in `file`.
CatalogOutcome provider_with(const std::string& lines, const std::string& file = "a.toml") {
  return outcome_of("[[provider]]\nname = \"acme\"\nbase_url = \"https://a.example\"\n" + lines,
                    file);
}

std::string only_fault(const CatalogOutcome& outcome) {
  CHECK(outcome.catalog == nullptr);
  REQUIRE(outcome.faults.size() == 1);
  return to_string(outcome.faults[0]);
}

}  // namespace

TEST_SUITE("catalog_routing") {
  TEST_CASE("a name is an id, an alias, an end, a pattern, or the fallback's") {
    using By = ModelMatch::By;
    const auto catalog = catalog_of(kTwoProviders);
    struct Case {
      const char* name;
      const char* model;
      By by;
    };
    for (const Case& each :
         {Case{"acme/small", "acme/small", By::id}, Case{"ACME/small", "acme/small", By::id},
          Case{"claude-opus", "shared/model", By::alias},
          Case{"claude-local", "local/claude-local", By::bare_name},
          Case{"large", "acme/large", By::bare_name},
          Case{"claude-sonnet", "acme/large", By::pattern},
          Case{"claude-haiku", "acme/large", By::pattern},  // more literals than *-haiku
          Case{"clx-haiku", "acme/small", By::pattern}, Case{"clx", "acme/small", By::pattern},
          Case{"anthropic/claude-1", "acme/large", By::pattern},
          Case{"ANTHROPIC/claude-1", "acme/large", By::pattern},
          Case{"Claude-opus", "beta/other", By::fallback}, Case{"", "beta/other", By::fallback}}) {
      CAPTURE(each.name);
      const ModelMatch match = catalog->resolve(each.name);
      REQUIRE(match.model != nullptr);
      CHECK(match.model->id == each.model);
      CHECK(match.by == each.by);
      CHECK((match.alias != nullptr) == (each.by == By::alias || each.by == By::pattern));
    }
    CHECK(catalog->resolve("clx-haiku").alias->name == "*-haiku");
    CHECK(catalog->resolve("claude-" + std::string(100'000, 'x')).by == By::fallback);
  }

  TEST_CASE("without a fallback a name that leads nowhere leads nowhere") {
    const auto catalog = catalog_of("");
    CHECK(catalog->resolve("anything").model == nullptr);
    CHECK(catalog->resolve("anything").by == ModelMatch::By::nothing);
    CHECK(catalog->auto_models.empty());
    CHECK(catalog->endpoint_count == 0);
  }

  TEST_CASE("auto stands for what writes text at a price, or for what is listed, in its order") {
    const auto catalog = catalog_of(kTwoProviders);
    CHECK(ids_of(catalog->auto_models) ==
          std::vector<std::string>{"acme/small", "beta/other", "shared/model"});
    std::string listed(kTwoProviders);
    listed.insert(listed.find("fallback_model"),
                  "auto_models = [\"LOCAL/*\", \"acme/*\", \"acme/small\"]\n");
    CHECK(ids_of(catalog_of(listed)->auto_models) ==
          std::vector<std::string>{"local/claude-local", "acme/large", "acme/small"});
  }

  TEST_CASE("an endpoint holds what its provider lists, unless it says otherwise") {
    const auto catalog = catalog_of(kTwoProviders);
    const Endpoint& listed = endpoint_of(*catalog, "shared/model", 0);
    CHECK(listed.context_length == 1'000);
    CHECK(listed.max_completion_tokens == 100);
    CHECK(listed.supported_parameters == std::vector<std::string>{"tools"});
    CHECK(listed.quantization == "fp8");
    CHECK(listed.expires_s == 1'801'440'000);  // 2027-02-01T00:00:00Z
    CHECK(listed.output_modalities == std::vector<std::string>{"text"});
    const Endpoint& other = endpoint_of(*catalog, "shared/model", 1);
    CHECK(other.context_length == 5'000);
    CHECK(other.max_completion_tokens == 500);
    CHECK(other.supported_parameters.empty());
    CHECK(other.quantization == "bf16");
    CHECK(other.expires_s == 0);
    CHECK(endpoint_of(*catalog, "acme/vectors").output_modalities ==
          std::vector<std::string>{"embeddings"});
  }

  TEST_CASE("what is not declared counts as collecting, and each level overrides the one above") {
    const auto catalog = catalog_of(kTwoProviders);
    struct Case {
      const char* model;
      std::size_t at;
      bool collects, zdr;
    };
    for (const Case& each : {Case{"acme/small", 0, false, false},  // as the provider
                             Case{"acme/large", 0, false, true},   // the model's own zdr
                             Case{"shared/model", 1, true, true},  // and the endpoint's own
                             Case{"beta/other", 0, true, false},   // nothing declared
                             Case{"local/claude-local", 0, false, true}}) {  // what keeps nothing
      CAPTURE(each.model);
      const Endpoint& endpoint = endpoint_of(*catalog, each.model, each.at);
      CHECK(endpoint.collects == each.collects);
      CHECK(endpoint.zdr == each.zdr);
    }
  }

  TEST_CASE("every endpoint of a model has a tag of its own") {
    const auto catalog = catalog_of(kTwoProviders);
    const Model* model = catalog->find_model("shared/model");
    REQUIRE(model != nullptr);
    std::vector<std::string> tags;
    for (const Endpoint& each : model->endpoints) tags.push_back(each.tag);
    CHECK(tags == std::vector<std::string>{"acme/fp8", "acme/bf16", "acme/bf16-2", "acme/turbo",
                                           "acme", "acme/2", "beta"});
    CHECK(endpoint_of(*catalog, "acme/small").tag == "acme");
  }

  TEST_CASE("one model of one provider has one index, wherever it is offered") {
    const auto catalog = catalog_of(kTwoProviders);
    const Endpoint& own = endpoint_of(*catalog, "acme/small");
    const Endpoint& shared = endpoint_of(*catalog, "shared/model", 0);
    CHECK(own.index == shared.index);
    CHECK(own.identity == shared.identity);
    CHECK(own.identity == "acme https://api.acme.example/v1 small");
    std::set<std::size_t> indexes;
    for (const Model& model : catalog->models) {
      for (const Endpoint& each : model.endpoints) {
        CHECK(each.index < catalog->endpoint_count);
        indexes.insert(each.index);
      }
    }
    CHECK(indexes.size() == catalog->endpoint_count);
    CHECK(catalog->endpoint_count == 9);
  }

  TEST_CASE("providers have a name to show, and are reached as the file says") {
    const auto catalog = catalog_of(kTwoProviders);
    CHECK(catalog->find_provider("acme")->display_name == "Acme");
    CHECK(catalog->find_provider("beta")->display_name == "beta");
    const auto provider = [](const char* lines) {
      return std::make_shared<Provider>(*provider_with(lines).catalog->providers[0]);
    };
    ::setenv("https_proxy", "http://proxy.example:80", 1);
    CHECK(provider("proxy = \"none\"\n")->proxy.has_value() == false);
    CHECK(provider("")->proxy->origin.host == "proxy.example");
    const auto proxied =
        provider("proxy = \"http://127.0.0.1:3128\"\non_client_gone = \"drain\"\n");
    CHECK(proxied->proxy->origin.port == 3128);
    ::setenv("https_proxy", "socks5://proxy.example", 1);
    CHECK(provider_with("").faults.at(0).message.starts_with("the proxy that https_proxy names"));
    ::unsetenv("https_proxy");
    CHECK(proxied->on_client_gone == ClientGone::drain);
  }

  TEST_CASE("keys keep their names apart and know their models") {
    ::setenv("AROUTER_TEST_KEY", "sk-test", 1);
    const auto outcome = provider_with(
        "keys = [{ env = \"AROUTER_TEST_KEY\" }, { env = \"AROUTER_TEST_KEY\", models = [\"a\", "
        "\"gpt-*\"], limits = { concurrency = 2, requests_per_minute = 3 } }]\n");
    ::unsetenv("AROUTER_TEST_KEY");
    REQUIRE(outcome.catalog != nullptr);
    const std::vector<ProviderKey>& keys = outcome.catalog->providers[0]->keys;
    REQUIRE(keys.size() == 2);
    CHECK(keys[0].name == "env AROUTER_TEST_KEY");
    CHECK(keys[1].name == "env AROUTER_TEST_KEY (2)");
    CHECK(keys[0].serves("anything"));
    CHECK(keys[1].serves("a"));
    CHECK(keys[1].serves("gpt-5"));
    CHECK_FALSE(keys[1].serves("ab"));
    CHECK(keys[1].concurrency == 2);
    CHECK(keys[1].requests_per_minute == 3);
  }

  TEST_CASE("client credentials come with their secret") {
    const std::string lines =
        "oauth2 = { token_url = \"https://login.example/oauth/token\", client_id = \"me\", "
        "client_secret = { env = \"AROUTER_TEST_SECRET\" }, scope = \"a b\" }\n";
    ::setenv("AROUTER_TEST_SECRET", "s3cret", 1);
    const auto outcome = provider_with(lines);
    ::unsetenv("AROUTER_TEST_SECRET");
    REQUIRE(outcome.catalog != nullptr);
    const std::optional<OAuth2Client>& oauth2 = outcome.catalog->providers[0]->oauth2;
    REQUIRE(oauth2.has_value());
    CHECK(oauth2->token.host == "login.example");
    CHECK(oauth2->token.base_path == "/oauth/token");
    CHECK(oauth2->client_id == "me");
    CHECK(oauth2->client_secret.reveal() == "s3cret");
    CHECK(oauth2->scope == "a b");
    CHECK(only_fault(provider_with(lines)).find("AROUTER_TEST_SECRET is not set") !=
          std::string::npos);
  }

  TEST_CASE("a service account is read from its file, which must be the owner's alone") {
    const test::TempDir folder;
    const std::string config = (folder.path() / "a.toml").string();
    const std::string lines = "service_account = { file = \"account.json\" }\n";
    const auto file = folder.write(
        "account.json",
        "{\n  \"type\": \"service_account\", \"client_email\": \"me@project.example\",\n"
        "  \"private_key_id\": \"abc\", \"private_key\": \"-----BEGIN PRIVATE KEY-----\\nMII\\n\","
        "\n  \"token_uri\": \"https://oauth2.example/token\"\n}\n");
    const auto outcome = provider_with(lines, config);
    REQUIRE(lines_of(outcome.faults) == std::vector<std::string>{});
    const std::optional<ServiceAccount>& account = outcome.catalog->providers[0]->service_account;
    REQUIRE(account.has_value());
    CHECK(account->client_email == "me@project.example");
    CHECK(account->key_id == "abc");
    CHECK(account->private_key.reveal() == "-----BEGIN PRIVATE KEY-----\nMII\n");
    CHECK(account->token_url == "https://oauth2.example/token");
    CHECK(account->token.host == "oauth2.example");
    CHECK(account->scope == "https://www.googleapis.com/auth/cloud-platform");
    ::chmod(file.c_str(), 0644);
    CHECK(only_fault(provider_with(lines, config)).find("can be read by others") !=
          std::string::npos);
  }

  TEST_CASE("what is no service account says why, and nothing of what it holds") {
    const auto fault = [](const char* json) {
      ::setenv("AROUTER_TEST_ACCOUNT", json, 1);
      const CatalogOutcome outcome =
          provider_with("service_account = { env = \"AROUTER_TEST_ACCOUNT\" }\n");
      ::unsetenv("AROUTER_TEST_ACCOUNT");
      const std::string text = only_fault(outcome);
      CHECK(text.starts_with("a.toml:4:27: the service account "));
      CHECK(text.find("SECRET") == std::string::npos);
      return text;
    };
    CHECK(fault("SECRET").ends_with("is no JSON object"));
    CHECK(fault("[\"SECRET\"]").ends_with("is no JSON object"));
    CHECK(fault(R"({"private_key":"-----BEGIN SECRET"})").ends_with("has no client_email"));
    CHECK(fault(R"({"client_email":"a","private_key":"SECRET"})").ends_with("in PEM form"));
    CHECK(fault(R"({"client_email":"a","private_key":"-----BEGIN SECRET","token_uri":"x"})")
              .find("has a token_uri that must begin with https://") != std::string::npos);
    CHECK(fault(R"({"client_email":"a","private_key":"-----BEGIN SECRET",)"
                R"("token_uri":"http://login.example/t"})")
              .ends_with("without https"));
  }

  TEST_CASE("a client certificate's key must be the owner's alone") {
    const test::TempDir folder;
    const std::string config = (folder.path() / "a.toml").string();
    const std::string lines = "client_cert = { cert_file = \"own.pem\", key_file = \"own.key\" }\n";
    const auto key = folder.write("own.key", "-----BEGIN PRIVATE KEY-----\n");
    const auto outcome = provider_with(lines, config);
    REQUIRE(lines_of(outcome.faults) == std::vector<std::string>{});
    const Provider& provider = *outcome.catalog->providers[0];
    CHECK(provider.client_cert.cert_file == (folder.path() / "own.pem").string());
    CHECK(provider.client_cert.key_file == key.string());
    ::chmod(key.c_str(), 0640);
    CHECK(only_fault(provider_with(lines, config)) ==
          config + ":4:51: the key file " + key.string() +
              " can be read by others; run: chmod 600 " + key.string());
  }
}

}  // namespace arouter
