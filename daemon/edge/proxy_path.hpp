// The path of a proxied request: "/{provider}/{rest}", where the rest is the provider's business.
#pragma once

#include <string>
#include <string_view>

#include "shared/catalog.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// The provider that the first segment of `path` names, whatever its case; null when it names none
/// or nothing follows.
const Provider* find_proxied(std::string_view path, const Catalog& catalog);

/// What follows the provider's name, with its slash. It travels byte for byte, so what two readers
/// could understand in two ways is refused: dot segments and trailing dots, also encoded or before
/// a ';', empty segments, encoded slashes and backslashes, and what percent_decode() refuses.
/// Errors: bad_request with code "bad_path".
Result<std::string_view> check_proxied_path(std::string_view path);

/// The path at the provider: the base_url's path less its version, and `rest`.
std::string proxied_target(const Provider& provider, std::string_view rest);

}  // namespace arouter::daemon
