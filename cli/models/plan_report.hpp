// The plan that the daemon answers to X-ARouter-Explain: read, and shown to people. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/models/styled_line.hpp"
#include "cli/table.hpp"
#include "shared/error.hpp"
#include "shared/money.hpp"

namespace arouter {

/// An endpoint that was thought of; what the daemon does not say is empty, 0 or nothing.
struct PlannedEndpoint {
  std::int64_t position = 0;  // 0: dropped
  std::string tag, model, upstream_model, found_by, verdict, reason, format;
  std::optional<Money> prompt, completion;  // per million tokens
  std::string health;                       // in words: "99.50% ok, 420 ms", "" for unknown
  std::string keys;                         // "2 of 3 ready", "none needed"
  std::string other_keys;                   // "1 cooling, in 12 s": of those that are not ready
};

struct PlanReport {
  std::string requested, strategy;
  std::vector<PlannedEndpoint> endpoints;  // in the order of their positions, then the dropped ones

  std::size_t kept() const;
};

/// Errors: upstream_malformed when `document` is no plan.
Result<PlanReport> decode_plan_report(std::string_view document);

/// Tab-separated for programs: position ("" when dropped), endpoint, model, model at the provider,
/// prices per million, health, keys, verdict, reason.
Table plan_table(const PlanReport& report);
/// For people: what was asked for, a table without the reasons, and under a row that was set back
/// or dropped its reason, broken at `width`.
std::vector<StyledLine> lay_out_plan(const PlanReport& report, std::size_t width);

}  // namespace arouter
