#include "shared/errors/provider_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/errors/blame.hpp"
#include "shared/errors/cause.hpp"
#include "shared/errors/native_error.hpp"
#include "shared/errors/wait.hpp"
#include "shared/formats/error_message.hpp"

namespace arouter {

namespace {

// What it becomes; whom it counts against follows from that (blame.hpp). Status 0: that of the
// kind; kKept: the provider's own.
constexpr std::uint16_t kKept = 1;
struct Row {
  Cause cause;
  ErrorKind kind;
  std::uint16_t status;
  std::string_view code;  // "": that of the kind
  bool retryable;
};
constexpr std::array<Row, 15> kRows{{
    {Cause::request, ErrorKind::bad_request, kKept, "provider_rejected", false},
    {Cause::too_long, ErrorKind::bad_request, kKept, "context_length_exceeded", false},
    {Cause::content, ErrorKind::bad_request, 400, "content_filter", false},
    {Cause::model, ErrorKind::model_not_found, 404, "", true},
    {Cause::route, ErrorKind::bad_request, kKept, "provider_rejected", true},
    {Cause::place, ErrorKind::upstream_refused, 0, kRegionCode, true},
    {Cause::key, ErrorKind::upstream_auth, 0, "", true},
    {Cause::credit, ErrorKind::upstream_refused, 0, kCreditCode, true},
    {Cause::rate, ErrorKind::rate_limited, 0, "", true},
    {Cause::overload, ErrorKind::overloaded, 0, "", true},
    {Cause::slow, ErrorKind::upstream_timeout, 0, "", true},
    {Cause::early, ErrorKind::upstream_refused, 0, kEarlyCode, true},
    {Cause::redirect, ErrorKind::upstream_refused, 0, "upstream_redirect", true},
    {Cause::proxy, ErrorKind::upstream_auth, 0, kProxyAuthCode, true},
    {Cause::trouble, ErrorKind::upstream_refused, 0, "", true},
}};

constexpr bool rows_follow_the_causes() {
  std::size_t index = 0;
  for (const Row& row : kRows) {
    if (static_cast<std::size_t>(row.cause) != index++) return false;
  }
  return true;
}
static_assert(rows_follow_the_causes());

bool is_inside(const ProviderFailure& failure) {
  return failure.status >= 200 && failure.status < 300;
}

/// The status that counts: the answer's, unless the error says better. A 500 whose own words blame
/// the request does: clients would send it again for ever, and it would count against the endpoint.
int status_of(const ProviderFailure& failure, const NativeError& native) {
  if (is_inside(failure)) return status_inside(native);
  if (failure.status != 500) return failure.status;
  const int own = status_inside(native);
  return own == 400 || own == 413 || own == 422 ? own : 500;
}

std::string name_of(std::string_view provider) {
  if (provider.empty()) return "the provider";
  return "provider '" + std::string(provider) + "'";
}

std::string message_for(Cause cause, const ProviderFailure& failure, std::string said) {
  const std::string name = name_of(failure.provider);
  if (cause == Cause::key || cause == Cause::proxy)
    return name + " refused this daemon's credential";
  if (cause == Cause::credit) return name + " has no credit left for this daemon's account";
  if (cause == Cause::redirect) return name + " answered with a redirect, which is not followed";
  if (!said.empty()) return said;
  if (is_inside(failure)) return name + " reported an error in its answer";
  return name + " answered with status " + std::to_string(failure.status);
}

/// A word of the provider's, as it may be repeated.
std::string shown_word(std::string word, std::string_view secret) {
  constexpr std::size_t kLongest = 64;
  return word.size() > kLongest ? std::string() : mask_secret(std::move(word), secret);
}

std::string_view request_id_of(const ProviderFailure& failure, const NativeError& native) {
  if (!native.request_id.empty() || failure.fields == nullptr) return native.request_id;
  for (const char* name : {"x-request-id", "request-id"}) {
    if (const std::string_view* id = failure.fields->find(name); id != nullptr) return *id;
  }
  return {};
}

/// What the log says beside the message.
std::string detail_for(Cause cause, const ProviderFailure& failure, const NativeError& native,
                       std::string_view said) {
  std::string detail = "status " + std::to_string(failure.status);
  const auto tell = [&](const char* what, std::string_view word) {
    const std::string shown = shown_word(std::string(word), failure.secret);
    if (!shown.empty()) detail += what + shown;
  };
  tell(", code ", native.code);
  tell(", type ", native.type);
  tell(", its request ", request_id_of(failure, native));
  const bool is_ours = cause == Cause::key || cause == Cause::proxy || cause == Cause::credit;
  if (is_ours && !said.empty()) detail += ", said: " + std::string(said);
  return detail;
}

std::uint32_t wait_for(const ProviderFailure& failure, const NativeError& native) {
  if (native.is_daily) return kLongestWait_s;
  std::uint32_t wait = failure.fields == nullptr ? 0 : find_wait(*failure.fields, failure.now_s);
  if (wait == 0 && native.wait_ms > 0) wait = wait_of_ms(native.wait_ms);
  if (wait == 0) wait = find_wait_in(native.message);
  return std::max(wait, 1U);
}

std::uint16_t status_for(const Row& row, int told) {
  if (row.status != kKept) return row.status;
  if (row.cause == Cause::too_long && told != 413 && told != 422) return 400;
  return static_cast<std::uint16_t>(told >= 400 && told < 500 ? told : 400);
}

}  // namespace

Error provider_error(const ProviderFailure& failure) {
  const NativeError native = read_native_error(failure.body);
  const int status = status_of(failure, native);
  const Cause cause = find_cause(native, status);
  const Row& row = kRows[static_cast<std::size_t>(cause)];

  Error error = upstream_error(row.kind, {});
  error.status = status_for(row, status);
  error.code = row.code;
  error.retryable = row.retryable;
  error.provider = failure.provider;
  if (cause == Cause::request || cause == Cause::too_long) {
    error.param = shown_word(native.param, failure.secret);
  }
  if (cause == Cause::rate || cause == Cause::overload) {
    error.retry_after_s = wait_for(failure, native);
  }
  const std::string said = shown_message(native.message, failure.secret);
  error.detail = detail_for(cause, failure, native, said);
  error.message = message_for(cause, failure, said);
  if (!failure.is_callers) return error;
  if (cause == Cause::key && status == 403) error.status = 403;
  return about_caller_key(std::move(error), said);
}

Error about_caller_key(Error error, std::string_view said) {
  const Blame blame = blame_of(error);
  std::string verb;
  if (blame == Blame::credential_revoked) {
    verb = "refused";
    error.code = kCallerKeyCode;
    if (error.status == 0) error.status = 401;
  } else if (blame == Blame::credential_limited) {
    verb = error.code == kCreditCode ? "has no credit left for" : "limits";
    error.status = error.code == kCreditCode ? 402 : 429;
  } else {
    return error;
  }
  error.message = name_of(error.provider) + " " + verb + " the request's own key";
  if (!said.empty()) error.message += ": " + std::string(said);
  return error;
}

Error error_in_answer(std::string_view body) {
  return provider_error({.status = 200, .body = body});
}

}  // namespace arouter
