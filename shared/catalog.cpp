#include "shared/catalog.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "shared/choose_proxy.hpp"
#include "shared/config/fault_list.hpp"
#include "shared/formats/registry.hpp"
#include "shared/model_pattern.hpp"
#include "shared/secret_source.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostNameBytes = 256;  // of a model that the configuration can name
// Longer names are no misspelling of anything we list.
constexpr std::size_t kMostMisspelt = 128;

std::string_view bare_name(std::string_view id) {
  return id.substr(id.find('/') + 1);
}

void set_policy(Endpoint& endpoint, const DataPolicy& policy) {
  endpoint.zdr = policy.zdr.value_or(false);
  endpoint.collects = policy.collects.value_or(!endpoint.zdr);
  endpoint.retention_days = policy.retention_days;
}

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
    if (!faults_.empty()) return {nullptr, in_order(std::move(faults_), config.files)};
    return {std::move(catalog_), {}};
  }

 private:
  void add_provider(const ProviderConfig& written) {
    auto provider = std::make_unique<Provider>();
    provider->name = written.name;
    provider->display_name = written.display_name.empty() ? written.name : written.display_name;
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
    fetch_credentials(written, *provider, faults_);
    provider->proxy = proxy_for(provider->origin, written);
    if (provider->oauth2) provider->token_proxy = proxy_for(provider->oauth2->token, written);
    if (provider->service_account) {
      provider->token_proxy = proxy_for(provider->service_account->token, written);
    }
    provider->byok = written.byok;
    provider->timeouts = written.timeouts;
    provider->data_policy = written.data_policy;
    provider->concurrency = written.concurrency;
    provider->on_client_gone = written.on_client_gone;
    provider->health_check = written.health_check;
    provider->breaker = written.breaker;
    provider->index = catalog_->providers.size();
    catalog_->providers.push_back(std::move(provider));
  }

  std::optional<Proxy> proxy_for(const Origin& origin, const ProviderConfig& written) {
    const std::string_view url = written.proxy.url.reveal();
    Result<std::optional<Proxy>> proxy = choose_proxy(origin, url, proxies_);
    if (proxy) return std::move(*proxy);
    if (url.empty()) {
      faults_.push_back({written.place, proxy.error().message +
                                            "; proxy = \"none\" reaches the provider without"});
    } else {
      faults_.push_back({written.proxy.place, "proxy " + proxy.error().message});
    }
    return std::nullopt;
  }

  void add_own_models(std::size_t index) {
    const ProviderConfig& written = catalog_->config.providers[index];
    for (const ModelConfig& model : written.models) {
      Model own;
      own.id = written.name + "/" + model.id;
      own.listed = model;
      own.endpoints.push_back(endpoint(index, model));
      own.endpoints.back().tag = written.name;
      catalog_->models.push_back(std::move(own));
    }
  }

  void add_shared_model(const SharedModelConfig& written) {
    Model model;
    model.id = written.id;
    bool shows_listed = false;
    for (const EndpointConfig& each : written.endpoints) {
      const std::optional<std::size_t> index = find_provider(each.provider);
      if (!index) {
        faults_.push_back({each.place, "there is no provider " + quoted_name(each.provider)});
        continue;
      }
      const ModelConfig* listed = find_listed(*index, each.model);
      const ModelConfig offer = offered(each, listed);
      // Lists tell the first offer of which its provider tells more than the price.
      if (model.endpoints.empty() || (listed != nullptr && !shows_listed)) model.listed = offer;
      shows_listed = shows_listed || listed != nullptr;
      model.endpoints.push_back(endpoint(*index, offer));
      model.endpoints.back().tag = each.tag.empty() ? "" : each.provider + "/" + each.tag;
    }
    if (model.endpoints.empty()) return;
    name_offers(model.endpoints);
    model.listed.pricing = model.endpoints.front().pricing;
    if (!written.name.empty()) model.listed.name = written.name;
    if (!written.description.empty()) model.listed.description = written.description;
    catalog_->models.push_back(std::move(model));
  }

  /// What the provider lists (may be null), with what the endpoint states otherwise.
  static ModelConfig offered(const EndpointConfig& written, const ModelConfig* listed) {
    ModelConfig offer = listed == nullptr ? ModelConfig() : *listed;
    offer.id = written.model;
    if (written.pricing) offer.pricing = *written.pricing;
    if (!written.quantization.empty()) offer.quantization = written.quantization;
    if (written.context_length > 0) offer.context_length = written.context_length;
    if (written.max_completion_tokens > 0) {
      offer.max_completion_tokens = written.max_completion_tokens;
    }
    if (written.supported_parameters) offer.supported_parameters = *written.supported_parameters;
    offer.data_policy = over(offer.data_policy, written.data_policy);
    return offer;
  }

  static DataPolicy over(DataPolicy policy, const DataPolicy& own) {
    if (own.collects) policy.collects = own.collects;
    if (own.zdr) policy.zdr = own.zdr;
    if (own.retention_days) policy.retention_days = own.retention_days;
    return policy;
  }

  Endpoint endpoint(std::size_t index, const ModelConfig& offer) {
    const Provider& provider = *catalog_->providers[index];
    Endpoint endpoint{.provider = &provider,
                      .model = offer.id,
                      .pricing = offer.pricing,
                      .timeouts = offer.timeouts.value_or(provider.timeouts),
                      .context_length = offer.context_length,
                      .max_completion_tokens = offer.max_completion_tokens,
                      .quantization = offer.quantization,
                      .supported_parameters = offer.supported_parameters,
                      .input_modalities = offer.architecture.input_modalities,
                      .output_modalities = offer.architecture.output_modalities,
                      .expires_s = decode_day(offer.expiration_date).value_or(0)};
    set_policy(endpoint, over(provider.data_policy, offer.data_policy));
    endpoint.identity =
        provider.name + " " + catalog_->config.providers[index].base_url + " " + offer.id;
    endpoint.index = indexes_.emplace(endpoint.identity, indexes_.size()).first->second;
    return endpoint;
  }

  /// Gives tags to the endpoints of one model that have none.
  static void name_offers(std::vector<Endpoint>& endpoints) {
    std::map<const Provider*, int> offers;
    std::set<std::string> taken;
    for (const Endpoint& each : endpoints) {
      ++offers[each.provider];
      if (!each.tag.empty()) taken.insert(each.tag);
    }
    for (Endpoint& each : endpoints) {
      if (!each.tag.empty()) continue;
      const std::string& name = each.provider->name;
      const bool told_apart = offers[each.provider] > 1 && !each.quantization.empty();
      const std::string base = told_apart ? name + "/" + each.quantization : name;
      each.tag = base;
      for (int number = 2; !taken.insert(each.tag).second; ++number) {
        each.tag = base + (told_apart ? "-" : "/") + std::to_string(number);
      }
    }
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

  /// Sorts and encodes; the indexes point into `models`, which grows no more from here.
  void finish_models() {
    std::vector<Model>& models = catalog_->models;
    std::sort(models.begin(), models.end(),
              [](const Model& a, const Model& b) { return a.id < b.id; });
    for (Model& model : models) {
      for (std::size_t i = 0; i < kModelDialects; ++i) {
        model.cards[i] = encode_model_card(static_cast<ModelDialect>(i), model.id, model.listed);
      }
      catalog_->by_id.emplace(model.id, &model);
      index_bare_names(model);
    }
    catalog_->endpoint_count = indexes_.size();
    link_names();
  }

  /// Null, with a fault, when there is no such model: check_links() has told already what is more
  /// than this.
  const Model* named(const std::string& id, const SourcePlace& place) {
    const auto found = catalog_->by_id.find(canonical_id(id));
    if (found != catalog_->by_id.end()) return found->second;
    faults_.push_back({place, "there is no model " + quoted_name(id)});
    return nullptr;
  }

  /// The names of [routing] and [[alias]].
  void link_names() {
    const Config& config = catalog_->config;
    for (const AliasConfig& alias : config.aliases) {
      catalog_->aliases.push_back(
          {canonical_id(alias.name), named(alias.model, alias.model_place)});
    }
    const auto rank = [](const Alias& alias) {
      const auto stars = std::count(alias.name.begin(), alias.name.end(), '*');
      const auto literals = static_cast<std::ptrdiff_t>(alias.name.size()) - stars;
      return std::pair(stars > 0, -literals);
    };
    std::stable_sort(catalog_->aliases.begin(), catalog_->aliases.end(),
                     [&](const Alias& a, const Alias& b) { return rank(a) < rank(b); });
    const RoutingConfig& routing = config.routing;
    if (!routing.fallback_model.empty()) {
      catalog_->fallback_model = named(routing.fallback_model, routing.fallback_place);
    }
    if (routing.auto_models.empty()) {
      add_candidates("*", true);
    }
    for (const ModelPattern& pattern : routing.auto_models) {
      add_candidates(canonical_id(pattern.text), false);
    }
  }

  /// Candidates of "auto": models that write text.
  void add_candidates(std::string_view pattern, bool need_price) {
    std::vector<const Model*>& candidates = catalog_->auto_models;
    for (const Model& model : catalog_->models) {
      const auto writes_text = [&](const Endpoint& each) {
        const auto& words = each.output_modalities;
        return (each.pricing.known || !need_price) &&
               std::find(words.begin(), words.end(), "text") != words.end();
      };
      const auto& endpoints = model.endpoints;
      const bool fits = matches_pattern(pattern, model.id) &&
                        std::any_of(endpoints.begin(), endpoints.end(), writes_text);
      const bool is_new =
          std::find(candidates.begin(), candidates.end(), &model) == candidates.end();
      if (fits && is_new) candidates.push_back(&model);
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
  const ProxyVariables proxies_ = read_proxy_variables();
  std::unordered_map<std::string, std::size_t> indexes_;  // by Endpoint::identity
  std::vector<ConfigFault> faults_;
};

}  // namespace

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

ModelMatch Catalog::resolve(std::string_view name) const {
  using By = ModelMatch::By;
  if (const auto exact = by_id.find(name); exact != by_id.end()) return {exact->second, By::id};
  const std::string wanted = canonical_id(name.substr(0, kMostNameBytes + 1));
  if (const auto found = by_id.find(wanted); found != by_id.end()) return {found->second, By::id};
  const auto is_pattern = [](const Alias& alias) {
    return alias.name.find('*') != std::string::npos;
  };
  for (const Alias& alias : aliases) {
    if (!is_pattern(alias) && alias.name == wanted) return {alias.model, By::alias, &alias};
  }
  if (const Model* model = find_model(name)) return {model, By::bare_name};
  // Longer names are no model's, and would only cost time.
  for (const Alias& alias : aliases) {
    if (wanted.size() > kMostNameBytes || !is_pattern(alias)) continue;
    if (matches_pattern(alias.name, wanted)) return {alias.model, By::pattern, &alias};
  }
  if (fallback_model != nullptr) return {fallback_model, By::fallback};
  return {};
}

std::vector<std::string> Catalog::nearest(std::string_view name, std::size_t most) const {
  std::vector<std::string> found;
  if (name.empty() || name.size() > kMostMisspelt) return found;
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

Endpoint unlisted_endpoint(const Provider& provider, std::string model) {
  Endpoint endpoint{
      .provider = &provider, .model = std::move(model), .timeouts = provider.timeouts};
  set_policy(endpoint, provider.data_policy);
  return endpoint;
}

CatalogOutcome build_catalog(Config config) {
  return CatalogBuilder(std::move(config)).build();
}

}  // namespace arouter
