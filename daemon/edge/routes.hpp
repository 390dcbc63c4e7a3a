// The routes of the daemon: one table, so that what authenticates and what dispatches cannot
// disagree about where a request goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arouter::daemon {

enum class RouteId : std::uint8_t { none, healthz, models, model, usage_summary, chat_completions };

struct RouteMatch {
  RouteId id = RouteId::none;
  std::string_view name;     // for the ledger: "chat.completions"
  std::string_view methods;  // "GET, HEAD, OPTIONS": for Allow
  std::string_view tail;     // what follows a prefix route: the model id, undecoded
  bool mirror = false;       // under /api/v1: error codes are numbers there
};

/// `path` as sent, without query; refers into it. Aliases for base URLs given with too little or
/// too much ("/chat/completions", "/v1/v1/…", "/openai/v1/…") lead to the same routes.
RouteMatch find_route(std::string_view path);
/// Whether the route takes `method`.
bool takes_method(const RouteMatch& route, std::string_view method);
/// The nearest route to a path that has none, for its 404.
std::string nearest_route(std::string_view path);

}  // namespace arouter::daemon
