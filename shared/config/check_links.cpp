// Faults that only the whole configuration shows.
#include <algorithm>
#include <map>
#include <set>

#include "shared/config/sections.hpp"
#include "shared/model_pattern.hpp"

namespace arouter {

namespace {

class LinkCheck {
 public:
  explicit LinkCheck(const Config& config) {
    for (const ProviderConfig& provider : config.providers) add_provider(provider);
    for (const SharedModelConfig& model : config.models) {
      claim(ids_, model.id, model.place, "model");
    }
    for (const SharedModelConfig& model : config.models) check_endpoints(model);
    for (const ProviderConfig& provider : config.providers) check_keys(provider);
    for (const AliasConfig& alias : config.aliases) check_alias(alias);
    const RoutingConfig& routing = config.routing;
    check_id(routing.fallback_model, routing.fallback_place);
    for (const ModelPattern& pattern : routing.auto_models) {
      check_pattern(pattern, canonical_id(pattern.text), names_of(ids_), "model");
    }
  }

  std::vector<ConfigFault> take() { return std::move(faults_); }

 private:
  using Places = std::map<std::string, SourcePlace>;

  void add(const SourcePlace& place, std::string message) {
    faults_.push_back({place, std::move(message)});
  }

  /// Notes that `name` stands at `place`; a fault when it stood somewhere before.
  void claim(Places& taken, const std::string& name, const SourcePlace& place, const char* what) {
    if (name.empty()) return;  // a fault of its own
    const auto [earlier, is_new] = taken.emplace(name, place);
    if (is_new) return;
    add(place, "the " + std::string(what) + " " + quoted_name(name) + " already stands at " +
                   to_string(earlier->second));
  }

  void add_provider(const ProviderConfig& provider) {
    claim(providers_, provider.name, provider.place, "provider");
    Places models;
    for (const ModelConfig& model : provider.models) {
      claim(models, model.id, model.place, "model");
      listed_.insert({provider.name, model.id});
      offers_[provider.name].insert(model.id);
    }
    for (const auto& [id, place] : models) {
      if (!provider.name.empty()) ids_.emplace(provider.name + "/" + id, place);
    }
  }

  void check_endpoints(const SharedModelConfig& model) {
    std::set<std::pair<std::string, std::string>> seen, tags;
    for (const EndpointConfig& endpoint : model.endpoints) {
      if (endpoint.provider.empty() || endpoint.model.empty()) continue;
      offers_[endpoint.provider].insert(endpoint.model);
      if (!endpoint.tag.empty() && !tags.insert({endpoint.provider, endpoint.tag}).second) {
        add(endpoint.place, "the tag " + quoted_name(endpoint.provider + "/" + endpoint.tag) +
                                " stands twice in this model");
      }
      if (!seen.insert({endpoint.provider, endpoint.model}).second) {
        add(endpoint.place, "the endpoint " +
                                quoted_name(endpoint.provider + "/" + endpoint.model) +
                                " stands twice in this model");
      }
      check_endpoint(endpoint);
    }
  }

  void check_endpoint(const EndpointConfig& endpoint) {
    if (!providers_.contains(endpoint.provider)) {
      std::vector<std::string_view> names;
      for (const auto& [name, place] : providers_) names.push_back(name);
      return add(endpoint.place, "there is no provider " + quoted_name(endpoint.provider) +
                                     did_you_mean(endpoint.provider, names));
    }
    // Without a price from either place the endpoint would be used for nothing, and booked so.
    if (endpoint.pricing || listed_.contains({endpoint.provider, endpoint.model})) return;
    std::vector<std::string_view> models;
    for (const auto& [provider, id] : listed_) {
      if (provider == endpoint.provider) models.push_back(id);
    }
    add(endpoint.model_place, "provider " + quoted_name(endpoint.provider) + " lists no model " +
                                  quoted_name(endpoint.model) + ", and pricing is missing here" +
                                  did_you_mean(endpoint.model, models));
  }

  using Names = std::vector<std::string_view>;

  static Names names_of(const Places& places) {
    Names names;
    for (const auto& [name, place] : places) names.push_back(name);
    return names;
  }

  /// A pattern that nothing fits is a misspelling.
  void check_pattern(const ModelPattern& pattern, const std::string& text, const Names& names,
                     const std::string& what) {
    const auto fits = [&](std::string_view name) { return matches_pattern(text, name); };
    if (std::any_of(names.begin(), names.end(), fits)) return;
    add(pattern.place,
        "no " + what + " is named " + quoted_name(pattern.text) + did_you_mean(text, names));
  }

  /// Keys of a provider that offers nothing here are for its own routes, whose models we know not.
  void check_keys(const ProviderConfig& provider) {
    const auto offers = offers_.find(provider.name);
    if (offers == offers_.end()) return;
    const Names names(offers->second.begin(), offers->second.end());
    for (const KeyConfig& key : provider.keys) {
      for (const ModelPattern& pattern : key.models) {
        check_pattern(pattern, pattern.text, names, "model of " + quoted_name(provider.name));
      }
    }
  }

  void check_alias(const AliasConfig& alias) {
    const std::string name = canonical_id(alias.name);
    claim(aliases_, name, alias.place, "alias");
    if (const auto model = ids_.find(name); model != ids_.end()) {
      add(alias.place, "the alias " + quoted_name(alias.name) +
                           " would hide the model of that name at " + to_string(model->second));
    }
    check_id(alias.model, alias.model_place);
  }

  void check_id(const std::string& id, const SourcePlace& place) {
    const std::string wanted = canonical_id(id);
    if (id.empty() || ids_.contains(wanted)) return;
    const auto is_bare = [&](const auto& each) { return each.first.ends_with("/" + id); };
    const auto whole = std::find_if(ids_.begin(), ids_.end(), is_bare);
    const std::string hint = whole == ids_.end() ? did_you_mean(wanted, names_of(ids_))
                                                 : "; did you mean '" + whole->first + "'?";
    add(place, "there is no model " + quoted_name(id) + hint);
  }

  Places providers_;
  Places ids_;
  Places aliases_;
  std::map<std::string, std::set<std::string>> offers_;  // of each provider, by its own names
  std::set<std::pair<std::string, std::string>> listed_;
  std::vector<ConfigFault> faults_;
};

}  // namespace

std::vector<ConfigFault> check_links(const Config& config) {
  return LinkCheck(config).take();
}

}  // namespace arouter
