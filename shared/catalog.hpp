// The resolved configuration: what the daemon routes by. Immutable once built; a reload builds the
// next one and swaps the pointer, and a running exchange keeps the one it began with.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/config.hpp"
#include "shared/model_card.hpp"
#include "shared/origin.hpp"
#include "shared/secret.hpp"

namespace arouter {

class Format;

struct ProviderKey {
  Secret value;
  std::uint32_t weight = 1;
};

struct Provider {
  std::string name;
  std::vector<const Format*> formats;  // that it speaks, its own first; never empty
  Origin origin;
  std::string ca_file;
  std::vector<ProviderKey> keys;
  Timeouts timeouts;
  DataPolicy data_policy;
  std::uint32_t concurrency = 0;
  std::size_t index = 0;  // position in Catalog::providers

  bool speaks(const Format* format) const;
};

/// One provider's offer of one model.
struct Endpoint {
  const Provider* provider = nullptr;
  std::string model;  // sent upstream
  Pricing pricing;
  Timeouts timeouts;
  std::int64_t context_length = 0;
  std::int64_t max_completion_tokens = 0;
};

struct Model {
  std::string id;                                 // "acme/model-a"
  std::vector<Endpoint> endpoints;                // at least one, in the order of the configuration
  std::array<std::string, kModelDialects> cards;  // entries of lists of models, encoded once

  const std::string& card(ModelDialect dialect) const {
    return cards[static_cast<std::size_t>(dialect)];
  }
};

struct Catalog {
  Config config;
  std::vector<std::unique_ptr<Provider>> providers;
  std::vector<Model> models;                                 // by id
  std::unordered_map<std::string_view, const Model*> by_id;  // keys refer into `models`
  /// What follows a slash of an id; null when several ids end in it.
  std::unordered_map<std::string_view, const Model*> by_bare_name;

  /// Exact id (its first part without regard to case), else a bare name that exactly one model ends
  /// in ("model-a" for "acme/model-a"), else "openai/" + name. Null when nothing matches.
  const Model* find_model(std::string_view name) const;
  /// Of exactly that name, else null.
  const Provider* find_provider(std::string_view name) const;
  /// Ids like `name`, nearest first, for "did you mean".
  std::vector<std::string> nearest(std::string_view name, std::size_t most) const;
};

struct CatalogOutcome {
  std::shared_ptr<const Catalog> catalog;  // null when there are faults
  std::vector<ConfigFault> faults;
};

/// Links models, splits URLs and reads the keys from the environment and from files.
CatalogOutcome build_catalog(Config config);

}  // namespace arouter
