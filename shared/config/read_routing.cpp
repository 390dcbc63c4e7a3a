// [routing] and [[alias]]: which model a name means, and how far a request is carried.
#include "shared/config/sections.hpp"

namespace arouter {

namespace {

constexpr std::string_view kPatternShape =
    "must hold names of models, in which '*' stands for any characters";

}  // namespace

void read_patterns(TableReader& table, std::string_view key, std::vector<ModelPattern>& patterns) {
  for (const TomlValue* text : table.strings(key)) {
    if (is_model_name(text->text)) {
      patterns.push_back({text->text, table.in_file(text->place)});
    } else {
      table.fault_at(text->place, table.name_of(key) + " " + std::string(kPatternShape));
    }
  }
}

void read_routing(TableReader& root, Config& config) {
  constexpr Word<bool> kCollection[] = {{"allow", false}, {"deny", true}};
  RoutingConfig& routing = config.routing;
  auto table = root.table("routing");
  if (!table) return;
  if (table->find("fallback_model") != nullptr) {
    routing.fallback_model = read_model_name(*table, "fallback_model");
  }
  routing.fallback_place = table->in_file(table->place_of("fallback_model"));
  read_patterns(*table, "auto_models", routing.auto_models);
  table->read("max_attempts", routing.max_attempts, {1, 10});
  table->read("retry_ambiguous", routing.retry_ambiguous);
  table->read("data_collection", routing.deny_data_collection, kCollection);
  table->read("zdr", routing.zdr);
  table->read("affinity", routing.affinity);
  table->finish();
}

AliasConfig read_alias(TableReader table) {
  AliasConfig alias;
  alias.place = table.in_file(table.place_of("name"));
  alias.model_place = table.in_file(table.place_of("model"));
  alias.name = read_model_name(table, "name");
  if (!alias.name.empty() && alias.name.find_first_not_of('*') == std::string::npos) {
    table.fault("name", "means every model: set routing.fallback_model instead");
  }
  if (alias.name == "auto") table.fault("name", "is \"auto\", which has a meaning of its own");
  alias.model = read_model_name(table, "model");
  table.finish();
  return alias;
}

}  // namespace arouter
