// The answer of GET /api/usage/summary: read and shown. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"
#include "shared/error.hpp"

namespace arouter {

struct UsageLine {
  std::string name;      // of what it is a sum of: a model, a key, a day
  std::string provider;  // beside a model, where both make the group
  std::int64_t requests = 0, failures = 0, input_tokens = 0, output_tokens = 0;
  std::string cost;     // USD, a decimal
  std::string what_if;  // likewise, with another model; "" where that was not asked
};

struct UsageReport {
  std::vector<UsageLine> lines;
  UsageLine total;
};

/// Errors: upstream_malformed when `body` is no usage summary.
Result<UsageReport> decode_usage_report(std::string_view body);

/// `by`: what is summed by, "" for providers and models. With the total as the last row for people,
/// and with bars of the costs; without them for programs, which sum by themselves.
Table usage_table(const UsageReport& report, const std::string& by, bool for_people);
/// As comma-separated values with a head line, which spreadsheets read: RFC 4180.
std::string usage_csv(const UsageReport& report, const std::string& by);

}  // namespace arouter
