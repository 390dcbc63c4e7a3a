#include "shared/errors/blame.hpp"

#include <algorithm>
#include <array>

namespace arouter {

namespace {

constexpr std::array<std::string_view, 3> kNobodys{kRegionCode, kEarlyCode, kCancelledCode};

}  // namespace

Blame blame_of(const Error& error) noexcept {
  if (error.source != ErrorSource::upstream) return Blame::nobody;
  if (std::find(kNobodys.begin(), kNobodys.end(), error.code) != kNobodys.end()) {
    return Blame::nobody;
  }
  if (error.code == kCreditCode) return Blame::credential_limited;
  switch (error.kind) {
    case ErrorKind::rate_limited:
      return Blame::credential_limited;
    case ErrorKind::upstream_auth:
      return error.code == kProxyAuthCode ? Blame::endpoint : Blame::credential_revoked;
    case ErrorKind::upstream_refused:
    case ErrorKind::upstream_unreachable:
    case ErrorKind::upstream_malformed:
    case ErrorKind::upstream_truncated:
    case ErrorKind::upstream_timeout:
    case ErrorKind::overloaded:
      return Blame::endpoint;
    default:
      return Blame::nobody;  // a request that is at fault, a model that is not there
  }
}

std::string_view error_source(const Error& error) noexcept {
  return error.provider.empty() ? std::string_view("arouter") : std::string_view(error.provider);
}

}  // namespace arouter
