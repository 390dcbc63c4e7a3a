// What is asked of the ledger, and the sums that it answers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "shared/money.hpp"
#include "shared/usage.hpp"

namespace arouter {

/// What rows are summed by.
enum class UsageGroup : std::uint8_t { endpoint, provider, model, key, user, hour, day, month };

/// Sums over rows, for one group; of the texts those that it is made by.
struct UsageSum {
  std::string provider, model;  // of UsageGroup::endpoint both
  std::string key_hash, user;
  std::string time;  // when hour, day or month begins: "2027-01-31T00:00:00Z"
  std::int64_t requests = 0;
  std::int64_t failures = 0;  // error and truncated; a client that left is no failure
  std::int64_t input_tokens = 0, output_tokens = 0;
  Money cost{};
  Money repriced{};  // by SumQuery::reprice
};

/// Of which requests: those that all members let pass.
struct SumQuery {
  std::int64_t since_us = 0, until_us = INT64_MAX;  // when they began, Unix microseconds, [,)
  std::string key_hash{}, provider{}, model{};      // "": all
  UsageGroup by = UsageGroup::endpoint;
  /// What a request would cost that began at that Unix second. Called on the ledger's thread.
  std::function<Money(const Usage& usage, std::int64_t began_s)> reprice{};
};

/// Which rows, the youngest first.
struct RowQuery {
  std::int64_t id = 0;             // this one alone; 0: all
  std::string key_hash{}, user{};  // of these; "": of all
  std::size_t most = 1;
};

/// What was spent on a day of UTC, in days since 1970.
struct DaySum {
  std::string key_hash, user;
  std::int32_t day = 0;
  Money cost{};  // without what callers paid with provider keys of their own
};

struct DayQuery {
  std::vector<std::string> keys{};  // by their hashes; none: all
};

}  // namespace arouter
