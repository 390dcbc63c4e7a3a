// The fields of a query, as our own API reads them.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter::daemon {

/// Decoded; nothing when it is absent or empty. Errors: bad_request.
Result<std::optional<std::string>> read_query_text(std::string_view query, std::string_view name);

struct CountRange {
  std::size_t least = 0, most = std::numeric_limits<std::size_t>::max();
};
/// `absent` when it is absent or empty. Errors: bad_request with `param`.
Result<std::size_t> read_query_count(std::string_view query, std::string_view name,
                                     std::size_t absent, CountRange range = {});

}  // namespace arouter::daemon
