// The routes of the daemon: one table, so that what authenticates and what dispatches cannot
// disagree about where a request goes.
//
// Clients write base URLs with too little, too much, or the name of the API in front; all of those
// lead to the same routes. Gemini puts the model and the verb into the last segments of the path:
// "/v1beta/models/MODEL:generateContent".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/formats/format.hpp"
#include "shared/http/head.hpp"

namespace arouter::daemon {

enum class RouteId : std::uint8_t {
  none,
  healthz,
  root,
  models,
  model,
  model_endpoints,
  usage_summary,
  usage_timeseries,
  providers,
  metrics,
  keys,
  key,
  own_key,
  generation,
  activity,
  call,
  proxy
};

/// Routes for management keys.
constexpr bool is_management(RouteId id) {
  return id == RouteId::keys || id == RouteId::key;
}

struct RouteMatch {
  RouteId id = RouteId::none;
  std::string_view name;     // for the ledger: "chat.completions"
  std::string_view methods;  // "GET, HEAD, OPTIONS": for Allow
  std::string_view tail;     // the model or key that the path names, undecoded; "" for none
  bool mirror = false;       // under /api/v1: error codes are numbers there
  std::string_view format;   // "anthropic": the dialect of the path; "" when it may be any
  CallKind call = CallKind::chat;
  bool stream = false;  // the path says so: streamGenerateContent
};

/// `path` as sent, without query; the match refers into it.
RouteMatch find_route(std::string_view path);
/// Whether the route takes `method`.
bool takes_method(const RouteMatch& route, std::string_view method);
/// The nearest route to a path that has none, for its 404; "" when none is near.
std::string nearest_route(std::string_view path);

/// The dialect to answer in when the request's own format does not say it, for lists of models,
/// errors and 404s: "openai", "anthropic", "gemini" or "responses".
std::string_view dialect_of(const RequestHead& head, const RouteMatch& route);

}  // namespace arouter::daemon
