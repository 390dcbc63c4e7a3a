// What is asked of the ledger, and the sums that it answers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/money.hpp"

namespace arouter {

/// What rows are summed by.
enum class UsageGroup : std::uint8_t { endpoint, provider, model, key, user, day };

/// Sums over rows, for one group; of the texts those that it is made by.
struct UsageSum {
  std::string provider, model;  // of UsageGroup::endpoint both
  std::string key_hash, user;
  std::string day;  // "2027-01-31", of UTC
  std::int64_t requests = 0;
  std::int64_t failures = 0;  // error and truncated; a client that left is no failure
  std::int64_t input_tokens = 0, output_tokens = 0;
  Money cost{};
};

/// Of which requests.
struct SumQuery {
  std::int64_t since_us = 0;  // that began then or later, in microseconds since 1970
  std::string key_hash{};     // "": of all keys
  UsageGroup by = UsageGroup::endpoint;
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
  std::int32_t first_day = 0;
};

}  // namespace arouter
