#include "shared/choose_proxy.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <utility>
#include <vector>

#include "shared/http/byte_class.hpp"
#include "shared/ip_address.hpp"

namespace arouter {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), ascii_lower);
  return result;
}

/// The first of these variables that is set and not empty.
ProxyVariables::Variable variable(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return {name, Secret(value)};
  }
  return {};
}

/// Four or sixteen bytes; none when `text` is no address.
std::vector<std::uint8_t> address_bytes(std::string_view text) {
  if (const auto v4 = decode_ipv4(text)) return {v4->begin(), v4->end()};
  const auto v6 = decode_ipv6(text);
  if (!v6) return {};
  if (const auto inner = embedded_ipv4(*v6)) return {inner->begin(), inner->end()};
  return {v6->begin(), v6->end()};
}

/// Whether `network`, "10.0.0.0/8", holds `host`.
bool holds_address(std::string_view network, std::string_view host) {
  const std::size_t slash = network.find('/');
  const std::vector<std::uint8_t> base = address_bytes(network.substr(0, slash));
  const std::vector<std::uint8_t> address = address_bytes(host);
  const std::string_view digits = network.substr(slash + 1);
  std::size_t bits = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  const bool whole = failure == std::errc() && end == digits.data() + digits.size();
  if (base.empty() || base.size() != address.size() || !whole || bits > base.size() * 8) {
    return false;
  }
  for (std::size_t i = 0; i < base.size() && bits > 0; ++i) {
    const unsigned taken = static_cast<unsigned>(std::min<std::size_t>(bits, 8));
    const unsigned different = static_cast<unsigned>(base[i] ^ address[i]);
    if (different >> (8 - taken) != 0) return false;
    bits -= taken;
  }
  return true;
}

/// Takes ":8080" off the end of an entry; "" when it has none.
std::string_view take_port(std::string_view& entry) {
  const std::size_t colon = entry.rfind(':');
  const bool bare_ipv6 = entry.find(':') != colon && !entry.starts_with('[');
  const bool in_brackets = entry.ends_with(']');
  if (colon == entry.npos || bare_ipv6 || in_brackets) return {};
  const std::string_view port = entry.substr(colon + 1);
  entry = entry.substr(0, colon);
  return port;
}

bool names(std::string_view entry, const Origin& origin) {
  if (entry == "*") return true;
  if (entry.find('/') != entry.npos) return holds_address(entry, origin.host);
  const std::string_view port = take_port(entry);
  if (!port.empty() && port != std::to_string(origin.port)) return false;
  if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
  if (const std::vector<std::uint8_t> address = address_bytes(entry); !address.empty()) {
    return address == address_bytes(origin.host);
  }
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  const std::string domain = lower(entry);
  if (domain.empty() || !address_bytes(origin.host).empty()) return false;
  return origin.host == domain || origin.host.ends_with("." + domain);
}

}  // namespace

ProxyVariables read_proxy_variables() {
  return {.https = variable({"https_proxy", "HTTPS_PROXY"}),
          .http = variable({"http_proxy"}),
          .all = variable({"all_proxy", "ALL_PROXY"}),
          .no_proxy = std::string(variable({"no_proxy", "NO_PROXY"}).value.reveal())};
}

bool is_exempt(std::string_view list, const Origin& origin) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(", \t"), list.size());
    if (end > 0 && names(list.substr(0, end), origin)) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

Result<std::optional<Proxy>> find_proxy(const Origin& origin, const ProxyVariables& variables) {
  const ProxyVariables::Variable& own = origin.tls ? variables.https : variables.http;
  const ProxyVariables::Variable& chosen = own.value.empty() ? variables.all : own;
  if (chosen.value.empty() || is_loopback(origin.host) || is_exempt(variables.no_proxy, origin)) {
    return std::optional<Proxy>();
  }
  Result<Proxy> proxy = decode_proxy(chosen.value.reveal());
  if (!proxy) {
    return client_error(ErrorKind::bad_request,
                        "the proxy that " + chosen.name + " names " + proxy.error().message);
  }
  return std::optional<Proxy>(std::move(*proxy));
}

Result<std::optional<Proxy>> choose_proxy(const Origin& origin, std::string_view written,
                                          const ProxyVariables& variables) {
  if (written == "none") return std::optional<Proxy>();
  if (written.empty()) return find_proxy(origin, variables);
  Result<Proxy> proxy = decode_proxy(written);
  if (!proxy) return proxy.error();
  return std::optional<Proxy>(std::move(*proxy));
}

}  // namespace arouter
