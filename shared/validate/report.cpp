#include "shared/validate/report.hpp"

#include <algorithm>
#include <array>

#include "shared/validate/judging.hpp"

namespace arouter::validate {

namespace {

/// What the provider says about a refusal, for the one line a person reads.
std::string told(const Exchange& exchange) {
  const JsonRef body = exchange.json.root();
  const std::string message = body["error"]["message"].text();
  return message.empty() ? std::string() : ", it says " + quoted(message);
}

std::string obstacle_of(const Transcript& transcript, const Exchange& exchange) {
  switch (exchange.failure) {
    case Failure::connect:
    case Failure::tls:
      return "no connection to " + transcript.base_url + ": " + exchange.failure_detail;
    case Failure::timeout:
      return "no whole answer from " + exchange.url + ": " + exchange.failure_detail;
    case Failure::closed:
      return exchange.url + " closes the connection without an answer";
    case Failure::too_large:
      return "the answer of " + exchange.url + " is larger than 8 MiB";
    case Failure::not_run:
      return "nothing was sent: " + exchange.failure_detail;
    case Failure::none:
    case Failure::cut:
      break;
  }
  const int status = exchange.status();
  const std::string answer = "status " + std::to_string(status) + told(exchange);
  if (status == 0) return exchange.url + " does not answer in HTTP";
  if (status == 401 || status == 403) {
    return transcript.sent_key ? "the provider refuses the key: " + answer
                               : "the provider wants a key (name it with --key-env): " + answer;
  }
  if (status == 404) {
    return "there is no chat at " + exchange.url + ", or no such model: " + answer;
  }
  if (exchange.throttled()) return "the provider is busy or limits requests: " + answer;
  return "the plainest chat request is refused: " + answer;
}

bool is_judgeable(const Exchange* exchange) {
  if (exchange == nullptr) return false;
  const bool came = exchange->failure == Failure::none || exchange->failure == Failure::cut;
  return came && exchange->status() >= 200 && exchange->status() < 400;
}

/// Why the plain or the streamed chat alone could not be judged; "" when both could.
std::string half_obstacle_of(const Transcript& transcript) {
  for (const char* probe : {"basic", "stream"}) {
    const Exchange* exchange = transcript.find(probe);
    if (exchange != nullptr && !is_judgeable(exchange)) {
      return std::string(probe == std::string_view("basic") ? "plain" : "streamed") +
             " answers could not be judged: " + obstacle_of(transcript, *exchange);
    }
  }
  return {};
}

Verdict verdict_of(const std::vector<Finding>& findings) {
  bool limits = false;
  for (const Finding& finding : findings) {
    if (finding.outcome == Outcome::fail) return Verdict::not_ready;
    const bool unknown =
        finding.outcome == Outcome::inconclusive && finding.severity == Severity::must;
    limits = limits || finding.outcome == Outcome::warn || unknown;
  }
  return limits ? Verdict::ready_with_limits : Verdict::ready;
}

std::vector<AreaScore> scores_of(const std::vector<Finding>& findings) {
  std::vector<AreaScore> scores;
  for (const Area& area : all_areas()) {
    AreaScore score{area.title, area.name};
    for (const Finding& finding : findings) {
      if (finding.area != area.name || finding.rule->severity != Severity::must) continue;
      // A milder form of a required rule's fault is counted as a warning, not against the score.
      const bool judged = finding.outcome != Outcome::skip &&
                          finding.outcome != Outcome::inconclusive &&
                          finding.outcome != Outcome::error;
      score.required += judged ? 1U : 0U;
      score.passed += judged && finding.outcome != Outcome::fail ? 1U : 0U;
    }
    scores.push_back(score);
  }
  return scores;
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace

std::string_view verdict_name(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 4> names{"ready", "ready_with_limits", "not_ready",
                                                  "not_measured"};
  return names[static_cast<std::size_t>(verdict)];
}

std::size_t Report::count(Outcome outcome) const {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(),
                    [&](const Finding& finding) { return finding.outcome == outcome; }));
}

std::string obstacle_of(const Transcript& transcript) {
  const Exchange* basic = transcript.find("basic");
  if (is_judgeable(basic) || is_judgeable(transcript.find("stream"))) return {};
  return basic == nullptr ? "nothing was asked" : obstacle_of(transcript, *basic);
}

Report make_report(Transcript transcript, std::string_view secret) {
  Report report;
  report.transcript = std::move(transcript);
  report.obstacle = obstacle_of(report.transcript);
  report.findings = judge_all(report.transcript);
  if (!report.obstacle.empty()) {
    // One cause, said once: nothing is held against a provider that could not be asked.
    for (Finding& finding : report.findings) {
      finding.outcome = Outcome::inconclusive;
      finding.severity = finding.rule->severity;
      finding.message = report.obstacle;
      finding.evidence = {};
    }
  }
  constexpr std::size_t kShortest = 4;
  mask_secret(report.obstacle, secret, kShortest);
  for (Finding& finding : report.findings) {
    mask_secret(finding.message, secret, kShortest);
    mask_secret(finding.evidence.excerpt, secret, kShortest);
  }
  report.areas = scores_of(report.findings);
  report.verdict = report.obstacle.empty() ? verdict_of(report.findings) : Verdict::not_measured;
  if (report.verdict != Verdict::not_ready && report.obstacle.empty()) {
    // Half of the job was never seen: that is no pass.
    report.obstacle = half_obstacle_of(report.transcript);
    mask_secret(report.obstacle, secret, kShortest);
    if (!report.obstacle.empty()) report.verdict = Verdict::not_measured;
  }
  return report;
}

int exit_code(const Report& report, bool strict) noexcept {
  switch (report.verdict) {
    case Verdict::not_measured:
      return 3;
    case Verdict::not_ready:
      return 1;
    case Verdict::ready_with_limits:
      return strict && report.count(Outcome::warn) > 0 ? 1 : 0;
    case Verdict::ready:
      break;
  }
  return 0;
}

std::string render_curl(const Exchange& exchange) {
  std::string out = exchange.expect == Expect::stream ? "curl -sSiN" : "curl -sSi";
  if (exchange.method == "HEAD") {
    out += " --head";
  } else if (exchange.method != "POST" && exchange.method != "GET") {
    out += " -X " + exchange.method;
  }
  out += " " + shell_quoted(exchange.url);
  for (const HeaderLine& field : exchange.request_fields) {
    const bool own = field.name == "Authorization" || field.name == "Content-Type" ||
                     field.name == "Accept-Encoding";
    if (!own) continue;
    // Double quotes only where the shell is to put the key in.
    const std::string line = field.name + ": " + field.value;
    const bool has_key = field.name == "Authorization" && field.value.find('$') != field.value.npos;
    out += " -H " + (has_key ? "\"" + line + "\"" : shell_quoted(line));
  }
  if (exchange.method == "POST") out += " -d " + shell_quoted(exchange.request_body);
  return out;
}

}  // namespace arouter::validate
