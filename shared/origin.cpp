#include "shared/origin.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "shared/http/byte_class.hpp"
#include "shared/ip_address.hpp"

namespace arouter {

namespace {

bool is_forbidden(const Ipv4& address) noexcept {
  constexpr Ipv4 kMetadata[] = {
      {100, 100, 100, 200},  // Alibaba Cloud
      {168, 63, 129, 16},    // Azure's wire server
      {192, 0, 0, 192},      // Oracle Cloud
  };
  const bool link_local = address[0] == 169 && address[1] == 254;
  const bool unspecified_or_multicast = address[0] == 0 || address[0] >= 224;
  return link_local || unspecified_or_multicast ||
         std::find(std::begin(kMetadata), std::end(kMetadata), address) != std::end(kMetadata);
}

bool is_forbidden(const Ipv6& address) noexcept {
  constexpr Ipv6 kUnspecified{};
  constexpr Ipv6 kEc2Metadata{0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0x54};
  const bool link_local = address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
  return link_local || address[0] == 0xff || address == kUnspecified || address == kEc2Metadata;
}

Error wrong(std::string message) {
  return client_error(ErrorKind::bad_request, std::move(message));
}

/// Nothing when `digits` is no number up to 65535.
std::optional<std::uint16_t> decode_port(std::string_view digits) {
  std::uint16_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, port);
  if (digits.empty() || failure != std::errc() || stop != end) return std::nullopt;
  return port;
}

/// A host as resolvers read it: what looks like a number must be a whole dotted IPv4 address, since
/// some of them also take "127.1" or "0x7f000001".
bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '-') return false;
  if (!std::all_of(host.begin(), host.end(), [](char c) { return is_byte(c, kHostByte); })) {
    return false;
  }
  if (host.starts_with('.') || host.ends_with('.') || host.find("..") != host.npos) return false;
  const std::string_view last = host.substr(host.rfind('.') + 1);
  const bool numeric = last.front() >= '0' && last.front() <= '9';
  return !numeric || decode_ipv4(host).has_value();
}

struct HostPort {
  std::string_view host;  // without brackets
  std::string_view port;  // "" when none is written
  bool bracketed = false;
  bool has_port = false;
};

/// Errors: bad_request for brackets that do not close or hold no IPv6 address.
Result<HostPort> split_host_port(std::string_view authority) {
  HostPort parts;
  std::string_view rest;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == authority.npos) return wrong("has a '[' without ']'");
    parts.bracketed = true;
    parts.host = authority.substr(1, close - 1);
    rest = authority.substr(close + 1);
    if (!decode_ipv6(parts.host)) return wrong("holds no IPv6 address in its brackets");
    if (!rest.empty() && !rest.starts_with(':')) return wrong("has text between ']' and the port");
  } else {
    const std::size_t colon = authority.find(':');
    parts.host = authority.substr(0, colon);
    rest = colon == authority.npos ? std::string_view() : authority.substr(colon);
    if (rest.find(':', 1) != rest.npos) return wrong("needs its IPv6 address in brackets: [::1]");
  }
  parts.has_port = !rest.empty();
  if (parts.has_port) parts.port = rest.substr(1);
  return parts;
}

/// Null when `path` ("" or "/…") may be the path of a base URL.
const char* path_fault(std::string_view path) {
  for (const char c : path) {
    if (!is_byte(c, kTargetByte) || c == '%') return "has a character that no base path needs";
  }
  const std::string framed = std::string(path) + "/";
  if (framed.find("//") != framed.npos || framed.find("/./") != framed.npos ||
      framed.find("/../") != framed.npos) {
    return "has an empty or dotted path segment";
  }
  return nullptr;
}

