// Why a request is refused by a limit, and what the client is told.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/error.hpp"
#include "shared/limits/budget.hpp"

namespace arouter::limits {

enum class Scope : std::uint8_t { key, user, model, provider, total };
std::string_view scope_name(Scope scope) noexcept;

enum class LimitKind : std::uint8_t {
  requests_per_minute,
  requests_per_day,
  tokens_per_minute,
  concurrency,
  budget,
  price,  // a hard budget, and a request whose cost has no known bound
};

/// Which limit refuses: of several the one to wait for longest.
struct Refusal {
  Scope scope = Scope::key;
  LimitKind kind = LimitKind::requests_per_minute;
  // After which the same request is admitted, if nobody else takes what comes free. kNever: no time
  // helps. Of concurrency, whose end nobody knows, a second.
  std::int64_t wait_ns = 0;
  std::int64_t limit = 0;  // of rates and concurrency
  std::int64_t asked = 0;  // tokens
  Budget budget{};
  Money money_asked{}, money_left{};
};

/// The error to answer with: 429 with the wait, or 402 for money; 400 for what asks for more than
/// the limit lets go at once, ever. It names the limit.
Error refusal_error(const Refusal& refusal);

}  // namespace arouter::limits
