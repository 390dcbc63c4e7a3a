// What a provider says in an error body, as it may be shown.
#pragma once

#include <string>
#include <string_view>

namespace arouter {

/// The message of a provider's error body, whatever its shape, cut to 500 bytes; "" when there is
/// none. `secret`, where it occurs, becomes "***": some providers repeat the key they were sent.
std::string find_error_message(std::string_view body, std::string_view secret = {});

/// A message as it may be shown: masked and cut.
std::string shown_message(std::string text, std::string_view secret);

/// `text` with "***" where `secret` occurs.
std::string mask_secret(std::string text, std::string_view secret);

}  // namespace arouter