Result<Origin> decode_authority(std::string_view authority, bool tls) {
  const Result<HostPort> parts = split_host_port(authority);
  if (!parts) return parts.error();
  Origin origin;
  origin.tls = tls;
  origin.host = std::string(parts->host);
  std::transform(origin.host.begin(), origin.host.end(), origin.host.begin(), ascii_lower);
  if (origin.host.empty()) return wrong("names no host");
  if (!parts->bracketed && !is_host_name(origin.host)) {
    return wrong("names no valid host (letters, digits, '-' and '.'; an IPv4 address whole)");
  }
  if (is_forbidden_host(origin.host)) {
    return wrong("points to a link-local, metadata or unusable address, where no provider is");
  }
  const std::uint16_t usual = tls ? 443 : 80;
  const std::optional<std::uint16_t> port = parts->has_port ? decode_port(parts->port) : usual;
  if (!port || *port == 0) return wrong("has a port that is no number from 1 to 65535");
  origin.port = *port;
  origin.host_header = parts->bracketed ? "[" + origin.host + "]" : origin.host;
  if (origin.port != usual) origin.host_header += ":" + std::to_string(origin.port);
  return origin;
}

}  // namespace

bool is_loopback(std::string_view host) noexcept {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  if (const auto address = decode_ipv4(host)) return (*address)[0] == 127;
  const auto address = decode_ipv6(host);
  if (!address) return false;
  if (const auto inner = embedded_ipv4(*address)) return (*inner)[0] == 127;
  return *address == Ipv6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
}

bool is_forbidden_host(std::string_view host) noexcept {
  constexpr std::string_view kNames[] = {"metadata", "metadata.google.internal", "metadata.goog",
                                         "instance-data", "instance-data.ec2.internal"};
  if (std::find(std::begin(kNames), std::end(kNames), host) != std::end(kNames)) return true;
  if (const auto address = decode_ipv4(host)) return is_forbidden(*address);
  const auto address = decode_ipv6(host);
  if (!address) return false;
  const auto inner = embedded_ipv4(*address);
  return inner ? is_forbidden(*inner) : is_forbidden(*address);
}

Result<Origin> decode_base_url(std::string_view url) {
  const bool tls = url.starts_with("https://");
  if (!tls && !url.starts_with("http://")) return wrong("must begin with https:// or http://");
  url.remove_prefix(tls ? 8 : 7);
  if (url.find('?') != url.npos) return wrong("may hold no query ('?')");
  if (url.find('#') != url.npos) return wrong("may hold no fragment ('#')");
  const std::size_t slash = std::min(url.find('/'), url.size());
  if (url.substr(0, slash).find('@') != url.npos) {
    return wrong("may hold no user or password ('@')");
  }
  Result<Origin> origin = decode_authority(url.substr(0, slash), tls);
  if (!origin) return origin;
  std::string_view path = url.substr(slash);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (const char* fault = path_fault(path)) return wrong(fault);
  if (path.ends_with("/chat/completions")) {
    return wrong("must end where the routes begin: leave /chat/completions away");
  }
  origin->base_path = std::string(path);
  return origin;
}

std::string_view without_api_version(std::string_view base_path) noexcept {
  const std::size_t slash = base_path.rfind('/');
  if (slash == std::string_view::npos) return base_path;
  std::string_view version = base_path.substr(slash + 1);
  const auto skip_digits = [&version] {
    const std::size_t end = std::min(version.find_first_not_of("0123456789"), version.size());
    version.remove_prefix(end);
    return end > 0;
  };
  if (!version.starts_with('v')) return base_path;
  version.remove_prefix(1);
  if (!skip_digits()) return base_path;
  for (const std::string_view stage : {"alpha", "beta"}) {
    if (!version.starts_with(stage)) continue;
    version.remove_prefix(stage.size());
    skip_digits();
    break;
  }
  return version.empty() ? base_path.substr(0, slash) : base_path;
}

Result<ListenAddress> decode_listen(std::string_view text) {
  const Result<HostPort> parts = split_host_port(text);
  if (!parts) return parts.error();
  if (!parts->bracketed && !decode_ipv4(parts->host)) {
    return wrong("must begin with an IP address, as in \"127.0.0.1:18080\" or \"[::1]:18080\"");
  }
  const std::optional<std::uint16_t> port = decode_port(parts->port);
  if (!port) return wrong("needs a port from 0 to 65535 after its address");
  return ListenAddress{std::string(parts->host), *port};
}

}  // namespace arouter
