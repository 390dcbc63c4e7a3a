#include "shared/error.hpp"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace arouter {

namespace {

struct KindRow {
  ErrorKind kind;
  int status;
  std::string_view code;
};

// One row per kind, in the order of the enum.
constexpr KindRow kKinds[] = {
    {ErrorKind::bad_request, 400, "invalid_request"},
    {ErrorKind::unauthorized, 401, "invalid_api_key"},
    {ErrorKind::payment_required, 402, "budget_exhausted"},
    {ErrorKind::forbidden, 403, "forbidden"},
    {ErrorKind::not_found, 404, "not_found"},
    {ErrorKind::model_not_found, 404, "model_not_found"},
    {ErrorKind::method_not_allowed, 405, "method_not_allowed"},
    {ErrorKind::request_timeout, 408, "request_timeout"},
    {ErrorKind::body_too_large, 413, "body_too_large"},
    {ErrorKind::uri_too_long, 414, "uri_too_long"},
    {ErrorKind::unsupported_media_type, 415, "unsupported_media_type"},
    {ErrorKind::expectation_failed, 417, "expectation_failed"},
    {ErrorKind::upgrade_required, 426, "upgrade_required"},
    {ErrorKind::rate_limited, 429, "rate_limit_exceeded"},
    {ErrorKind::headers_too_large, 431, "headers_too_large"},
    {ErrorKind::internal, 500, "internal_error"},
    {ErrorKind::not_implemented, 501, "not_implemented"},
    {ErrorKind::upstream_auth, 502, "upstream_auth"},
    {ErrorKind::upstream_refused, 502, "upstream_refused"},
    {ErrorKind::upstream_unreachable, 502, "upstream_unreachable"},
    {ErrorKind::upstream_malformed, 502, "upstream_malformed"},
    {ErrorKind::upstream_truncated, 502, "upstream_truncated"},
    {ErrorKind::overloaded, 503, "overloaded"},
    {ErrorKind::ledger_unavailable, 503, "ledger_unavailable"},
    {ErrorKind::draining, 503, "draining"},
    {ErrorKind::upstream_timeout, 504, "upstream_timeout"},
    {ErrorKind::version_not_supported, 505, "version_not_supported"},
};

const KindRow& row(ErrorKind kind) noexcept {
  return kKinds[static_cast<std::size_t>(kind)];
}

constexpr bool rows_follow_the_enum() {
  std::size_t index = 0;
  for (const KindRow& each : kKinds) {
    if (static_cast<std::size_t>(each.kind) != index++) return false;
  }
  return true;
}
static_assert(rows_follow_the_enum());

}  // namespace

int http_status(ErrorKind kind) noexcept {
  return row(kind).status;
}

int http_status(const Error& error) noexcept {
  return error.status != 0 ? error.status : http_status(error.kind);
}

std::string_view error_type(int status) noexcept {
  switch (status) {
    case 401:
      return "authentication_error";
    case 402:
      return "payment_required";
    case 403:
      return "forbidden_error";
    case 404:
      return "not_found_error";
    case 429:
      return "rate_limit_error";
    default:
      return status < 500 ? "invalid_request_error" : "server_error";
  }
}

std::string_view error_code(const Error& error) noexcept {
  return error.code.empty() ? row(error.kind).code : std::string_view(error.code);
}

Error client_error(ErrorKind kind, std::string message, std::string param) {
  Error error;
  error.kind = kind;
  error.source = ErrorSource::downstream;
  error.message = std::move(message);
  error.param = std::move(param);
  return error;
}

Error upstream_error(ErrorKind kind, std::string message, std::string detail) {
  Error error;
  error.kind = kind;
  error.source = ErrorSource::upstream;
  error.retryable = true;
  error.message = std::move(message);
  error.detail = std::move(detail);
  return error;
}

Error internal_error(std::string detail) {
  Error error;
  error.message = "internal error";
  error.detail = std::move(detail);
  return error;
}

}  // namespace arouter

namespace boost::system {

void throw_exception_from_error(const arouter::Error& error, const boost::source_location& where) {
  std::fprintf(stderr, "arouter: value() of a failed Result at %s:%u: %s\n", where.file_name(),
               static_cast<unsigned>(where.line()), error.message.c_str());
  std::abort();
}

}  // namespace boost::system
