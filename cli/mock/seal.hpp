// The opaque text that goes with a thought and comes back with the next request: the signature of
// Anthropic and Gemini, the encrypted content of Responses. Nobody but the mock can make one, as
// with the real providers, so that a client that loses or invents one is found out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace arouter::mock {

/// Base64 text of 48 characters.
std::string make_seal(std::uint64_t number);
bool is_seal(std::string_view text);

}  // namespace arouter::mock
