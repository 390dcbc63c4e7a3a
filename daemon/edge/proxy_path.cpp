#include "daemon/edge/proxy_path.hpp"

#include <algorithm>

#include "shared/http/byte_class.hpp"
#include "shared/http/head.hpp"
#include "shared/origin.hpp"

namespace arouter::daemon {

namespace {

std::string_view first_segment(std::string_view path) {
  path.remove_prefix(std::min<std::size_t>(1, path.size()));
  return path.substr(0, path.find('/'));
}

Error bad_path(const char* what) {
  Error error = client_error(ErrorKind::bad_request, std::string("the path ") + what);
  error.code = "bad_path";
  return error;
}

Result<void> check_segment(std::string_view segment) {
  const Result<std::string> decoded = percent_decode(segment);
  if (!decoded) return bad_path("is not well encoded");
  if (decoded->find_first_of("/\\") != std::string::npos) {
    return bad_path("holds an encoded slash or a backslash");
  }
  const std::string_view name = std::string_view(*decoded).substr(0, decoded->find(';'));
  if (name.ends_with('.')) return bad_path("holds a segment that ends in a dot");
  return {};
}

}  // namespace

const Provider* find_proxied(std::string_view path, const Catalog& catalog) {
  std::string name(first_segment(path));
  if (name.empty() || path.size() <= name.size() + 1) return nullptr;
  std::transform(name.begin(), name.end(), name.begin(), ascii_lower);
  return catalog.find_provider(name);
}

Result<std::string_view> check_proxied_path(std::string_view path) {
  const std::string_view rest = path.substr(1 + first_segment(path).size());
  std::string_view left = rest.substr(1);
  while (!left.empty()) {
    const std::size_t end = std::min(left.find('/'), left.size());
    if (end == 0) return bad_path("holds an empty segment");
    if (Result<void> good = check_segment(left.substr(0, end)); !good) return good.error();
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return rest;
}

std::string proxied_target(const Provider& provider, std::string_view rest) {
  return std::string(without_api_version(provider.origin.base_path)) + std::string(rest);
}

}  // namespace arouter::daemon
