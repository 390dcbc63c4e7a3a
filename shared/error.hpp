// Errors are values. Every function that can fail at run time returns Result<T>.
//
// A router asks four things of a failure: what happened (kind), on which side (source), whether
// another endpoint may be tried (retryable), and what the client may read (message). What only an
// operator may see (upstream bodies, addresses) goes into `detail`: logged, never sent. Neither
// text ever holds a key.
#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace arouter {

enum class ErrorKind : std::uint8_t {
  bad_request,             // 400  the body or its head breaks a rule
  unauthorized,            // 401  the client key is missing or unknown
  payment_required,        // 402  a budget is used up
  forbidden,               // 403  Host, Origin or policy refuses
  not_found,               // 404  no such route
  model_not_found,         // 404  no provider offers the model
  method_not_allowed,      // 405
  request_timeout,         // 408  the client was too slow
  body_too_large,          // 413
  uri_too_long,            // 414
  unsupported_media_type,  // 415
  expectation_failed,      // 417
  upgrade_required,        // 426
  rate_limited,            // 429
  headers_too_large,       // 431
  internal,                // 500  a bug in arouter
  not_implemented,         // 501
  upstream_auth,           // 502  the provider refused our credential
  upstream_refused,        // 502  the provider answered with an error status
  upstream_unreachable,    // 502  DNS, TCP or TLS failed before any byte of an answer
  upstream_malformed,      // 502  the answer breaks HTTP or the provider's own format
  upstream_truncated,      // 502  the answer ended early
  overloaded,              // 503  a cap of ours is reached
  ledger_unavailable,      // 503  the ledger cannot book the request
  draining,                // 503  the daemon is stopping
  upstream_timeout,        // 504  a deadline of the provider's passed
  version_not_supported,   // 505
};

enum class ErrorSource : std::uint8_t { downstream, upstream, internal };

struct Error {
  ErrorKind kind = ErrorKind::internal;
  ErrorSource source = ErrorSource::internal;
  bool retryable = false;           // another endpoint may be tried
  std::uint16_t status = 0;         // 0: http_status(kind); else an upstream 4xx that is kept
  std::uint32_t retry_after_s = 0;  // 0: none said
  std::string message;              // for the client: actionable
  std::string detail;               // for the log: redacted
  std::string code{};               // stable symbol for machines; "": error_code(kind)
  std::string param{};              // the field at fault, "" when none
  std::string provider{};           // who refused; "" means arouter itself
};

template <class T>
using Result = boost::system::result<T, Error>;

/// HTTP status to answer `kind` with, 400..599. The only place where the two are tied together.
int http_status(ErrorKind kind) noexcept;
/// Status to answer `error` with: its own when it keeps an upstream 4xx, else that of its kind.
int http_status(const Error& error) noexcept;
/// OpenAI/ARouter `error.type` for a status, for example "rate_limit_error".
std::string_view error_type(int status) noexcept;
/// Stable `error.code`, for example "model_not_found".
std::string_view error_code(const Error& error) noexcept;

/// Short builders, so that the call site reads as a sentence.
Error client_error(ErrorKind kind, std::string message, std::string param = {});
Error upstream_error(ErrorKind kind, std::string message, std::string detail = {});
Error internal_error(std::string detail);

}  // namespace arouter

namespace boost::system {
/// Called by Result::value() on a failure; a bug by our rules, so it ends the process.
[[noreturn]] void throw_exception_from_error(const arouter::Error& error,
                                             const boost::source_location& where);
}  // namespace boost::system
