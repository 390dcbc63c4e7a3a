#include "shared/routing/names.hpp"

#include <algorithm>

#include "shared/model_pattern.hpp"

namespace arouter::routing {

namespace {

constexpr std::size_t kShown = 128;

struct Suffix {
  std::string_view text;
  Variant variant;
};
constexpr Suffix kSuffixes[] = {
    {":nitro", Variant::nitro},       {":floor", Variant::floor},
    {":free", Variant::free},         {":thinking", Variant::thinking},
    {":extended", Variant::extended}, {":exacto", Variant::exacto},
};

bool is_auto(std::string_view name) {
  return name == "auto" || name == "arouter/auto" || name == "openrouter/auto";
}

bool is_found(const ModelMatch& match) {
  return match.by != ModelMatch::By::nothing && match.by != ModelMatch::By::fallback;
}

/// The model of that name, perhaps with a variant's suffix; none when nothing but the fallback is.
ChosenModel find_model(const Catalog& catalog, std::string_view name) {
  const ModelMatch whole = catalog.resolve(name);
  const bool is_guess = whole.by == ModelMatch::By::pattern;
  for (const Suffix& suffix : kSuffixes) {
    if (!name.ends_with(suffix.text) || (is_found(whole) && !is_guess)) continue;
    const ModelMatch match = catalog.resolve(name.substr(0, name.size() - suffix.text.size()));
    if (is_found(match)) return {match.model, suffix.variant, match.by};
  }
  if (!is_found(whole)) return {};
  return {whole.model, Variant::none, whole.by};
}

Error unknown_model(std::string_view name, const Catalog& catalog) {
  const std::string shown(name.substr(0, kShown));
  std::string message = "no provider offers the model '" + shown + "'";
  const std::vector<std::string> nearest = catalog.nearest(shown, 3);
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    message += (i == 0 ? "; did you mean '" : "', '") + nearest[i];
  }
  message += nearest.empty() ? "; 'arouter models' lists what there is" : "'?";
  const std::string target = nearest.empty() ? "provider/model" : nearest.front();
  message += " To give it that name, add to arouter.toml: [[alias]] name = \"" + shown +
             "\", model = \"" + target + "\"";
  return client_error(ErrorKind::model_not_found, std::move(message), "model");
}

Error no_web_search(std::string_view name) {
  Error error = client_error(ErrorKind::bad_request,
                             "':online' of '" + std::string(name.substr(0, kShown)) +
                                 "' asks for a web search, which is not offered here",
                             "model");
  error.code = "unsupported_variant";
  return error;
}

bool matches_any(const std::vector<std::string>& patterns, std::string_view id) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_pattern(pattern, id); });
}

class ModelList {
 public:
  void add(const ChosenModel& chosen) {
    const auto same = [&](const ChosenModel& each) {
      return each.model == chosen.model && each.variant == chosen.variant;
    };
    if (std::none_of(models_.begin(), models_.end(), same)) models_.push_back(chosen);
  }

  /// Every model that "auto" may choose.
  void add_automatic(const Catalog& catalog, const Preferences& preferences) {
    for (const Model* model : catalog.auto_models) {
      const std::vector<std::string>& allowed = preferences.allowed_models;
      if (!allowed.empty() && !matches_any(allowed, model->id)) continue;
      if (matches_any(preferences.excluded_models, model->id)) continue;
      add({model, Variant::none, ModelMatch::By::nothing});
    }
  }

  std::vector<ChosenModel> take() { return std::move(models_); }
  bool empty() const { return models_.empty(); }

 private:
  std::vector<ChosenModel> models_;
};

}  // namespace

std::string_view match_name(ModelMatch::By by) noexcept {
  switch (by) {
    case ModelMatch::By::nothing:
      return "auto";
    case ModelMatch::By::id:
      return "id";
    case ModelMatch::By::alias:
      return "alias";
    case ModelMatch::By::bare_name:
      return "bare name";
    case ModelMatch::By::pattern:
      return "alias with '*'";
    case ModelMatch::By::fallback:
      return "fallback_model";
  }
  return "";
}

Result<std::vector<ChosenModel>> resolve_models(const Catalog& catalog, std::string_view name,
                                                const Preferences& preferences) {
  ModelList list;
  std::vector<std::string_view> names;
  if (!name.empty()) names.push_back(name);
  names.insert(names.end(), preferences.models.begin(), preferences.models.end());
  for (const std::string_view each : names) {
    if (is_auto(each)) {
      list.add_automatic(catalog, preferences);
    } else if (const ChosenModel chosen = find_model(catalog, each); chosen.model != nullptr) {
      list.add(chosen);
    } else if (each.ends_with(":online")) {
      return no_web_search(each);
    }
  }
  if (list.empty() && catalog.fallback_model != nullptr && !is_auto(name)) {
    list.add({catalog.fallback_model, Variant::none, ModelMatch::By::fallback});
  }
  if (!list.empty()) return list.take();
  if (is_auto(name)) {
    return client_error(ErrorKind::model_not_found,
                        "no model may be chosen for '" + std::string(name) +
                            "': auto_models of the configuration and the request's "
                            "allowed_models leave none",
                        "model");
  }
  return unknown_model(names.empty() ? name : names.front(), catalog);
}

Result<const Model*> find_shown_model(const Catalog& catalog, std::string_view name) {
  const ChosenModel chosen = find_model(catalog, name);
  if (chosen.model == nullptr) return unknown_model(name, catalog);
  return chosen.model;
}

}  // namespace arouter::routing
