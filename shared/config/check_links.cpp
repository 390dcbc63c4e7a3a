// Faults that only the whole configuration shows.
#include <algorithm>
#include <map>
#include <set>

#include "shared/config/sections.hpp"

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
    }
    for (const auto& [id, place] : models) {
      if (!provider.name.empty()) ids_.emplace(provider.name + "/" + id, place);
    }
  }

  void check_endpoints(const SharedModelConfig& model) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const EndpointConfig& endpoint : model.endpoints) {
      if (endpoint.provider.empty() || endpoint.model.empty()) continue;
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

  Places providers_;
  Places ids_;
  std::set<std::pair<std::string, std::string>> listed_;
  std::vector<ConfigFault> faults_;
};

}  // namespace

std::vector<ConfigFault> check_links(const Config& config) {
  return LinkCheck(config).take();
}

}  // namespace arouter
