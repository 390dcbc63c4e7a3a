#include "daemon/edge/guard.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace arouter::daemon {

namespace {

constexpr std::array<std::string_view, 3> kLocalHosts{"localhost", "127.0.0.1", "[::1]"};

bool is_host_and_port(std::string_view host, std::string_view name, std::uint16_t port) {
  if (host.size() < name.size() || !same_name(host.substr(0, name.size()), name)) return false;
  const std::string_view rest = host.substr(name.size());
  if (rest.empty()) return port == 80;
  return rest == ":" + std::to_string(port);
}

bool is_host_allowed(std::string_view host, const ServerConfig& server, std::uint16_t port) {
  const auto is_this = [&](std::string_view name) { return is_host_and_port(host, name, port); };
  if (std::any_of(kLocalHosts.begin(), kLocalHosts.end(), is_this)) return true;
  return std::any_of(
      server.allowed_hosts.begin(), server.allowed_hosts.end(),
      [&](const std::string& name) { return is_this(name) || same_name(host, name); });
}

Error forbidden(const char* code, std::string message) {
  Error error = client_error(ErrorKind::forbidden, std::move(message));
  error.code = code;
  return error;
}

}  // namespace

std::string_view allowed_origin(const RequestHead& head, const ServerConfig& server) {
  const std::string_view* origin = head.fields.find("origin");
  if (origin == nullptr) return {};
  const bool allowed = std::any_of(server.allowed_origins.begin(), server.allowed_origins.end(),
                                   [&](const std::string& each) { return each == *origin; });
  return allowed ? *origin : std::string_view();
}

Result<void> check_caller(const RequestHead& head, const ServerConfig& server, std::uint16_t port) {
  if (!head.host.empty() && !is_host_allowed(head.host, server, port)) {
    return forbidden("host_forbidden",
                     "this Host is not served here; name it in [server] allowed_hosts");
  }
  if (head.fields.find("origin") != nullptr) {
    if (!allowed_origin(head, server).empty()) return {};
    return forbidden("origin_forbidden",
                     "web pages of this Origin may not call; name it in [server] allowed_origins");
  }
  const std::string_view* site = head.fields.find("sec-fetch-site");
  if (site != nullptr && *site != "same-origin" && *site != "none") {
    return forbidden("origin_forbidden", "cross-site requests are not served");
  }
  return {};
}

}  // namespace arouter::daemon
