#include "shared/validate/rule.hpp"

#include <algorithm>
#include <array>

#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

Outcome outcome_of(const Judgement& judgement, Severity severity) {
  switch (judgement.kind) {
    case Judgement::Kind::good:
      return Outcome::pass;
    case Judgement::Kind::skipped:
      return Outcome::skip;
    case Judgement::Kind::inconclusive:
      return Outcome::inconclusive;
    case Judgement::Kind::broken:
      break;
  }
  if (severity == Severity::must) return Outcome::fail;
  return severity == Severity::should ? Outcome::warn : Outcome::info;
}

}  // namespace

std::string_view severity_name(Severity severity) noexcept {
  constexpr std::array<std::string_view, 3> names{"must", "should", "info"};
  return names[static_cast<std::size_t>(severity)];
}

std::string_view need_name(Need need) noexcept {
  return need == Need::any ? "any server" : "text";
}

std::string_view outcome_name(Outcome outcome) noexcept {
  constexpr std::array<std::string_view, 7> names{"pass", "fail",         "warn", "info",
                                                  "skip", "inconclusive", "error"};
  return names[static_cast<std::size_t>(outcome)];
}

std::span<const Area> all_areas() {
  static const std::array<Area, 9> areas{{
      {"transport", "Transport", http_rules()},
      {"sse", "Event stream", sse_rules()},
      {"chat", "Chat", chat_rules()},
      {"stream", "Chat stream", stream_rules()},
      {"usage", "Usage", usage_rules()},
      {"auth", "Credentials", auth_rules()},
      {"errors", "Errors", error_rules()},
      {"models", "Models", models_rules()},
      {"metadata", "Metadata", metadata_rules()},
  }};
  return areas;
}

std::size_t rule_count() {
  std::size_t count = 0;
  for (const Area& area : all_areas()) count += area.rules.size();
  return count;
}

std::vector<Finding> judge_all(const Transcript& transcript) {
  std::vector<Finding> findings;
  findings.reserve(rule_count());
  for (const Area& area : all_areas()) {
    for (const Rule& rule : area.rules) {
      Judgement judgement = rule.judge(transcript);
      // The larger value is the milder severity.
      const Severity severity = std::max(judgement.severity, rule.severity);
      const Outcome outcome = outcome_of(judgement, severity);
      findings.push_back({&rule, area.name, severity, outcome, std::move(judgement.message),
                          std::move(judgement.evidence)});
      if (judgement.kind != Judgement::Kind::broken) findings.back().severity = rule.severity;
    }
  }
  return findings;
}

}  // namespace arouter::validate
