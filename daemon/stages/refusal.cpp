#include "daemon/stages/refusal.hpp"

#include <algorithm>

#include "shared/formats/error_message.hpp"

namespace arouter::daemon {

namespace {

bool blames_request(int status) {
  return status >= 400 && status < 500 && status != 401 && status != 402 && status != 403 &&
         status != 407 && status != 408 && status != 429;
}

/// Google blames the request for a key that it does not know; the key is ours.
bool refuses_key(const Refusal& refusal) {
  if (refusal.status == 400) {
    return refusal.body.find(R"("API_KEY_INVALID")") != std::string_view::npos;
  }
  return refusal.status == 401 || refusal.status == 403 || refusal.status == 407;
}

std::string message_of(const Refusal& refusal, const std::string& provider) {
  std::string message = find_error_message(refusal.body, refusal.secret);
  if (!message.empty()) return message;
  return "provider '" + provider + "' answered with status " + std::to_string(refusal.status);
}

}  // namespace

std::uint32_t decode_retry_after(std::string_view value) noexcept {
  constexpr std::uint32_t kMost = 300;
  if (value.empty()) return 0;
  std::uint32_t seconds = 0;
  for (const char digit : value) {
    if (digit < '0' || digit > '9') return 0;
    seconds = std::min(seconds * 10 + static_cast<std::uint32_t>(digit - '0'), kMost);
  }
  return std::max(seconds, std::uint32_t{1});
}

Error refusal_error(const Refusal& refusal, const std::string& provider) {
  const int status = refusal.status;
  Error error = upstream_error(ErrorKind::upstream_refused, message_of(refusal, provider),
                               "status " + std::to_string(status));
  error.provider = provider;
  if (refuses_key(refusal)) {
    error.kind = ErrorKind::upstream_auth;
    error.message = "provider '" + provider + "' refused this daemon's credential";
  } else if (status == 429) {
    error.kind = ErrorKind::rate_limited;
    error.retry_after_s = std::max(decode_retry_after(refusal.retry_after), 1U);
  } else if (status == 503 || status == 529) {
    error.status = 503;
    error.retry_after_s = std::max(decode_retry_after(refusal.retry_after), 1U);
  } else if (status == 408 || status == 504) {
    error.kind = ErrorKind::upstream_timeout;
  } else if (status >= 300 && status < 400) {
    error.message = "provider '" + provider + "' answered with a redirect, which is not followed";
    error.code = "upstream_redirect";
  } else if (blames_request(status)) {
    error.kind = ErrorKind::bad_request;
    error.status = static_cast<std::uint16_t>(status);
    error.code = "provider_rejected";
    error.retryable = false;
  }
  return error;
}

}  // namespace arouter::daemon
