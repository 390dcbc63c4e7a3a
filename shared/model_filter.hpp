// Which models a list shows, and in which order, when the request for it says so.
//
// Sources (checked 2026-11-30): ARouter API, models: output_modalities, supported_parameters.
// OpenRouter API reference, models: input_modalities, providers, context, sort.
// Otherwise than there, a list that is not filtered is whole: OpenAI's clients look for models that
// embed in it too. Words that no model has leave nothing; names that are not read here, such as
// `category`, leave everything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog.hpp"
#include "shared/error.hpp"

namespace arouter {

enum class ModelSort : std::uint8_t { by_id, cheapest, dearest, longest_context, newest };

struct CatalogFilter {
  // Lower case; an empty list asks for nothing.
  std::vector<std::string> output_modalities;     // any of them
  std::vector<std::string> input_modalities;      // all of them
  std::vector<std::string> supported_parameters;  // all of them
  std::vector<std::string> providers;             // any of them offers it
  std::int64_t min_context = 0;                   // tokens
  ModelSort sort = ModelSort::by_id;
};

/// Of a request's query. Errors: bad_request for what is not well encoded, or no number.
Result<CatalogFilter> decode_catalog_filter(std::string_view query);

/// Of `models` those that pass, in the order that is asked for, else in theirs.
std::vector<const Model*> filter_models(std::vector<const Model*> models,
                                        const CatalogFilter& filter);

}  // namespace arouter
