// From findings to a verdict and its two forms, text and JSON. Pure: the same transcript gives the
// same bytes.
#pragma once

#include <string>
#include <vector>

#include "shared/validate/rule.hpp"

namespace arouter::validate {

/// The set of rules and severities a verdict refers to; frozen, so that a newer arouter does not
/// turn a passing provider red.
inline constexpr std::string_view kProfile = "openai-2026.1";

enum class Verdict : std::uint8_t { ready, ready_with_limits, not_ready, not_measured };

std::string_view verdict_name(Verdict verdict) noexcept;

struct AreaScore {
  std::string_view title;
  std::string_view name;
  std::size_t passed = 0;    // required rules that passed
  std::size_t required = 0;  // required rules that could be judged
};

struct Report {
  Transcript transcript;
  Verdict verdict = Verdict::not_measured;
  std::string obstacle;  // why nothing could be measured; "" when something was
  std::vector<Finding> findings;
  std::vector<AreaScore> areas;

  std::size_t count(Outcome outcome) const;
};

/// Why neither the plain nor the streamed chat got an answer that can be judged; "" when one did.
std::string obstacle_of(const Transcript& transcript);

/// `secret`: the key that was sent. Long ones are masked in the transcript already; short ones are
/// masked here, in what is quoted from answers.
Report make_report(Transcript transcript, std::string_view secret);

/// Exit code by the contract of the command: 0, 1 or 3. `strict` makes warnings failures.
int exit_code(const Report& report, bool strict) noexcept;

/// For a person: the verdict in five lines, then what fails, then what is merely wrong. `strict` as
/// for exit_code(), which the first line agrees with.
std::string render_text(const Report& report, bool strict = false);
/// Schema "arouter-validate/1"; ends in a line feed.
std::string render_json(const Report& report);
/// Every rule with its severity and what it demands.
std::string render_rule_list();

/// A command line that repeats the exchange; the key is a shell variable.
std::string render_curl(const Exchange& exchange);

}  // namespace arouter::validate
