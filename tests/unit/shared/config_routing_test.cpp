// What [routing], [[alias]] and the credentials of providers refuse, with its place.
#include <doctest/doctest.h>

#include "shared/config_reader.hpp"
#include "tests/unit/shared/config/config_text.hpp"

namespace arouter {

namespace {

using Lines = std::vector<std::string>;

constexpr std::string_view kAcme = R"([[provider]]
name = "acme"
base_url = "https://acme.example/v1"
[[provider.model]]
id = "model-a"
[[provider.model]]
id = "vendor/model-b"
)";

/// The faults of `text` behind one provider of two models, which is 7 lines long.
Lines faults_after_acme(const std::string& text) {
  return lines_of(decode_config(std::string(kAcme) + text, "a.toml").faults);
}

/// The faults of a provider that has these lines, which begin on line 4.
Lines faults_of_provider(const std::string& lines) {
  return lines_of(
      decode_config("[[provider]]\nname = \"acme\"\nbase_url = \"https://acme.example\"\n" + lines,
                    "a.toml")
          .faults);
}

/// The faults of one entry of pricing.overrides.
Lines faults_of_override(const std::string& entry) {
  return faults_after_acme("pricing = { prompt = \"0\", completion = \"0\", overrides = [{ " +
                           entry + " }] }\n");
}

}  // namespace

