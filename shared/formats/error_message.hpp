// What a provider says in an error body, whatever its format.
#pragma once

#include <string>
#include <string_view>

namespace arouter {

/// The message of a provider's error body, whatever its shape (an object or a string in `error`,
/// `message`, `detail`, or an array that begins with one of these), cut to 500 bytes; "" when there
/// is none. `secret`, where it occurs, becomes "***": some providers repeat the key they were sent.
std::string find_error_message(std::string_view body, std::string_view secret = {});

/// `text` with "***" where `secret` occurs.
std::string mask_secret(std::string text, std::string_view secret);

}  // namespace arouter
