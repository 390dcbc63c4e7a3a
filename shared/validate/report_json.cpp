// The report for a program: schema "arouter-validate/1".
#include <nlohmann/json.hpp>

#include "shared/validate/report.hpp"

namespace arouter::validate {

namespace {

using Json = nlohmann::ordered_json;

Json evidence_json(const Report& report, const Evidence& evidence) {
  if (evidence.exchange.empty()) return nullptr;
  Json json{{"exchange", evidence.exchange}};
  if (evidence.event >= 0) json["event"] = evidence.event;
  if (evidence.offset >= 0) json["offset"] = evidence.offset;
  if (!evidence.path.empty()) json["path"] = evidence.path;
  if (!evidence.excerpt.empty()) {
    json["excerpt"] = evidence.excerpt;
    json["caret"] = evidence.caret;
  }
  const Exchange* exchange = report.transcript.find(evidence.exchange);
  if (exchange != nullptr) json["curl"] = render_curl(*exchange);
  return json;
}

Json finding_json(const Report& report, const Finding& finding) {
  return {{"id", finding.rule->id},
          {"area", finding.area},
          {"severity", severity_name(finding.severity)},
          {"outcome", outcome_name(finding.outcome)},
          {"message", finding.message.empty() ? std::string(finding.rule->title) : finding.message},
          {"evidence", evidence_json(report, finding.evidence)},
          {"needs", need_name(finding.rule->need)},
          {"source", finding.rule->source},
          {"breaks", finding.rule->breaks},
          {"fix", finding.rule->fix}};
}

Json exchange_json(const Exchange& exchange) {
  Json json{{"probe", exchange.probe},
            {"method", exchange.method},
            {"url", exchange.url},
            {"status", exchange.status()},
            {"duration_ms", exchange.duration_ms},
            {"attempts", exchange.attempts}};
  if (!exchange.failure_detail.empty()) json["failure"] = exchange.failure_detail;
  return json;
}

}  // namespace

std::string render_json(const Report& report) {
  Json json{{"schema", "arouter-validate/1"},
            {"verdict", verdict_name(report.verdict)},
            {"profile", kProfile},
            {"arouter", AROUTER_VERSION},
            {"base_url", report.transcript.base_url},
            {"model", report.transcript.model}};
  if (!report.obstacle.empty()) json["obstacle"] = report.obstacle;
  json["areas"] = Json::array();
  for (const AreaScore& score : report.areas) {
    json["areas"].push_back(
        {{"area", score.name}, {"passed", score.passed}, {"required", score.required}});
  }
  json["findings"] = Json::array();
  for (const Finding& finding : report.findings) {
    json["findings"].push_back(finding_json(report, finding));
  }
  json["exchanges"] = Json::array();
  for (const Exchange& exchange : report.transcript.exchanges) {
    json["exchanges"].push_back(exchange_json(exchange));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace arouter::validate