TEST_SUITE("config_routing") {
  TEST_CASE("an alias leads to a model that there is, by its whole id") {
    CHECK(faults_after_acme("[[alias]]\nname = \"gpt-*\"\nmodel = \"acme/model-a\"\n").empty());
    CHECK(faults_after_acme("[[alias]]\nname = \"gpt-*\"\nmodel = \"ACME/model-a\"\n").empty());
    CHECK(faults_after_acme("[[alias]]\nname = \"gpt-*\"\nmodel = \"acme/modle-a\"\n") ==
          Lines{"a.toml:10:9: there is no model 'acme/modle-a'; did you mean 'acme/model-a'?"});
    CHECK(faults_after_acme("[[alias]]\nname = \"gpt-*\"\nmodel = \"model-b\"\n") ==
          Lines{"a.toml:10:9: there is no model 'model-b'; did you mean 'acme/vendor/model-b'?"});
    CHECK(faults_after_acme("[[alias]]\nname = \"gpt-*\"\n") ==
          Lines{"a.toml:8:1: alias.model is missing"});
  }

  TEST_CASE("an alias that could never count, or counts for everything, is refused") {
    const auto named = [](const std::string& name) {
      return faults_after_acme("[[alias]]\nname = \"" + name + "\"\nmodel = \"acme/model-a\"\n");
    };
    CHECK(named("acme/vendor/model-b") ==
          Lines{"a.toml:9:8: the alias 'acme/vendor/model-b' would hide the model of that name at "
                "a.toml:7:6"});
    CHECK(named("*") ==
          Lines{"a.toml:9:8: alias.name means every model: set routing.fallback_model instead"});
    CHECK(named("auto") ==
          Lines{"a.toml:9:8: alias.name is \"auto\", which has a meaning of its own"});
    CHECK(named("a b").size() == 1);
    CHECK(faults_after_acme("[[alias]]\nname = \"x\"\nmodel = \"acme/model-a\"\n"
                            "[[alias]]\nname = \"x\"\nmodel = \"acme/model-a\"\n") ==
          Lines{"a.toml:12:8: the alias 'x' already stands at a.toml:9:8"});
  }

  TEST_CASE("[routing] names what there is, within its bounds") {
    CHECK(faults_after_acme("[routing]\nfallback_model = \"acme/model\"\n") ==
          Lines{"a.toml:9:18: there is no model 'acme/model'; did you mean 'acme/model-a'?"});
    CHECK(faults_after_acme("[routing]\nauto_models = [\"acme/*\", \"amce/*\"]\n") ==
          Lines{"a.toml:9:26: no model is named 'amce/*'"});
    CHECK(faults_after_acme("[routing]\nauto_models = [\"\", 1]\n").size() == 2);
    CHECK(faults_after_acme("[routing]\nmax_attempts = 11\n") ==
          Lines{"a.toml:9:16: routing.max_attempts must be between 1 and 10, not 11"});
    CHECK(faults_after_acme("[routing]\ndata_collection = \"denny\"\n") ==
          Lines{"a.toml:9:19: routing.data_collection is 'denny', which is none of allow, deny; "
                "did you mean 'deny'?"});
    CHECK(faults_after_acme("[routing]\nmax_atempts = 3\n") ==
          Lines{"a.toml:9:1: unknown key 'max_atempts' in routing; did you mean 'max_attempts'?"});
  }

  TEST_CASE("a provider has keys, or OAuth, or a service account") {
    const std::string keys = "keys = [{ env = \"KEY\" }]\n";
    const std::string oauth =
        "oauth2 = { token_url = \"https://login.example/token\", client_id = \"me\", "
        "client_secret = { env = \"SECRET\" } }\n";
    const std::string account = "service_account = { file = \"account.json\" }\n";
    CHECK(faults_of_provider(oauth).empty());
    CHECK(faults_of_provider(account).empty());
    CHECK(faults_of_provider(keys + oauth) ==
          Lines{"a.toml:5:10: provider.oauth2 stands beside provider.keys: a provider has one of "
                "them"});
    CHECK(faults_of_provider(keys + oauth + account).size() == 2);
    CHECK(faults_of_provider("oauth2 = {}\n").size() == 3);
    CHECK(faults_of_provider("oauth2 = { token_url = \"http://login.example/token\", client_id = "
                             "\"me\", client_secret = { env = \"SECRET\" } }\n") ==
          Lines{"a.toml:4:24: provider.oauth2.token_url would carry a secret in clear text: use "
                "https"});
    CHECK(faults_of_provider("service_account = { file = \"a\", env = \"B\" }\n") ==
          Lines{"a.toml:4:19: provider.service_account needs exactly one of env and file"});
    CHECK(faults_of_provider("service_account = { credential = \"a\" }\n").size() == 2);
  }

  TEST_CASE("whatever carries a secret wants https, or a word that it is meant so") {
    for (const std::string credential :
         {"byok = true\n", "service_account = { env = \"A\" }\n", "keys = [{ env = \"A\" }]\n"}) {
      CAPTURE(credential);
      const std::string plain =
          "[[provider]]\nname = \"acme\"\nbase_url = \"http://acme.example\"\n" + credential;
      CHECK(decode_config(plain, "a.toml").faults.size() == 1);
      CHECK(decode_config(plain + "allow_insecure = true\n", "a.toml").faults.empty());
      // A proxy elsewhere reads what is meant for this machine.
      const std::string proxied =
          "[[provider]]\nname = \"acme\"\nbase_url = \"http://127.0.0.1\"\n" + credential +
          "proxy = \"http://";
      CHECK(decode_config(proxied + "127.0.0.1:3128\"\n", "a.toml").faults.empty());
      CHECK(decode_config(proxied + "proxy.example\"\n", "a.toml").faults.size() == 1);
      CHECK(decode_config(proxied + "proxy.example\"\nallow_insecure = true\n", "a.toml")
                .faults.empty());
    }
  }

  TEST_CASE("keys are for models that the provider offers, under names of their own") {
    const auto key = [](const std::string& more) {
      return faults_after_acme(
          "[[provider]]\nname = \"beta\"\nbase_url = \"https://b.example\"\n"
          "keys = [{ env = \"A\", " +
          more + " }]\n[[provider.model]]\nid = \"model-c\"\n");
    };
    CHECK(key("models = [\"model-c\", \"mod*\"]").empty());
    CHECK(key("models = [\"model-x\"]") ==
          Lines{"a.toml:11:32: no model of 'beta' is named 'model-x'; did you mean 'model-c'?"});
    CHECK(key("name = \"\"").size() == 1);
    CHECK(key("limits = { concurency = 1 }") ==
          Lines{"a.toml:11:33: unknown key 'concurency' in provider.keys.limits; did you mean "
                "'concurrency'?"});
    // Who only passes what comes has no list to look at.
    CHECK(faults_of_provider("keys = [{ env = \"A\", models = [\"any\"] }]\n").empty());
    CHECK(faults_of_provider("keys = [{ env = \"A\", name = \"x\" }, { env = \"B\", name = \"x\" }]"
                             "\n") ==
          Lines{"a.toml:4:56: provider.keys.name is the name of another key"});
    CHECK(faults_of_provider("keys = [{ env = \"A\" }, { env = \"A\" }]\n").empty());
  }

  TEST_CASE("proxies, certificates, checks and breakers say what they want") {
    CHECK(faults_of_provider("proxy = \"none\"\n").empty());
    CHECK(faults_of_provider("proxy = \"http://127.0.0.1:3128\"\n").empty());
    CHECK(faults_of_provider("proxy = \"https://proxy.example\"\n") ==
          Lines{"a.toml:4:9: provider.proxy must be \"http://host:port\" or \"none\""});
    CHECK(faults_of_provider("proxy = \"non\"\n").size() == 1);
    CHECK(faults_of_provider("proxy = \"\"\n").size() == 1);
    CHECK(faults_of_provider("proxy = \"http://me:SECRET@proxy.example\"\n").empty());
    CHECK(faults_of_provider("proxy = \"http://me:SECRET@proxy.example/a\"\n") ==
          Lines{"a.toml:4:9: provider.proxy may have no path"});
    CHECK(faults_of_provider("client_cert = { cert_file = \"a.pem\" }\n") ==
          Lines{"a.toml:4:15: provider.client_cert.key_file is missing"});
    CHECK(faults_of_provider("health_check = { interval_s = 5 }\n").size() == 1);
    CHECK(faults_of_provider("health_check = { path = \"health\" }\n").size() == 1);
    CHECK(faults_of_provider("health_check = { path = \"/a b\" }\n").size() == 1);
    CHECK(faults_of_provider("breaker = { open_ms = 600000 }\n") ==
          Lines{"a.toml:4:23: provider.breaker.open_ms must leave open_ms at most as long as "
                "max_open_ms"});
    CHECK(faults_of_provider("on_client_gone = \"drian\"\n").size() == 1);
    CHECK(faults_of_provider("display_name = \"a\\u001bb\"\n").size() == 1);
  }

  TEST_CASE("a conditional price needs its condition, whole, and a price") {
    CHECK(faults_of_override("min_prompt_tokens = 1000, prompt = \"1\"").empty());
    CHECK(faults_of_override("utc_start = \"2300\", utc_end = \"0000\", image = \"1\"").empty());
    CHECK(faults_of_override("prompt = \"1\"").size() == 1);
    CHECK(faults_of_override("min_prompt_tokens = 1000").size() == 1);
    CHECK(faults_of_override("utc_start = \"2300\", prompt = \"1\"") ==
          Lines{"a.toml:8:72: provider.model.pricing.overrides.utc_start needs utc_end"});
    CHECK(faults_of_override("utc_start = \"0900\", utc_end = \"0900\", prompt = \"1\"").size() ==
          1);
    for (const char* time : {"\"2400\"", "\"0960\"", "\"900\"", "900", "\"09:0\"", "\"-100\""}) {
      CAPTURE(time);
      CHECK(faults_of_override("utc_start = \"1000\", utc_end = " + std::string(time) +
                               ", prompt = \"1\"")
                .size() == 1);
    }
    CHECK(faults_of_override("min_prompt_tokens = 1, prompt = 0.5").size() == 1);
  }

  TEST_CASE("a day that no calendar has is no expiration date") {
    CHECK(faults_after_acme("expiration_date = \"2028-02-29\"\n").empty());
    for (const char* date : {"2027-02-29", "2027-04-31", "2027-13-01", "2027-1-01", "2027-01-00",
                             "2027/01/01", "20270101", "2027-01-0x"}) {
      CAPTURE(date);
      CHECK(faults_after_acme("expiration_date = \"" + std::string(date) + "\"\n").size() == 1);
    }
  }

  TEST_CASE("two endpoints of one model do not share a tag") {
    const auto endpoints = [](const std::string& first, const std::string& second) {
      return faults_after_acme(
          "[[model]]\nid = \"a/b\"\nendpoints = [{ provider = \"acme\", model "
          "= \"model-a\", tag = \"" +
          first + "\" }, { provider = \"acme\", model = \"vendor/model-b\", tag = \"" + second +
          "\" }]\n");
    };
    CHECK(endpoints("fast", "slow").empty());
    CHECK(endpoints("fast", "fast").size() == 1);
    CHECK(endpoints("fast", "").size() == 1);
    CHECK(endpoints("fast", "a/b").size() == 1);
    CHECK(endpoints("fast", "Slow").size() == 1);
  }

  TEST_CASE("[alias] in single brackets is told how to be written") {
    const ConfigOutcome outcome = decode_config("[alias]\nname = \"x\"\n", "a.toml");
    REQUIRE(outcome.faults.size() == 1);
    CHECK(outcome.faults[0].message.find("[[alias]]") != std::string::npos);
  }
}

}  // namespace arouter
