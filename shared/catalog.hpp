// The resolved configuration: what the daemon routes by. Immutable once built; a reload builds the
// next one and swaps the pointer, and a running exchange keeps the one it began with.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "shared/config.hpp"
#include "shared/model_card.hpp"
#include "shared/provider.hpp"

namespace arouter {

/// One provider's offer of one model.
struct Endpoint {
  const Provider* provider = nullptr;
  std::string model{};  // sent upstream
  PriceTable pricing{};
  Timeouts timeouts{};
  std::int64_t context_length = 0;
  std::int64_t max_completion_tokens = 0;
  std::string tag{};           // "acme", or "acme/fp8" where acme offers the model more than once
  std::string quantization{};  // "": unknown
  bool collects = true;        // prompts and answers; what is not known counts as collecting
  bool zdr = false;            // nothing is kept
  std::optional<int> retention_days{};
  std::vector<std::string> supported_parameters{};  // none: unknown
  std::vector<std::string> input_modalities{}, output_modalities{};
  std::int64_t expires_s = 0;  // Unix seconds from which on it is no longer served; 0: none are set
  /// Of tables with Catalog::endpoint_count rows. What is the same model of the same provider has
  /// the same index, in whichever models of ours it stands: it is healthy or not for all of them.
  std::size_t index = 0;
  /// Tells what `index` stands for over a reload: provider, base URL and model.
  std::string identity{};
};

struct Model {
  std::string id;                                 // "acme/model-a"
  ModelConfig listed;                             // what lists tell of it; its id is not this one
  std::vector<Endpoint> endpoints;                // at least one, in the order of the configuration
  std::array<std::string, kModelDialects> cards;  // entries of lists of models, encoded once

  const std::string& card(ModelDialect dialect) const {
    return cards[static_cast<std::size_t>(dialect)];
  }
};

/// [[alias]] with its model found.
struct Alias {
  std::string name;  // its first part in lower case; with a '*' it is a pattern
  const Model* model = nullptr;
};

/// What a name led to, and how.
struct ModelMatch {
  enum class By : std::uint8_t { nothing, id, alias, bare_name, pattern, fallback };
  const Model* model = nullptr;
  By by = By::nothing;
  const Alias* alias = nullptr;  // of By::alias and By::pattern
};

struct Catalog {
  Config config;
  std::vector<std::unique_ptr<Provider>> providers;
  std::vector<Model> models;                                 // by id
  std::unordered_map<std::string_view, const Model*> by_id;  // keys refer into `models`
  /// What follows a slash of an id; null when several ids end in it.
  std::unordered_map<std::string_view, const Model*> by_bare_name;

  std::vector<Alias> aliases;  // exact names first, then patterns, those with most literals first
  const Model* fallback_model = nullptr;
  std::vector<const Model*> auto_models;  // candidates of "auto", in the order of their patterns
  std::size_t endpoint_count = 0;         // above every Endpoint::index

  /// What serves `name`: an id, an exact alias, a bare name, a pattern of an alias, the fallback;
  /// in this order. "auto" means nothing here.
  ModelMatch resolve(std::string_view name) const;
  /// Without aliases and fallback: exact id (its first part without regard to case), else a bare
  /// name that exactly one model ends in ("model-a" for "acme/model-a"), else "openai/" + name.
  /// Null when nothing matches.
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

/// What `provider` is taken to offer of a model that no configuration names: without a price.
Endpoint unlisted_endpoint(const Provider& provider, std::string model);

/// Links models, splits URLs, reads the keys from the environment and from files, and asks the
/// environment for proxies.
CatalogOutcome build_catalog(Config config);

}  // namespace arouter
