#include "shared/catalog.hpp"

#include <algorithm>

#include "shared/config/fault_list.hpp"
#include "shared/formats/registry.hpp"
#include "shared/http/byte_class.hpp"
#include "shared/secret_source.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

// Longer names are no misspelling of anything we list.
constexpr std::size_t kMostNameBytes = 128;

/// The part before the first slash in lower case: names of providers match without case.
std::string canonical_id(std::string_view name) {
  std::string id(name);
  const auto slash = std::find(id.begin(), id.end(), '/');
  if (slash == id.end()) return id;
  std::transform(id.begin(), slash, id.begin(), ascii_lower);
  return id;
}

std::string_view bare_name(std::string_view id) {
  return id.substr(id.find('/') + 1);
}

/// A model's endpoints and the metadata its card will show.
struct Draft {
  Model model;
  ModelConfig card;
};

class CatalogBuilder {
 public:
  explicit CatalogBuilder(Config config) { catalog_->config = std::move(config); }

  CatalogOutcome build() {
    const Config& config = catalog_->config;
    for (const ProviderConfig& provider : config.providers) add_provider(provider);
    for (std::size_t i = 0; i < config.providers.size(); ++i) add_own_models(i);
    for (const SharedModelConfig& model : config.models) add_shared_model(model);
    if (!faults_.empty()) return {nullptr, in_order(std::move(faults_), config.files)};
    finish_models();
    return {std::move(catalog_), {}};
  }

 private:
  void add_provider(const ProviderConfig& written) {
    auto provider = std::make_unique<Provider>();
    provider->name = written.name;
    provider->formats.push_back(find_format(written.format));
    for (const std::string& name : written.also_speaks) {
      provider->formats.push_back(find_format(name));
    }
    if (Result<Origin> origin = decode_base_url(written.base_url)) {
      provider->origin = std::move(*origin);
    } else {
      faults_.push_back({written.place, "base_url " + origin.error().message});
    }
    if (!written.ca_file.empty()) {
      provider->ca_file = path_beside(written.ca_file, written.place.file);
    }
    for (const SecretRef& key : written.keys) add_key(*provider, key);
    provider->timeouts = written.timeouts;
    provider->data_policy = written.data_policy;
    provider->concurrency = written.concurrency;
    provider->index = catalog_->providers.size();
    catalog_->providers.push_back(std::move(provider));
  }

  void add_key(Provider& provider, const SecretRef& reference) {
    Result<Secret> secret = fetch_secret(reference);
    if (!secret) {
      faults_.push_back({reference.place, secret.error().message});
      return;
    }
    provider.keys.push_back({std::move(*secret), reference.weight});
  }

  void add_own_models(std::size_t index) {
    const ProviderConfig& written = catalog_->config.providers[index];
    for (const ModelConfig& model : written.models) {
      Draft draft{{written.name + "/" + model.id, {}, {}}, model};
      draft.model.endpoints.push_back(endpoint(index, model.id, model, model.pricing));
      drafts_.push_back(std::move(draft));
    }
  }

  void add_shared_model(const SharedModelConfig& written) {
    Draft draft{{written.id, {}, {}}, {}};
    const ModelConfig* shown = nullptr;  // the first endpoint whose provider lists the model
    for (const EndpointConfig& each : written.endpoints) {
      const std::optional<std::size_t> index = find_provider(each.provider);
      if (!index) {
        faults_.push_back({each.place, "there is no provider " + quoted_name(each.provider)});
        continue;
      }
      const ModelConfig* listed = find_listed(*index, each.model);
      if (shown == nullptr) shown = listed;
      const Pricing listed_pricing = listed == nullptr ? Pricing{} : listed->pricing;
      draft.model.endpoints.push_back(endpoint(*index, each.model,
                                               listed == nullptr ? ModelConfig() : *listed,
                                               each.pricing.value_or(listed_pricing)));
    }
    if (draft.model.endpoints.empty()) return;
    if (shown != nullptr) draft.card = *shown;
    draft.card.pricing = draft.model.endpoints.front().pricing;
    if (!written.name.empty()) draft.card.name = written.name;
    if (!written.description.empty()) draft.card.description = written.description;
    drafts_.push_back(std::move(draft));
  }

