// Lists of models in the shapes that model_card.hpp names, whole or page by page.
//
// Source: as there. Cursors are ids, and a page begins behind or before the place where the id
// would stand: a model that a reload took away does not break a client's walk.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "shared/catalog.hpp"
#include "shared/model_card.hpp"
#include "shared/model_filter.hpp"

namespace arouter {

/// Which part of a list; `after` and `before` are ids, at most one of them is given.
struct ModelPage {
  std::size_t most = static_cast<std::size_t>(-1);
  std::optional<std::string> after{};
  std::optional<std::string> before{};
};

/// The whole answer. Only Anthropic's and Gemini's lists have pages; of the others the page should
/// be all.
std::string encode_model_list(const Catalog& catalog, ModelDialect dialect,
                              const ModelPage& page = {});

/// The same of the models that a filter lets pass. `dialect`: openai or mirror.
std::string encode_filtered_list(const Catalog& catalog, ModelDialect dialect,
                                 const CatalogFilter& filter);

}  // namespace arouter
