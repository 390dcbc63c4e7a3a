// What a provider's error status means for the client: a pure function.
//
// What a provider says about our credential or account (401, 402, 403, 407) is not the client's
// trouble: it becomes a 502. What blames the request keeps its status and message.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter::daemon {

struct Refusal {
  int status = 0;
  std::string_view body;         // as far as it was read
  std::string_view retry_after;  // the header's value, "" when absent
  std::string_view secret;       // must not be echoed in a message
};

Error refusal_error(const Refusal& refusal, const std::string& provider);

/// Seconds of a Retry-After in digits, 1..300; 0 when it is absent, a date or garbage.
std::uint32_t decode_retry_after(std::string_view value) noexcept;

}  // namespace arouter::daemon