  Endpoint endpoint(std::size_t index, const std::string& name, const ModelConfig& listed,
                    const Pricing& pricing) const {
    const Provider& provider = *catalog_->providers[index];
    return {.provider = &provider,
            .model = name,
            .pricing = pricing,
            .timeouts = listed.timeouts.value_or(provider.timeouts),
            .context_length = listed.context_length,
            .max_completion_tokens = listed.max_completion_tokens};
  }

  std::optional<std::size_t> find_provider(std::string_view name) const {
    const auto& providers = catalog_->config.providers;
    const auto found = std::find_if(providers.begin(), providers.end(),
                                    [&](const ProviderConfig& each) { return each.name == name; });
    if (found == providers.end()) return std::nullopt;
    return static_cast<std::size_t>(found - providers.begin());
  }

  const ModelConfig* find_listed(std::size_t provider, std::string_view id) const {
    for (const ModelConfig& model : catalog_->config.providers[provider].models) {
      if (model.id == id) return &model;
    }
    return nullptr;
  }

  /// Sorts and encodes; the indexes point into catalog_->models, which grows no more from here.
  void finish_models() {
    std::sort(drafts_.begin(), drafts_.end(),
              [](const Draft& a, const Draft& b) { return a.model.id < b.model.id; });
    for (Draft& draft : drafts_) {
      for (std::size_t i = 0; i < kModelDialects; ++i) {
        draft.model.cards[i] =
            encode_model_card(static_cast<ModelDialect>(i), draft.model.id, draft.card);
      }
      catalog_->models.push_back(std::move(draft.model));
    }
    for (const Model& model : catalog_->models) {
      catalog_->by_id.emplace(model.id, &model);
      index_bare_names(model);
    }
  }

  void index_bare_names(const Model& model) {
    std::string_view rest = model.id;
    for (std::size_t slash = rest.find('/'); slash != rest.npos; slash = rest.find('/')) {
      rest.remove_prefix(slash + 1);
      const auto [other, is_new] = catalog_->by_bare_name.emplace(rest, &model);
      if (!is_new) other->second = nullptr;
    }
  }

  std::shared_ptr<Catalog> catalog_ = std::make_shared<Catalog>();
  std::vector<Draft> drafts_;
  std::vector<ConfigFault> faults_;
};

}  // namespace

bool Provider::speaks(const Format* format) const {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

const Provider* Catalog::find_provider(std::string_view name) const {
  for (const std::unique_ptr<Provider>& provider : providers) {
    if (provider->name == name) return provider.get();
  }
  return nullptr;
}

const Model* Catalog::find_model(std::string_view name) const {
  if (const auto exact = by_id.find(name); exact != by_id.end()) return exact->second;
  const std::string canonical = canonical_id(name);
  if (const auto found = by_id.find(canonical); found != by_id.end()) return found->second;
  const auto bare = by_bare_name.find(name);
  if (bare != by_bare_name.end() && bare->second != nullptr) return bare->second;
  const auto openai = by_id.find("openai/" + std::string(name));
  return openai == by_id.end() ? nullptr : openai->second;
}

std::vector<std::string> Catalog::nearest(std::string_view name, std::size_t most) const {
  std::vector<std::string> found;
  if (name.empty() || name.size() > kMostNameBytes) return found;
  const std::string wanted = canonical_id(name);
  // First by the whole id, then by what follows the slash: the provider may be what is wrong.
  std::vector<std::string_view> ids, bare;
  for (const Model& model : models) {
    ids.push_back(model.id);
    bare.push_back(bare_name(model.id));
  }
  const auto collect = [&](std::string_view text, std::vector<std::string_view> names) {
    std::vector<std::string_view> left = ids;
    while (found.size() < most && !names.empty()) {
      const std::string nearest = nearest_name(text, names);
      const auto at = std::find(names.begin(), names.end(), nearest);
      if (nearest.empty() || at == names.end()) return;
      const auto id = left.begin() + (at - names.begin());
      if (std::find(found.begin(), found.end(), *id) == found.end()) found.emplace_back(*id);
      left.erase(id);
      names.erase(at);
    }
  };
  if (wanted.find('/') != wanted.npos) collect(wanted, ids);
  collect(bare_name(wanted), bare);
  return found;
}

CatalogOutcome build_catalog(Config config) {
  return CatalogBuilder(std::move(config)).build();
}

}  // namespace arouter
