// Lists of models in the shapes that model_card.hpp names, whole or page by page.
//
// Source: as there. Cursors are ids, and a page begins behind or before the place where the id
// would stand: a model that a reload took away does not break a client's walk.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "shared/catalog.hpp"
#include "shared/keys/key_record.hpp"
#include "shared/model_card.hpp"

namespace arouter {

/// Which part of a list; `after` and `before` are ids, at most one of them is given.
struct ModelPage {
  std::size_t most = static_cast<std::size_t>(-1);
  std::optional<std::string> after{};
  std::optional<std::string> before{};
};

/// All models in the order of their ids; with a key, those that it may call.
std::vector<const Model*> models_for(const Catalog& catalog, const KeyRecord* key = nullptr);

/// The whole answer. `models` stand in the order of their ids where a page is asked for, which only
/// Anthropic's and Gemini's lists have; of the others the page should be all.
std::string encode_model_list(std::span<const Model* const> models, ModelDialect dialect,
                              const ModelPage& page = {});

}  // namespace arouter
