#include "daemon/edge/routes.hpp"

#include <array>
#include <optional>
#include <vector>

#include "shared/text.hpp"

namespace arouter::daemon {

namespace {

constexpr std::string_view kRead = "GET, HEAD, OPTIONS";
constexpr std::string_view kCall = "POST, OPTIONS";

struct Row {
  std::string_view path;  // behind the prefix; a final '/' takes any tail
  RouteMatch match;
};

constexpr RouteMatch read(RouteId id, std::string_view name) {
  RouteMatch match;
  match.id = id;
  match.name = name;
  match.methods = kRead;
  return match;
}

constexpr RouteMatch call(std::string_view name, std::string_view format, CallKind kind) {
  RouteMatch match;
  match.id = RouteId::call;
  match.name = name;
  match.methods = kCall;
  match.format = format;
  match.call = kind;
  return match;
}

constexpr std::array<Row, 6> kWhole{
    Row{"/", read(RouteId::root, "root")},
    Row{"/api/hello", read(RouteId::root, "root")},
    Row{"/healthz", read(RouteId::healthz, "healthz")},
    Row{"/metrics", read(RouteId::metrics, "metrics")},
    Row{"/api/usage/summary", read(RouteId::usage_summary, "usage.summary")},
    Row{"/api/usage/timeseries", read(RouteId::usage_timeseries, "usage.timeseries")},
};

constexpr RouteMatch manage(RouteId id, std::string_view name, std::string_view methods) {
  RouteMatch match = read(id, name);
  match.methods = methods;
  match.format = "openai";
  return match;
}

constexpr std::array<Row, 15> kVersioned{
    Row{"/chat/completions", call("chat.completions", "openai", CallKind::chat)},
    Row{"/completions", call("completions", "openai", CallKind::completions)},
    Row{"/embeddings", call("embeddings", "openai", CallKind::embeddings)},
    Row{"/responses", call("responses", "responses", CallKind::chat)},
    Row{"/responses/input_tokens",
        call("responses.input_tokens", "responses", CallKind::count_tokens)},
    Row{"/messages", call("messages", "anthropic", CallKind::chat)},
    Row{"/messages/count_tokens",
        call("messages.count_tokens", "anthropic", CallKind::count_tokens)},
    Row{"/models", read(RouteId::models, "models")},
    Row{"/models/", read(RouteId::model, "model")},
    Row{"/providers", read(RouteId::providers, "providers")},
    Row{"/keys", manage(RouteId::keys, "keys", "GET, HEAD, POST, OPTIONS")},
    Row{"/keys/", manage(RouteId::key, "key", "GET, HEAD, POST, PATCH, DELETE, OPTIONS")},
    Row{"/key", manage(RouteId::own_key, "own_key", kRead)},
    Row{"/generation", manage(RouteId::generation, "generation", kRead)},
    Row{"/activity", manage(RouteId::activity, "activity", kRead)},
};

struct Prefix {
  std::string_view path;
  std::string_view format;  // of what does not say it itself
};

constexpr std::string_view kMirror = "/api/v1";
// Longest first; "" is a base URL without any version.
constexpr std::array<Prefix, 10> kPrefixes{
    Prefix{"/v1beta/openai", "openai"},
    Prefix{"/anthropic/v1", "anthropic"},
    Prefix{"/openai/v1", "openai"},
    Prefix{"/v1/openai", "openai"},
    Prefix{"/anthropic", "anthropic"},
    Prefix{kMirror, ""},
    Prefix{"/v1/v1", ""},
    Prefix{"/openai", "openai"},
    Prefix{"/v1", ""},
    Prefix{"", ""},
};

struct Action {
  std::string_view name;
  CallKind call;
  bool stream = false;
};

constexpr std::array<Action, 5> kActions{
    Action{"generateContent", CallKind::chat},
    Action{"streamGenerateContent", CallKind::chat, true},
    Action{"countTokens", CallKind::count_tokens},
    Action{"embedContent", CallKind::one_embedding},
    Action{"batchEmbedContents", CallKind::embeddings},
};

/// Takes `prefix` and the slash that must follow it off the front.
bool take_folder(std::string_view& path, std::string_view prefix) {
  if (!path.starts_with(prefix) || path.size() <= prefix.size()) return false;
  if (path[prefix.size()] != '/') return false;
  path.remove_prefix(prefix.size());
  return true;
}

/// What follows "/v1beta" and its like, which may be doubled or stand behind "/genai"; `depth` is
/// how much was taken off.
struct GeminiPath {
  std::string_view rest;
  int depth = 0;
  bool only_gemini = false;  // no other API has such a prefix
};

GeminiPath behind_gemini_prefix(std::string_view path) {
  GeminiPath found{path, 0, false};
  if (take_folder(found.rest, "/genai")) {
    found.only_gemini = true;
    ++found.depth;
  }
  for (int versions = 0; versions < 2; ++versions) {
    const bool own = take_folder(found.rest, "/v1beta") || take_folder(found.rest, "/v1beta1") ||
                     take_folder(found.rest, "/v1alpha");
    if (!own && !take_folder(found.rest, "/v1")) break;
    found.only_gemini |= own;
    ++found.depth;
  }
  return found;
}

/// The model in "/models/MODEL", "/publishers/google/models/MODEL" or "/MODEL".
std::string_view gemini_model(std::string_view rest, int depth) {
  if (take_folder(rest, "/publishers/google/models")) return rest.substr(1);
  if (take_folder(rest, "/models")) return rest.substr(1);
  // Without a version in front any path with a colon would be one.
  return depth > 0 ? rest.substr(1) : std::string_view();
}

const Action* find_action(std::string_view path) {
  const std::size_t colon = path.rfind(':');
  if (colon == path.npos) return nullptr;
  for (const Action& action : kActions) {
    if (path.substr(colon + 1) == action.name) return &action;
  }
  return nullptr;
}

RouteMatch find_gemini_call(std::string_view path) {
  const Action* action = find_action(path);
  if (action == nullptr) return {};
  path.remove_suffix(action->name.size() + 1);
  if (!path.starts_with('/')) return {};
  const GeminiPath behind = behind_gemini_prefix(path);
  const std::string_view model = gemini_model(behind.rest, behind.depth);
  if (model.empty() || model.ends_with('/')) return {};
  RouteMatch match = call(action->name, "gemini", action->call);
  match.tail = model;
  match.stream = action->stream;
  return match;
}

bool fits(const Row& row, std::string_view path) {
  if (row.path.size() == 1 || !row.path.ends_with('/')) return path == row.path;
  return path.size() > row.path.size() && path.starts_with(row.path);
}

/// "/models/MODEL/endpoints" is not the model "MODEL/endpoints": nobody names one so.
RouteMatch match_of(const Row& row, std::string_view path) {
  constexpr std::string_view kOffers = "/endpoints";
  RouteMatch match = row.match;
  if (path.size() > row.path.size()) match.tail = path.substr(row.path.size());
  const bool shows_offers = match.id == RouteId::model && match.tail.ends_with(kOffers) &&
                            match.tail.size() > kOffers.size();
  if (!shows_offers) return match;
  match.tail.remove_suffix(kOffers.size());
  match.id = RouteId::model_endpoints;
  match.name = "model.endpoints";
  return match;
}

RouteMatch find_versioned(std::string_view path, const Prefix& prefix) {
  if (!path.starts_with(prefix.path)) return {};
  const std::string_view rest = path.substr(prefix.path.size());
  for (const Row& row : kVersioned) {
    if (!fits(row, rest)) continue;
    RouteMatch match = match_of(row, rest);
    match.mirror = prefix.path == kMirror;
    if (match.format.empty()) match.format = prefix.format;
    return match;
  }
  return {};
}

/// "/v1beta/models", "/v1alpha/models/MODEL" and the like.
RouteMatch find_gemini_list(std::string_view path) {
  const GeminiPath behind = behind_gemini_prefix(path);
  if (!behind.only_gemini) return {};
  for (const Row& row : kVersioned) {
    if (row.match.id == RouteId::call || !fits(row, behind.rest)) continue;
    RouteMatch match = match_of(row, behind.rest);
    match.format = "gemini";
    return match;
  }
  return {};
}

/// "/openai/deployments/MODEL/chat/completions": the model stands in the path, its slash as it is.
RouteMatch find_deployment(std::string_view path) {
  if (!take_folder(path, "/openai/deployments")) return {};
  const Row* best = nullptr;  // the longest, since "/chat/completions" ends in another row's path
  for (const Row& row : kVersioned) {
    if (row.match.format != "openai" || !path.ends_with(row.path)) continue;
    if (best == nullptr || row.path.size() > best->path.size()) best = &row;
  }
  if (best == nullptr) return {};
  path.remove_suffix(best->path.size());
  if (path.size() <= 1 || path.ends_with('/')) return {};
  RouteMatch match = best->match;
  match.tail = path.substr(1);
  return match;
}

/// The spelling of "/v1beta/models/MODEL:generate", "" when no verb is near.
std::string nearest_gemini_call(std::string_view path) {
  const std::size_t colon = path.rfind(':');
  if (colon == path.npos || path.find('/', colon) != path.npos) return {};
  std::vector<std::string_view> verbs;
  for (const Action& action : kActions) verbs.push_back(action.name);
  const std::string verb = nearest_name(path.substr(colon + 1), verbs);
  return verb.empty() ? verb : "/v1beta/models/MODEL:" + verb;
}

bool is_gemini_path(std::string_view path) {
  return path.starts_with("/v1beta") || path.starts_with("/v1alpha") ||
         path.starts_with("/genai") || find_action(path) != nullptr;
}

}  // namespace

RouteMatch find_route(std::string_view path) {
  for (const Row& row : kWhole) {
    if (fits(row, path)) return match_of(row, path);
  }
  if (const RouteMatch match = find_gemini_call(path); match.id != RouteId::none) return match;
  for (const Prefix& prefix : kPrefixes) {
    if (const RouteMatch match = find_versioned(path, prefix); match.id != RouteId::none) {
      return match;
    }
  }
  if (const RouteMatch match = find_gemini_list(path); match.id != RouteId::none) return match;
  return find_deployment(path);
}

bool takes_method(const RouteMatch& route, std::string_view method) {
  return list_holds(route.methods, method);
}

std::string nearest_route(std::string_view path) {
  path = path.substr(0, 100);
  std::vector<std::string> written;
  for (const Row& row : kVersioned) {
    if (!row.path.ends_with('/')) written.push_back("/v1" + std::string(row.path));
  }
  written.emplace_back("/v1beta/models");
  for (const Row& row : kWhole) written.emplace_back(row.path);
  const std::vector<std::string_view> candidates(written.begin(), written.end());
  std::string nearest = nearest_name(path, candidates);
  return nearest.empty() ? nearest_gemini_call(path) : nearest;
}

std::string_view dialect_of(const RequestHead& head, const RouteMatch& route) {
  if (!route.format.empty()) return route.format;
  // Behind a route the path may hold a model's name, and that may be anything.
  const std::string_view path = route.id == RouteId::none ? head.path : std::string_view();
  const auto holds = [&](std::string_view text) { return path.find(text) != path.npos; };
  if (head.fields.find("anthropic-version") != nullptr || holds("/messages")) return "anthropic";
  if (head.fields.find("x-goog-api-key") != nullptr || is_gemini_path(path)) return "gemini";
  return holds("/responses") ? "responses" : "openai";
}

}  // namespace arouter::daemon
