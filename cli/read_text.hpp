// Texts that a command is given by the name of a file.
#pragma once

#include <cstddef>
#include <string>

#include "shared/error.hpp"

namespace arouter {

inline constexpr std::size_t kMostTextBytes = 8 * 1024 * 1024;  // the daemon takes bodies of 10 MB

/// All of the file, or of standard input for "-". Errors: bad_request with what to do: it cannot be
/// read, is larger than kMostTextBytes, or no UTF-8.
Result<std::string> read_text(const std::string& path);

/// Errors: bad_request when it is no UTF-8.
Result<void> must_be_text(const std::string& text, const std::string& what);

}  // namespace arouter
