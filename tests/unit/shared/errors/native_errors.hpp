// Errors as providers send them, and what each becomes.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "shared/errors/blame.hpp"

namespace arouter {

struct NativeCase {
  std::string_view source;  // the document that shows it, checked 2026-11-30, or who was seen to
  int status;
  std::string_view body;
  std::string_view told;  // our status and code
  Blame blame;
  bool retryable;
  std::uint32_t wait_s = 0;  // of Retry-After; 0: not looked at
};

std::vector<NativeCase> native_cases();
/// Those of them that stand in a file of their own.
std::span<const NativeCase> further_native_cases();

namespace native_words {

inline constexpr std::string_view kRejected = "400 provider_rejected";
inline constexpr std::string_view kAuth = "502 upstream_auth";
inline constexpr std::string_view kCredit = "502 upstream_credit";
inline constexpr std::string_view kRate = "429 rate_limit_exceeded";
inline constexpr std::string_view kOverloaded = "503 overloaded";
inline constexpr std::string_view kRefused = "502 upstream_refused";
inline constexpr std::string_view kModel = "404 model_not_found";
inline constexpr std::string_view kLong = "400 context_length_exceeded";
inline constexpr std::string_view kFilter = "400 content_filter";
inline constexpr std::string_view kSlow = "504 upstream_timeout";
inline constexpr std::string_view kRegion = "502 region_restricted";

inline constexpr Blame kNobody = Blame::nobody;
inline constexpr Blame kKey = Blame::credential_revoked;
inline constexpr Blame kLimit = Blame::credential_limited;
inline constexpr Blame kEndpoint = Blame::endpoint;

}  // namespace native_words

}  // namespace arouter
