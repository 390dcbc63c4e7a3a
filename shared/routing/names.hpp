// What a model's name in a request may mean: an alias, an id, a bare name, a variant of one,
// "auto".
//
// Source: ARouter's API, "model routing" and "model variants".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/catalog.hpp"
#include "shared/error.hpp"
#include "shared/routing/preferences.hpp"

namespace arouter::routing {

/// What stands behind a model's name: "model:floor".
enum class Variant : std::uint8_t {
  none,
  nitro,     // the fastest endpoint first
  floor,     // the cheapest endpoint first
  free,      // only endpoints without a price
  thinking,  // only endpoints that take a request for reasoning
  extended,  // only endpoints with the longest context of the model
  exacto,    // only endpoints that say that they take tools
};

/// A model to ask, and how the request came to it.
struct ChosenModel {
  const Model* model = nullptr;
  Variant variant = Variant::none;
  ModelMatch::By by = ModelMatch::By::id;  // nothing: "auto" may choose it
};
/// "alias": for people.
std::string_view match_name(ModelMatch::By by) noexcept;

/// The models to ask for `name` and then for `preferences.models`, each once, in their order.
/// A name is looked up as Catalog::resolve does it, then without a variant's suffix; what only the
/// fallback model would answer counts when no other name was found.
/// Errors: model_not_found that says what is near and how an alias would be written; bad_request
/// for a variant that is not offered (":online").
Result<std::vector<ChosenModel>> resolve_models(const Catalog& catalog, std::string_view name,
                                                const Preferences& preferences);

/// The one model that `name` leads to, for what shows models: neither "auto" nor the fallback.
/// Errors: model_not_found, as above.
Result<const Model*> find_shown_model(const Catalog& catalog, std::string_view name);

}  // namespace arouter::routing
