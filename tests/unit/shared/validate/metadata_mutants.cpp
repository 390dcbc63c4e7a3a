#include <doctest/doctest.h>

#include "tests/unit/shared/validate/mutants.hpp"

namespace arouter::validate {

namespace {

Mutant swapped(std::string_view rule, Outcome outcome, std::string from, std::string to) {
  return {rule, outcome, [=](Recording& r) {
            const std::size_t found = r.metadata.find(from);
            REQUIRE_MESSAGE(found != std::string::npos, from);
            r.metadata.replace(found, from.size(), to);
          }};
}

}  // namespace

std::vector<Mutant> metadata_mutants() {
  const auto fail = Outcome::fail;
  const auto warn = Outcome::warn;
  const auto info = Outcome::info;
  const std::string id = "acme/model-a";
  const std::string price = "\"0.000002\"";
  return {
      swapped("meta.parse", fail, "\"]}", "\"],}"),
      {"meta.parse", fail, [](Recording& r) { r.metadata = "\"acme\""; }},
      {"meta.parse", fail, [](Recording& r) { r.metadata = ""; }},
      swapped("meta.id-form", fail, id, "model-a"),
      swapped("meta.id-form", fail, id, "acme /model-a"),
      swapped("meta.id-form", fail, id, "acme//model-a"),
      swapped("meta.id-form", warn, id, "Acme/model-a"),
      swapped("meta.id-matches", fail, id, "acme/model-z"),
      swapped("meta.name", warn, "Model A", ""),
      swapped("meta.description", warn, "\"A model.\"", "null"),
      swapped("meta.context-length", fail, "8192", "\"8192\""),
      swapped("meta.context-length", fail, "8192", "8192.0"),
      swapped("meta.context-length", fail, "8192", "0"),
      swapped("meta.modalities", fail, "[\"text\"]", "\"text\""),
      swapped("meta.modalities", fail, "\"output_modalities\":[\"text\"]",
              "\"output_modalities\":[]"),
      swapped("meta.modalities", warn, "[\"text\"]", "[\"text\",\"smell\"]"),
      swapped("meta.tokenizer", info, "\"cl100k_base\"", "null"),
      swapped("meta.instruct-type", info, "\"chatml\"", "7"),
      swapped("meta.pricing-string", fail, price, "0.000002"),
      swapped("meta.pricing-string", fail, price, "\"2e-6\""),
      swapped("meta.pricing-string", fail, price, "\"$2\""),
      swapped("meta.pricing-string", fail, price, "\"-1\""),
      swapped("meta.pricing-string", warn, price, "\"2\""),
      swapped("meta.pricing-string", warn, price, "\"0.01\""),
      swapped("meta.pricing-string", fail, price,
              price + ",\"overrides\":[{\"min_prompt_tokens\":1000,\"prompt\":0.000004}]"),
      swapped("meta.pricing-string", warn, price,
              price + ",\"overrides\":[{\"utc_start\":\"1630\",\"completion\":\"2\"}]"),
      swapped("meta.pricing-string", fail, price, price + ",\"overrides\":\"none\""),
      swapped("meta.pricing-keys", fail, "\"completion\":", "\"output\":"),
      swapped("meta.params-known", warn, "structured_outputs", "telepathy"),
      swapped("meta.params-known", warn, "\"supported_parameters\":[", "\"supported_features\":["),
  };
}

}  // namespace arouter::validate
