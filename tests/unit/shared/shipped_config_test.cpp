// The files that config/ ships: they load, and they are complete.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "shared/catalog.hpp"
#include "shared/config/toml_value.hpp"
#include "shared/config_reader.hpp"
#include "tests/places.hpp"
#include "tests/unit/shared/config/config_text.hpp"

namespace arouter {

namespace {

std::filesystem::path shipped(const std::string& name) {
  return source_folder() / "config" / name;
}

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.is_open());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// Turns on every key that is off: a line that begins with '#' and no blank, or with '#' and four.
std::string all_keys_on(const std::string& text) {
  std::string on;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const bool is_off = line.size() > 1 && line[0] == '#' && line[1] != ' ';
    on += is_off || line.starts_with("#    ") ? line.substr(1) : line;
    on += '\n';
  }
  return on;
}

void collect_keys(const TomlValue& value, const std::string& path, std::set<std::string>& keys) {
  for (const TomlMember& member : value.members) {
    const std::string key = path.empty() ? member.key : path + "." + member.key;
    keys.insert(key);
    collect_keys(member.value, key, keys);
    for (const TomlValue& item : member.value.items) collect_keys(item, key, keys);
  }
}

std::string last_two_parts(const std::string& key) {
  const std::size_t last = key.rfind('.');
  if (last == std::string::npos || last == 0) return key;
  const std::size_t before = key.rfind('.', last - 1);
  return before == std::string::npos ? key : key.substr(before + 1);
}

/// Where the same keys stand whole: conditional prices are named as prices are, and wherever a
/// secret is named it is named as a key is.
std::string written_as(std::string key) {
  const std::size_t last = key.rfind('.');
  const std::string table = last_two_parts(key).substr(0, last_two_parts(key).find('.'));
  const std::string name = key.substr(last + 1);
  const bool is_source = name == "env" || name == "file" || name == "credential" || name == "value";
  if ((table == "client_secret" || table == "service_account") && is_source) return "keys." + name;
  const bool is_condition = name == "min_prompt_tokens" || name.starts_with("utc_");
  if (table == "overrides" && !is_condition) return "pricing." + name;
  return key;
}

}  // namespace

TEST_SUITE("shipped_config") {
  TEST_CASE("arouter.toml loads as it is, without any key in the environment") {
    const ConfigOutcome outcome = decode_config(text_of(shipped("arouter.toml")), "arouter.toml");
    CHECK(lines_of(outcome.faults) == std::vector<std::string>{});
    const CatalogOutcome built = build_catalog(outcome.config);
    REQUIRE(lines_of(built.faults) == std::vector<std::string>{});
    CHECK(built.catalog->find_model("demo/demo-small") != nullptr);
    CHECK(built.catalog->providers[0]->origin.host_header == "127.0.0.1:18090");
  }

  TEST_CASE("arouter.toml states the defaults") {
    const Config config = decode_config(text_of(shipped("arouter.toml")), "arouter.toml").config;
    const Config usual;
    CHECK(config.server.listen == usual.server.listen);
    CHECK(config.server.workers == usual.server.workers);
    CHECK(config.server.header == usual.server.header);
    CHECK(config.server.body == usual.server.body);
    CHECK(config.server.idle == usual.server.idle);
    CHECK(config.server.drain == usual.server.drain);
    CHECK(config.server.max_connections == usual.server.max_connections);
    CHECK(config.server.max_body_bytes == usual.server.max_body_bytes);
    CHECK(config.server.allowed_hosts == usual.server.allowed_hosts);
    CHECK(config.server.allowed_origins == usual.server.allowed_origins);
    CHECK(config.auth == usual.auth);
    CHECK(config.durability == usual.durability);
    CHECK(config.log_level == usual.log_level);
    CHECK(config.routing.fallback_model == usual.routing.fallback_model);
    CHECK(config.routing.auto_models.size() == usual.routing.auto_models.size());
    CHECK(config.routing.max_attempts == usual.routing.max_attempts);
    CHECK(config.routing.retry_ambiguous == usual.routing.retry_ambiguous);
    CHECK(config.routing.deny_data_collection == usual.routing.deny_data_collection);
    CHECK(config.routing.zdr == usual.routing.zdr);
    CHECK(config.routing.affinity == usual.routing.affinity);
    CHECK(config.providers.at(0).format == ProviderConfig().format);
  }

  TEST_CASE("the keys that are off in arouter.toml state the defaults too") {
    const std::string text = all_keys_on(text_of(shipped("arouter.toml")));
    const ConfigOutcome outcome = decode_config(text, "arouter.toml");
    REQUIRE(lines_of(outcome.faults) == std::vector<std::string>{});
    const ProviderConfig& demo = outcome.config.providers.at(0);
    const Timeouts usual;
    for (const Timeouts& timeouts : {demo.timeouts, demo.models.at(0).timeouts.value()}) {
      CHECK(timeouts.connect == usual.connect);
      CHECK(timeouts.tls == usual.tls);
      CHECK(timeouts.first_byte == usual.first_byte);
      CHECK(timeouts.progress == usual.progress);
      CHECK(timeouts.total == usual.total);
    }
    CHECK(demo.concurrency == ProviderConfig().concurrency);
    CHECK(demo.allow_insecure == ProviderConfig().allow_insecure);
    CHECK(demo.keys.at(0).weight == KeyConfig().weight);
    CHECK(demo.keys.at(0).concurrency == KeyConfig().concurrency);
    CHECK(demo.keys.at(0).requests_per_minute == KeyConfig().requests_per_minute);
    CHECK(demo.byok == ProviderConfig().byok);
    CHECK(demo.on_client_gone == ProviderConfig().on_client_gone);
    CHECK(demo.breaker.failures == BreakerConfig().failures);
    CHECK(demo.breaker.open == BreakerConfig().open);
    CHECK(demo.breaker.max_open == BreakerConfig().max_open);
    CHECK(demo.health_check.value().interval == HealthCheck().interval);
    CHECK(demo.models.at(0).architecture.input_modalities == Architecture().input_modalities);
  }

  TEST_CASE("arouter.toml has every key that the reader knows") {
    FaultList faults("");
    std::set<std::string> written;
    collect_keys(decode_toml(all_keys_on(text_of(shipped("arouter.toml"))), faults), "", written);
    CHECK(faults.empty());
    // Tables that may stand in two places are written whole in one: "pricing.image" is enough.
    std::set<std::string> short_names;
    for (const std::string& key : written) short_names.insert(last_two_parts(key));
    const std::vector<std::string> known = config_keys();
    CHECK(known.size() > 60);
    for (const std::string& key : known) {
      CAPTURE(key);
      CHECK(short_names.contains(last_two_parts(written_as(key))));
    }
  }

  TEST_CASE("every provider's file loads, with the date of its facts") {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(shipped("providers"))) {
      CAPTURE(entry.path().string());
      const std::string text = text_of(entry.path());
      for (const std::string& variant : {text, all_keys_on(text)}) {
        const ConfigOutcome outcome = decode_config(variant, "a.toml");
        CHECK(lines_of(outcome.faults) == std::vector<std::string>{});
        CHECK(outcome.config.providers.size() == 1);
      }
      CHECK(text.find("checked 20") != std::string::npos);
      ++count;
    }
    CHECK(count == 15);
  }
}

}  // namespace arouter
