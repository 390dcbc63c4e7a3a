#include "shared/model_filter.hpp"

#include <doctest/doctest.h>

#include "shared/model_list.hpp"
#include "tests/unit/shared/routing/catalog_text.hpp"

namespace arouter {

namespace {

constexpr std::string_view kText = R"(
[[provider]]
name = "acme"
base_url = "http://127.0.0.1:1/v1"
[[provider.model]]
id = "draws"
architecture = { output_modalities = ["text", "image"] }
created = 30
[[provider.model]]
id = "embeds"
architecture = { output_modalities = ["embeddings"] }
pricing = { prompt = "0.000001", completion = "0" }
created = 10
[[provider.model]]
id = "sees"
architecture = { input_modalities = ["text", "image"] }
supported_parameters = ["tools", "temperature"]
pricing = { prompt = "0.000003", completion = "0.000009" }
context_length = 128000
created = 20

[[provider]]
name = "beta"
base_url = "http://127.0.0.1:2/v1"
[[provider.model]]
id = "reads"
supported_parameters = ["tools"]
pricing = { prompt = "0.000002", completion = "0.000004" }
context_length = 32000
)";

std::string ids(std::string_view query) {
  const auto catalog = catalog_from(kText);
  const Result<CatalogFilter> filter = decode_catalog_filter(query);
  REQUIRE(filter.has_value());
  std::string ids;
  for (const Model* model : filter_models(models_for(*catalog), *filter)) {
    ids += (ids.empty() ? "" : " ") + model->id.substr(model->id.find('/') + 1);
  }
  return ids;
}

}  // namespace

TEST_SUITE("model_filter") {
  TEST_CASE("modalities, parameters, providers and context leave some models out") {
    CHECK(ids("output_modalities=embeddings") == "embeds");
    CHECK(ids("output_modalities=image,embeddings") == "draws embeds");
    CHECK(ids("output_modalities=text") == "draws sees reads");
    CHECK(ids("input_modalities=image") == "sees");
    CHECK(ids("input_modalities=text%2CImage") == "sees");
    CHECK(ids("supported_parameters=tools") == "sees reads");
    CHECK(ids("supported_parameters=tools,temperature") == "sees");
    CHECK(ids("providers=Beta") == "reads");
    CHECK(ids("context=32000") == "sees reads");
    CHECK(ids("supported_parameters=tools&providers=acme") == "sees");
  }

  TEST_CASE("words that nobody has leave nothing; names that are not read leave everything") {
    CHECK(ids("output_modalities=smell") == "");
    CHECK(ids("supported_parameters=none") == "");
    CHECK(ids("providers=gamma") == "");
    CHECK(ids("category=programming&x=%zz&sort=weirdest") == "draws embeds sees reads");
    for (const char* query : {"", "output_modalities=all", "output_modalities=", "category=x"}) {
      CAPTURE(query);
      CHECK(ids(query) == "draws embeds sees reads");
    }
  }

  TEST_CASE("a list is sorted by price, context or age, and what is unknown comes last") {
    CHECK(ids("sort=pricing-low-to-high") == "embeds reads sees draws");
    CHECK(ids("sort=pricing-high-to-low") == "sees reads embeds draws");
    CHECK(ids("sort=context-high-to-low") == "sees reads draws embeds");
    CHECK(ids("sort=newest") == "draws sees embeds reads");
  }

  TEST_CASE("what cannot be read is refused") {
    for (const char* query : {"context=many", "context=-1", "output_modalities=%zz", "sort=%0"}) {
      CAPTURE(query);
      CHECK(decode_catalog_filter(query).has_error());
    }
  }
}

}  // namespace arouter
