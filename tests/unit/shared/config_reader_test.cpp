#include "shared/config_reader.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>

#include "tests/integration/temp_dir.hpp"
#include "tests/unit/shared/config/config_text.hpp"
#include "tests/unit/shared/config/every_key.hpp"

namespace arouter {

TEST_SUITE("config_reader") {
  TEST_CASE("an empty file is a configuration of defaults only") {
    const ConfigOutcome outcome = decode_config("", "a.toml");
    CHECK(lines_of(outcome.faults).empty());
    CHECK(outcome.config.server.listen.size() == 2);
    CHECK(outcome.config.auth == AuthMode::keys);
    CHECK(outcome.config.files == std::vector<std::string>{"a.toml"});
  }

  TEST_CASE("every key of a provider, a model and the server arrives") {
    const ConfigOutcome outcome = decode_config(kEveryKey, "a.toml");
    REQUIRE(lines_of(outcome.faults).empty());
    const Config& config = outcome.config;
    CHECK(config.server.listen == std::vector<std::string>{"127.0.0.1:0", "[::1]:18081"});
    CHECK(config.server.workers == 3);
    CHECK(config.server.header == milliseconds(1000));
    CHECK(config.server.drain == milliseconds(4000));
    CHECK(config.server.max_body_bytes == 2'000'000);
    CHECK(config.auth == AuthMode::open);
    CHECK(config.durability == Durability::power);
    CHECK(config.log_level == "debug");
    REQUIRE(config.providers.size() == 1);
    const ProviderConfig& acme = config.providers[0];
    CHECK(acme.format == "anthropic");
    REQUIRE(acme.keys.size() == 4);
    CHECK(acme.keys[1].secret.kind == SecretRef::Kind::file);
    CHECK(acme.keys[1].weight == 2);
    CHECK(acme.keys[3].secret.value.reveal() == "sk-inline");
    CHECK(acme.keys[0].secret.place.line == 34);
    CHECK(acme.data_policy.collects == false);
    CHECK(acme.data_policy.retention_days == 30);
    CHECK(acme.concurrency == 64);
    CHECK(acme.timeouts.connect == milliseconds(1500));
    REQUIRE(acme.models.size() == 1);
    const ModelConfig& model = acme.models[0];
    CHECK(model.id == "model-a");
    CHECK(model.created == 1'795'000'000);
    CHECK(model.architecture.input_modalities == std::vector<std::string>{"text", "image"});
    CHECK(encode_money(model.pricing.prompt) == "0.000002");
    CHECK(model.pricing.has_cache_read);
    CHECK_FALSE(model.pricing.has_cache_write);
    CHECK(model.supported_parameters == std::vector<std::string>{"tools", "temperature"});
    REQUIRE(config.models.size() == 1);
    CHECK(config.models[0].endpoints[0].model == "llama-4-mav");
  }

  TEST_CASE("every key of routing and of how a provider is reached arrives") {
    const ConfigOutcome outcome = decode_config(kEveryKey, "a.toml");
    REQUIRE(lines_of(outcome.faults).empty());
    const RoutingConfig& routing = outcome.config.routing;
    CHECK(routing.fallback_model == "acme/model-a");
    REQUIRE(routing.auto_models.size() == 2);
    CHECK(routing.auto_models[0].text == "acme/*");
    CHECK(routing.max_attempts == 5);
    CHECK_FALSE(routing.retry_ambiguous);
    CHECK(routing.deny_data_collection);
    CHECK(routing.zdr);
    CHECK_FALSE(routing.affinity);
    REQUIRE(outcome.config.aliases.size() == 1);
    CHECK(outcome.config.aliases[0].name == "claude-haiku-*");
    CHECK(outcome.config.aliases[0].model == "acme/model-a");
    const ProviderConfig& acme = outcome.config.providers[0];
    CHECK(acme.display_name == "Acme Inc.");
    CHECK(acme.byok);
    CHECK(acme.client_cert.cert_file == "own.pem");
    CHECK(acme.client_cert.key_file == "own.key");
    CHECK(acme.proxy.url.reveal() == "http://proxy.example:3128");
    CHECK(acme.on_client_gone == ClientGone::drain);
    REQUIRE(acme.health_check.has_value());
    CHECK(acme.health_check->path == "/health");
    CHECK(acme.health_check->interval == std::chrono::seconds(10));
    CHECK(acme.breaker.failures == 2);
    CHECK(acme.breaker.open == milliseconds(100));
    CHECK(acme.breaker.max_open == milliseconds(1000));
    CHECK(acme.keys[0].name == "env ACME_KEY");
    CHECK(acme.keys[1].name == "file ~/k");
    CHECK(acme.keys[2].name == "third");
    REQUIRE(acme.keys[2].models.size() == 1);
    CHECK(acme.keys[2].models[0].text == "model-*");
    CHECK(acme.keys[3].name == "value");
    CHECK(acme.keys[3].concurrency == 4);
    CHECK(acme.keys[3].requests_per_minute == 60);
  }

  TEST_CASE("every key of an offer and of its conditional prices arrives") {
    const ConfigOutcome outcome = decode_config(kEveryKey, "a.toml");
    REQUIRE(lines_of(outcome.faults).empty());
    const ModelConfig& model = outcome.config.providers[0].models[0];
    CHECK(model.data_policy.zdr == false);
    CHECK_FALSE(model.data_policy.collects.has_value());
    REQUIRE(model.pricing.overrides.size() == 2);
    CHECK(model.pricing.overrides[0].min_prompt_tokens == 200'000);
    CHECK(model.pricing.overrides[0].prompt == Money{4'000'000});
    CHECK_FALSE(model.pricing.overrides[0].completion.has_value());
    CHECK(model.pricing.overrides[1].utc_start == 16 * 60 + 30);
    CHECK(model.pricing.overrides[1].utc_end == 30);
    const EndpointConfig& endpoint = outcome.config.models[0].endpoints[0];
    CHECK(endpoint.context_length == 64'000);
    CHECK(endpoint.max_completion_tokens == 4'096);
    REQUIRE(endpoint.supported_parameters.has_value());
    CHECK(endpoint.supported_parameters->size() == 1);
    CHECK(endpoint.data_policy.collects == true);
    CHECK(endpoint.tag == "turbo");
  }

  TEST_CASE("a model's timeouts differ from its provider's only where it says so") {
    const ConfigOutcome outcome = decode_config(kEveryKey, "a.toml");
    REQUIRE(outcome.config.providers.size() == 1);
    const std::optional<Timeouts>& timeouts = outcome.config.providers[0].models[0].timeouts;
    REQUIRE(timeouts.has_value());
    CHECK(timeouts->total == milliseconds(60'000));
    CHECK(timeouts->connect == milliseconds(1500));
  }

  TEST_CASE("ten faults in one file are all told, each with its place, in order") {
    const ConfigOutcome outcome = decode_config(kTenFaults, "a.toml");
    const std::vector<std::string> lines = lines_of(outcome.faults);
    const std::vector<std::string> expected{
        "a.toml:2:12: server.listen needs a port from 0 to 65535 after its address",
        "a.toml:3:11: server.workers must be between 0 and 256, not 900",
        "a.toml:4:1: unknown key 'hedaer_ms' in server; did you mean 'header_ms'?",
        "a.toml:7:8: auth.mode is 'opne', which is none of keys, open; did you mean "
        "'open'?",
        "a.toml:12:12: provider.base_url may hold no query ('?')",
        "a.toml:13:17: provider.keys.env must be the name of an environment "
        "variable, not the key itself",
        "a.toml:17:24: provider.model.pricing.prompt must be a string in USD, such "
        "as \"0.000002\": write the amount in quotes, a number would be rounded",
        "a.toml:20:8: the provider 'acme' already stands at a.toml:10:8",
        "a.toml:21:12: provider.base_url must be a string, not an integer",
        "a.toml:25:28: there is no provider 'acmee'; did you mean 'acme'?",
    };
    REQUIRE(lines.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(lines[i] == expected[i]);
  }

  TEST_CASE("broken TOML is a fault with its place") {
    const auto first = [](std::string_view text) {
      const ConfigOutcome outcome = decode_config(text, "a.toml");
      REQUIRE(outcome.faults.size() == 1);
      return outcome.faults[0].place;
    };
    CHECK(first("[server]\nworkers = \n").line == 2);
    CHECK(first("[server\n").line == 1);
    CHECK(first("[server]\nworkers = 1\nworkers = 2\n").line == 3);
    CHECK(first("a = 99999999999999999999\n").line == 1);
    CHECK(first("a = \"\\q\"\n").line == 1);
  }

  TEST_CASE("what stands in a key's place is in no message") {
    for (const char* provider : {
             "keys = [\"SECRET-1234567890\"]",
             "keys = \"SECRET-1234567890\"",
             "keys = { value = \"SECRET-1234567890\" }",
             "keys = [{ env = \"SECRET-1234567890\" }]",
             "keys = [{ value = SECRET-1234567890 }]",
             "keys = [{ value = trSECRET-1234567890 }]",
             "keys = [{ value = \"SECRET-1234567890 }]",
             "keys = [{ value = 'SECRET-1234567890', env = \"A\" }]",
             "keys = [{ credential = \"SECRET-1234567890/\" }]",
             "keys = [{ value = [\"SECRET-1234567890\"] }]",
             "key = \"SECRET-1234567890\"",
             "base_url = \"https://user:SECRET-1234567890@acme.example\"",
         }) {
      CAPTURE(provider);
      const std::string text = "[[provider]]\nname = \"acme\"\n" + std::string(provider) + "\n";
      const ConfigOutcome outcome = decode_config(text, "a.toml");
      CHECK_FALSE(outcome.faults.empty());
      for (const ConfigFault& fault : outcome.faults) {
        CHECK_MESSAGE(fault.message.find("SECRET") == std::string::npos, fault.message);
        CHECK_MESSAGE(fault.message.find("12345") == std::string::npos, fault.message);
      }
    }
  }

  TEST_CASE("[provider] in single brackets is told how to be written") {
    const ConfigOutcome outcome = decode_config("[provider]\nname = \"acme\"\n", "a.toml");
    REQUIRE(outcome.faults.size() == 1);
    CHECK(outcome.faults[0].message.find("[[provider]]") != std::string::npos);
  }

  TEST_CASE("open doors are refused beyond loopback") {
    const auto faults = [](const char* listen) {
      return decode_config(
                 "[auth]\nmode = \"open\"\n[server]\nlisten = [\"" + std::string(listen) + "\"]\n",
                 "a.toml")
          .faults.size();
    };
    CHECK(faults("127.0.0.1:0") == 0);
    CHECK(faults("[::1]:80") == 0);
    CHECK(faults("127.8.9.10:80") == 0);
    CHECK(faults("0.0.0.0:80") == 1);
    CHECK(faults("[::]:80") == 1);
    CHECK(faults("192.168.1.2:80") == 1);
    CHECK(decode_config("[server]\nlisten = [\"0.0.0.0:80\"]\n", "a.toml").faults.empty());
  }

  TEST_CASE("a key goes over plain http only to this machine, unless that is allowed") {
    const auto faults = [](const char* url, const char* more) {
      return decode_config(
                 "[[provider]]\nname = \"acme\"\nbase_url = \"" + std::string(url) + "\"\n" + more,
                 "a.toml")
          .faults.size();
    };
    constexpr const char* kKey = "keys = [{ env = \"ACME_KEY\" }]\n";
    CHECK(faults("http://127.0.0.1:1/v1", kKey) == 0);
    CHECK(faults("http://localhost/v1", kKey) == 0);
    CHECK(faults("http://acme.example/v1", kKey) == 1);
    CHECK(faults("http://10.0.0.7/v1", "") == 0);
    CHECK(faults("http://10.0.0.7/v1",
                 "keys = [{ env = \"ACME_KEY\" }]\nallow_insecure = true\n") == 0);
    CHECK(faults("https://acme.example/v1", kKey) == 0);
  }

  TEST_CASE("an endpoint needs a price from somewhere") {
    const std::string provider =
        "[[provider]]\nname = \"acme\"\nbase_url = \"https://a.example\"\n"
        "[[provider.model]]\nid = \"maverick\"\n[[model]]\nid = \"meta/maverick\"\n";
    const auto endpoint = [&](const char* text) {
      return lines_of(
          decode_config(provider + "endpoints = [{ " + text + " }]\n", "a.toml").faults);
    };
    CHECK(endpoint("provider = \"acme\", model = \"maverick\"").empty());
    CHECK(endpoint("provider = \"acme\", model = \"x\", pricing = { prompt = \"0\", completion = "
                   "\"0\" }")
              .empty());
    CHECK(endpoint("provider = \"acme\", model = \"maverik\"") ==
          std::vector<std::string>{
              "a.toml:8:43: provider 'acme' lists no model 'maverik', and pricing is missing here; "
              "did you mean 'maverick'?"});
  }
}

}  // namespace arouter
