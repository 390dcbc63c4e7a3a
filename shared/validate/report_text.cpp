// The report for a person.
#include "shared/validate/report.hpp"

namespace arouter::validate {

namespace {

std::string plural(std::size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

std::string headline(const Report& report, bool strict) {
  switch (report.verdict) {
    case Verdict::ready:
      return "READY for ARouter: every required check passes";
    case Verdict::ready_with_limits:
      if (exit_code(report, strict) != 0) {
        return "NOT READY for ARouter under --strict: no required check fails, but " +
               plural(report.count(Outcome::warn), "warning");
      }
      return "READY WITH LIMITS for ARouter: no required check fails, " +
             plural(report.count(Outcome::warn), "warning");
    case Verdict::not_ready:
      return "NOT READY for ARouter: " + plural(report.count(Outcome::fail), "required check") +
             (report.count(Outcome::fail) == 1 ? " fails" : " fail");
    case Verdict::not_measured:
      break;
  }
  return "NOT MEASURED: " + report.obstacle;
}

std::string seconds(std::int64_t ms) {
  return std::to_string(ms / 1'000) + "." + std::to_string(ms % 1'000 / 100) + " s";
}

std::string subject(const Report& report) {
  std::size_t requests = 0;
  for (const Exchange& exchange : report.transcript.exchanges) {
    requests += static_cast<std::size_t>(exchange.attempts);
  }
  return report.transcript.base_url + ", model " + report.transcript.model + ", profile " +
         std::string(kProfile) + ", " + plural(requests, "request") + ", " +
         seconds(report.transcript.duration_ms);
}

/// "Transport 11/11, …" over two lines.
std::string scores(const Report& report) {
  std::string out;
  const std::size_t half = (report.areas.size() + 1) / 2;
  for (std::size_t i = 0; i < report.areas.size(); ++i) {
    const AreaScore& score = report.areas[i];
    out += i == 0 ? "" : i == half ? "\n" : ", ";
    out += std::string(score.title) + " ";
    out += score.required == 0
               ? "not judged"
               : std::to_string(score.passed) + "/" + std::to_string(score.required);
  }
  return out;
}

std::string counts(const Report& report) {
  return plural(report.count(Outcome::warn), "warning") + ", " +
         plural(report.count(Outcome::info), "remark") + ", " +
         std::to_string(report.count(Outcome::inconclusive)) + " not judged, " +
         std::to_string(report.count(Outcome::skip)) + " skipped";
}

std::string place(const Evidence& evidence) {
  std::string out = (evidence.exchange == "metadata" ? "" : "exchange ") + evidence.exchange;
  if (evidence.event >= 0) out += ", event " + std::to_string(evidence.event);
  if (evidence.offset >= 0) out += ", byte " + std::to_string(evidence.offset);
  if (!evidence.path.empty()) out += ", " + evidence.path;
  return out;
}

constexpr std::string_view kIndent = "        ";

void append_card(std::string& out, const Report& report, const Finding& finding) {
  const auto line = [&](std::string_view label, std::string_view text) {
    if (text.empty()) return;
    out.append("  ").append(label).append(kIndent.substr(label.size() + 2)).append(text);
    out += '\n';
  };
  out.append("\nFAIL ").append(finding.rule->id).append(": ").append(finding.message) += '\n';
  const Evidence& evidence = finding.evidence;
  if (!evidence.exchange.empty()) line("at", place(evidence));
  if (!evidence.excerpt.empty()) {
    out.append(kIndent).append(evidence.excerpt) += '\n';
    if (evidence.offset >= 0) out.append(kIndent).append(evidence.caret, ' ').append("^\n");
  }
  line("rule", std::string(finding.rule->title) + " (" + std::string(finding.rule->source) + ")");
  line("hurts", finding.rule->breaks);
  line("fix", finding.rule->fix);
  const Exchange* exchange = report.transcript.find(evidence.exchange);
  if (exchange != nullptr) line("try", render_curl(*exchange));
}

void append_warnings(std::string& out, const Report& report) {
  if (report.count(Outcome::warn) == 0) return;
  out += "\nWarnings\n";
  for (const Finding& finding : report.findings) {
    if (finding.outcome != Outcome::warn) continue;
    out.append("  ").append(finding.rule->id).append(": ").append(finding.message) += '\n';
  }
}

/// Legal things that some clients stumble over: named only, the JSON report tells more.
void append_remarks(std::string& out, const Report& report) {
  if (report.count(Outcome::info) == 0) return;
  out += "\nRemarks (told in the JSON report)\n ";
  for (const Finding& finding : report.findings) {
    if (finding.outcome == Outcome::info) out.append(" ").append(finding.rule->id);
  }
  out += '\n';
}

/// Required rules that could not be judged: they keep a provider from plain READY.
void append_unjudged(std::string& out, const Report& report) {
  bool first = true;
  for (const Finding& finding : report.findings) {
    const bool required = finding.rule->severity == Severity::must;
    if (finding.outcome != Outcome::inconclusive || !required) continue;
    if (first) out += "\nRequired, but not judged\n";
    first = false;
    out.append("  ").append(finding.rule->id).append(": ").append(finding.message) += '\n';
  }
}

}  // namespace

std::string render_text(const Report& report, bool strict) {
  std::string out = headline(report, strict) + '\n' + subject(report) + '\n';
  if (report.count(Outcome::pass) == 0) return out;  // one cause, said once
  out += scores(report) + '\n' + counts(report) + '\n';
  for (const Finding& finding : report.findings) {
    if (finding.outcome == Outcome::fail) append_card(out, report, finding);
  }
  append_warnings(out, report);
  append_remarks(out, report);
  append_unjudged(out, report);
  return out;
}

std::string render_rule_list() {
  std::string out;
  for (const Area& area : all_areas()) {
    for (const Rule& rule : area.rules) {
      std::string line(rule.id);
      line.append(line.size() < 30 ? 30 - line.size() : 1, ' ');
      line.append(severity_name(rule.severity));
      line.append(line.size() < 38 ? 38 - line.size() : 1, ' ');
      out += line.append(rule.title).append(" [").append(rule.source).append("]") + '\n';
    }
  }
  return out;
}

}  // namespace arouter::validate
