#include "cli/validate/target.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace arouter::validate {

namespace {

Error wrong(std::string message) {
  return client_error(ErrorKind::bad_request, std::move(message));
}

Result<Secret> key_from(const std::string& variable) {
  if (variable.empty()) return Secret();
  const char* value = std::getenv(variable.c_str());
  if (value == nullptr || *value == '\0') return wrong("the variable " + variable + " is not set");
  return Secret(value);
}

/// Errors: bad_request naming what is wrong with the URL.
Result<Address> split_base_url(std::string_view url) {
  Address address;
  address.tls = url.starts_with("https://");
  if (!address.tls && !url.starts_with("http://")) return wrong("the URL must begin with https://");
  url.remove_prefix(address.tls ? 8 : 7);
  if (url.find_first_of("?#@ ") != url.npos)
    return wrong("the URL may hold no user, query or blank");
  const std::size_t slash = url.find('/');
  address.host_header = std::string(url.substr(0, slash));
  address.base_path = slash == url.npos ? std::string() : std::string(url.substr(slash));
  while (address.base_path.ends_with('/')) address.base_path.pop_back();
  std::string_view host = address.host_header;
  address.port = address.tls ? 443 : 80;
  const std::size_t colon = host.rfind(':');
  if (colon != host.npos && host.find(']', colon) == host.npos) {
    const std::string_view digits = host.substr(colon + 1);
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (failure != std::errc() || end != digits.data() + digits.size() || address.port == 0) {
      return wrong("the URL's port is no number from 1 to 65535");
    }
    host = host.substr(0, colon);
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return wrong("the URL names no host");
  address.host = std::string(host);
  return address;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

Result<Target> resolve_target(const TargetOptions& options) {
  if (options.base_url.empty()) return wrong("--base-url is missing");
  if (options.model.empty()) return wrong("--model is missing");
  Result<Address> address = split_base_url(options.base_url);
  if (!address) return address.error();
  Result<Secret> key = key_from(options.key_env);
  if (!key) return key.error();
  if (!address->tls && !key->empty() && !is_loopback(address->host) && !options.insecure) {
    return wrong("a key would travel over plain http to " + address->host +
                 "; use https, or say --insecure");
  }
  Target target;
  target.address = *address;
  target.base_url = options.base_url;
  while (target.base_url.ends_with('/')) target.base_url.pop_back();
  target.model = options.model;
  target.ca_file = options.ca_file;
  target.key = *key;
  return target;
}

}  // namespace arouter::validate
