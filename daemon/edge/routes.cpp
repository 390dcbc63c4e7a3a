#include "daemon/edge/routes.hpp"

#include <array>
#include <vector>

#include "shared/http/head.hpp"
#include "shared/text.hpp"

namespace arouter::daemon {

namespace {

struct Row {
  RouteId id;
  std::string_view path;  // behind the version prefix; a final '/' takes any tail
  std::string_view name;
  std::string_view methods;
};

constexpr std::array<Row, 3> kVersioned{
    Row{RouteId::chat_completions, "/chat/completions", "chat.completions", "POST, OPTIONS"},
    Row{RouteId::models, "/models", "models", "GET, HEAD, OPTIONS"},
    Row{RouteId::model, "/models/", "model", "GET, HEAD, OPTIONS"},
};
constexpr std::array<Row, 2> kWhole{
    Row{RouteId::healthz, "/healthz", "healthz", "GET, HEAD, OPTIONS"},
    Row{RouteId::usage_summary, "/api/usage/summary", "usage.summary", "GET, HEAD, OPTIONS"},
};

constexpr std::string_view kMirror = "/api/v1";
// Longest first; "" is a base URL without any version.
constexpr std::array<std::string_view, 7> kPrefixes{"/openai/v1", "/v1/openai", "/api/v1", "/v1/v1",
                                                    "/openai",    "/v1",        ""};

bool fits(const Row& row, std::string_view path) {
  if (!row.path.ends_with('/')) return path == row.path;
  return path.size() > row.path.size() && path.starts_with(row.path);
}

RouteMatch match_of(const Row& row, std::string_view path) {
  RouteMatch match{.id = row.id, .name = row.name, .methods = row.methods, .tail = {}};
  if (row.path.ends_with('/')) match.tail = path.substr(row.path.size());
  return match;
}

}  // namespace

RouteMatch find_route(std::string_view path) {
  for (const Row& row : kWhole) {
    if (fits(row, path)) return match_of(row, path);
  }
  for (const std::string_view prefix : kPrefixes) {
    if (!path.starts_with(prefix)) continue;
    const std::string_view rest = path.substr(prefix.size());
    for (const Row& row : kVersioned) {
      if (!fits(row, rest)) continue;
      RouteMatch match = match_of(row, rest);
      match.mirror = prefix == kMirror;
      return match;
    }
  }
  return {};
}

bool takes_method(const RouteMatch& route, std::string_view method) {
  return list_holds(route.methods, method);
}

std::string nearest_route(std::string_view path) {
  static const std::vector<std::string_view> kCandidates{"/v1/chat/completions", "/v1/models",
                                                         "/healthz", "/api/usage/summary"};
  return nearest_name(path.substr(0, 100), kCandidates);
}

}  // namespace arouter::daemon
