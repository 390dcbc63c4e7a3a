#include "shared/routing/names.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/shared/routing/catalog_text.hpp"

namespace arouter::routing {

namespace {

constexpr std::string_view kText = R"(
[routing]
auto_models = ["acme/*", "openai/gpt-5"]

[[alias]]
name = "fast"
model = "acme/small"
[[alias]]
name = "claude-haiku-*"
model = "acme/small"
[[alias]]
name = "claude-*"
model = "acme/large"

[[provider]]
name = "acme"
base_url = "http://127.0.0.1:1/v1"
[[provider.model]]
id = "small"
pricing = { prompt = "0.000001", completion = "0.000001" }
[[provider.model]]
id = "large"
pricing = { prompt = "0.000001", completion = "0.000001" }
[[provider.model]]
id = "llama3:free"
pricing = { prompt = "0", completion = "0" }

[[provider]]
name = "openai"
base_url = "http://127.0.0.1:2/v1"
[[provider.model]]
id = "gpt-5"
pricing = { prompt = "0.000001", completion = "0.000001" }
[[provider.model]]
id = "large"
pricing = { prompt = "0.000001", completion = "0.000001" }
)";

using Strings = std::vector<std::string>;

std::string shown(const ChosenModel& chosen) {
  std::string text = chosen.model->id;
  if (chosen.variant == Variant::nitro) text += ":nitro";
  if (chosen.variant == Variant::floor) text += ":floor";
  if (chosen.variant == Variant::free) text += ":free";
  return text + " by " + std::string(match_name(chosen.by));
}

Strings resolved(std::string_view name, const Preferences& preferences = {},
                 std::string_view text = kText) {
  const auto catalog = catalog_from(text);
  const auto models = resolve_models(*catalog, name, preferences);
  if (!models) return {"error " + models.error().code + " " + models.error().message};
  Strings all;
  for (const ChosenModel& each : *models) all.push_back(shown(each));
  return all;
}

}  // namespace

TEST_SUITE("model names") {
  TEST_CASE("an id, whatever the case of its provider") {
    CHECK(resolved("acme/small") == Strings{"acme/small by id"});
    CHECK(resolved("ACME/small") == Strings{"acme/small by id"});
  }

  TEST_CASE("a bare name that one model ends in, else OpenAI's") {
    CHECK(resolved("small") == Strings{"acme/small by bare name"});
    CHECK(resolved("large") == Strings{"openai/large by bare name"});
  }

  TEST_CASE("a variant behind an id, unless the id itself ends like that") {
    CHECK(resolved("acme/small:floor") == Strings{"acme/small:floor by id"});
    CHECK(resolved("small:free") == Strings{"acme/small:free by bare name"});
    CHECK(resolved("acme/llama3:free") == Strings{"acme/llama3:free by id"});
  }

  TEST_CASE("an exact alias, then a glob, the one with more letters first") {
    CHECK(resolved("fast:nitro") == Strings{"acme/small:nitro by alias"});
    CHECK(resolved("fast") == Strings{"acme/small by alias"});
    CHECK(resolved("claude-haiku-4-5") == Strings{"acme/small by alias with '*'"});
    CHECK(resolved("claude-opus-4-5") == Strings{"acme/large by alias with '*'"});
  }

  TEST_CASE("models are tried in their order, each once, and unknown ones passed over") {
    Preferences preferences;
    preferences.models = {"acme/large", "nobody/none", "acme/small"};
    CHECK(resolved("acme/small", preferences) == Strings{"acme/small by id", "acme/large by id"});
    CHECK(resolved("", preferences) == Strings{"acme/large by id", "acme/small by id"});
    CHECK(resolved("nobody/x", preferences) == Strings{"acme/large by id", "acme/small by id"});
  }

  TEST_CASE("auto is what the configuration and the request allow") {
    CHECK(resolved("auto").size() == 4);
    Preferences preferences;
    preferences.allowed_models = {"*/gpt-5*", "acme/l*"};
    CHECK(resolved("auto", preferences).size() == 3);
    preferences.excluded_models = {"acme/*"};
    CHECK(resolved("auto", preferences) == Strings{"openai/gpt-5 by auto"});
    preferences.allowed_models = {"nobody/*"};
    CHECK(resolved("auto", preferences).front().starts_with("error  no model may be chosen"));
  }

  TEST_CASE("nothing found: what is near, and the alias that would help") {
    const std::string message = resolved("acme/smal").front();
    CHECK(message.find("did you mean 'acme/small'?") != std::string::npos);
    CHECK(message.find(R"([[alias]] name = "acme/smal", model = "acme/small")") !=
          std::string::npos);
  }

  TEST_CASE("the fallback model catches the rest where it is set") {
    const std::string text = R"(
[routing]
fallback_model = "acme/small"
[[provider]]
name = "acme"
base_url = "http://127.0.0.1:1/v1"
[[provider.model]]
id = "small"
)";
    CHECK(resolved("nobody/none", {}, text) == Strings{"acme/small by fallback_model"});
    CHECK(resolved("acme/small", {}, text) == Strings{"acme/small by id"});
  }

  TEST_CASE("a variant that is not offered is refused") {
    CHECK(resolved("acme/small:online").front().starts_with("error unsupported_variant"));
  }
}

}  // namespace arouter::routing
