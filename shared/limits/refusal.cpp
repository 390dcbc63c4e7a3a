#include "shared/limits/refusal.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "shared/limits/rate.hpp"

namespace arouter::limits {

namespace {

constexpr std::array<std::string_view, 5> kScopes{"key", "user", "model", "provider", "total"};

std::uint32_t seconds_up(std::int64_t ns) {
  constexpr std::int64_t kSecond_ns = 1'000'000'000;
  const std::int64_t seconds = std::max<std::int64_t>((ns - 1) / kSecond_ns + 1, 1);
  return static_cast<std::uint32_t>(
      std::min<std::int64_t>(seconds, std::numeric_limits<std::uint32_t>::max()));
}

/// "of this key", or for whom else it is.
std::string whose(Scope scope) {
  if (scope == Scope::total) return "for everybody";
  return "of this " + std::string(scope_name(scope));
}

std::string budget_words(const Refusal& refusal) {
  const std::string period = refusal.budget.period == Period::lifetime
                                 ? std::string()
                                 : std::string(period_name(refusal.budget.period)) + " ";
  return "the " + period + "budget " + whose(refusal.scope) + ", " +
         format_usd(refusal.budget.limit) + ",";
}

std::string out_of_budget_words(const Refusal& refusal) {
  const std::string asked = "this request may cost " + format_usd(refusal.money_asked);
  if (refusal.money_left.pico_usd <= 0) return budget_words(refusal) + " is used up: " + asked;
  return budget_words(refusal) + " does not suffice: " + asked + " and " +
         format_usd(refusal.money_left) + " is left; a smaller max_tokens makes it cheaper";
}

std::string rate_words(const Refusal& refusal, const char* what) {
  return "rate limit exceeded: the limit " + whose(refusal.scope) + " is " +
         std::to_string(refusal.limit) + " " + what;
}

std::string words(const Refusal& refusal) {
  switch (refusal.kind) {
    case LimitKind::requests_per_minute:
      return rate_words(refusal, "requests per minute");
    case LimitKind::requests_per_day:
      return rate_words(refusal, "requests per day");
    case LimitKind::concurrency:
      return rate_words(refusal, "requests at once");
    case LimitKind::tokens_per_minute:
      return rate_words(refusal, "tokens per minute") + ", and this request asks for " +
             std::to_string(refusal.asked) +
             (refusal.wait_ns == kNever ? ": it can only go in parts" : "");
    case LimitKind::budget:
      return out_of_budget_words(refusal);
    case LimitKind::price:
      break;
  }
  return budget_words(refusal) +
         " is hard, and this model has no price to keep to it with: state its 'pricing' in the "
         "configuration (\"0\" where it is free)";
}

}  // namespace

std::string_view scope_name(Scope scope) noexcept {
  return kScopes[static_cast<std::size_t>(scope)];
}

Error refusal_error(const Refusal& refusal) {
  if (refusal.kind == LimitKind::budget || refusal.kind == LimitKind::price) {
    Error error = client_error(ErrorKind::payment_required, words(refusal));
    if (refusal.kind == LimitKind::price) error.code = "price_unknown";
    return error;
  }
  if (refusal.wait_ns == kNever) {
    // No 429: clients would send it again and again.
    Error error = client_error(ErrorKind::bad_request, words(refusal));
    error.code = "above_rate_limit";
    return error;
  }
  Error error = client_error(ErrorKind::rate_limited, words(refusal));
  error.retry_after_s = seconds_up(refusal.wait_ns);
  return error;
}

}  // namespace arouter::limits
