#include "cli/models/plan_report.hpp"

#include <algorithm>

#include "shared/json_doc.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kIndent = 4;

std::optional<Money> price_of(const JsonItem& price) {
  if (!price.is_string()) return std::nullopt;
  const Result<Money> per_token = decode_money(price.text());
  if (!per_token) return std::nullopt;
  return cost_of(*per_token, kMillion);
}

void add_part(std::string& text, std::string_view part, std::string_view between = ", ") {
  if (part.empty()) return;
  if (!text.empty()) text += between;
  text += part;
}

/// "35.250" as "35".
std::string_view whole_part(std::string_view number) {
  return number.substr(0, number.find('.'));
}

std::string words_on_health(const JsonItem& health) {
  std::string words;
  if (health["circuit_open"].boolean().value_or(false)) add_part(words, "circuit open");
  if (health["recent_outage"].boolean().value_or(false)) add_part(words, "recent outage");
  const auto number = [&](const char* name) { return health[name].number(); };
  if (const auto up = number("uptime_percent"); !up.empty()) add_part(words, std::string(up) + "%");
  if (const auto ms = number("first_token_ms"); !ms.empty())
    add_part(words, std::string(ms) + " ms");
  if (const auto speed = number("tokens_per_second"); !speed.empty()) {
    add_part(words, std::string(whole_part(speed)) + " tok/s");
  }
  return words;
}

void read_keys(const JsonItem& keys, PlannedEndpoint& endpoint) {
  if (!keys.present()) return;
  if (!keys.is_object()) {
    endpoint.keys = "none needed";
    return;
  }
  struct State {
    const char* name;
    const char* word;
  };
  constexpr State kStates[] = {{"busy", "busy"},
                               {"cooling", "cooling"},
                               {"open", "circuit open"},
                               {"revoked", "refused"},
                               {"foreign", "for other models"}};
  const std::int64_t ready = keys["ready"].count().value_or(0);
  std::int64_t all = ready;
  for (const State& state : kStates) {
    const std::int64_t count = keys[state.name].count().value_or(0);
    all += count;
    if (count > 0) add_part(endpoint.other_keys, std::to_string(count) + " " + state.word);
  }
  endpoint.keys = std::to_string(ready) + " of " + std::to_string(all) + " ready";
  const std::int64_t wait_ms = keys["ready_in_ms"].count().value_or(0);
  if (wait_ms > 0) {
    add_part(endpoint.other_keys, "in " + std::to_string((wait_ms + 999) / 1000) + " s");
  }
}

PlannedEndpoint endpoint_of(const JsonItem& candidate) {
  PlannedEndpoint endpoint;
  endpoint.position = candidate["position"].count().value_or(0);
  endpoint.tag = candidate["endpoint"].text();
  endpoint.model = candidate["model"].text();
  endpoint.upstream_model = candidate["upstream_model"].text();
  endpoint.found_by = candidate["found_by"].text();
  endpoint.verdict = candidate["verdict"].text();
  endpoint.reason = candidate["reason"].text();
  endpoint.format = candidate["format"].text();
  endpoint.prompt = price_of(candidate["pricing"]["prompt"]);
  endpoint.completion = price_of(candidate["pricing"]["completion"]);
  endpoint.health = words_on_health(candidate["health"]);
  read_keys(candidate["keys"], endpoint);
  return endpoint;
}

std::string price_cell(const std::optional<Money>& price, bool for_people) {
  if (!price) return for_people ? "-" : "";
  return for_people ? format_usd(*price) : encode_money(*price);
}

std::string or_dash(const std::string& text) {
  return text.empty() ? "-" : text;
}

std::size_t count_models(const PlanReport& report) {
  std::vector<std::string_view> ids;
  for (const PlannedEndpoint& each : report.endpoints) {
    if (std::find(ids.begin(), ids.end(), each.model) == ids.end()) ids.push_back(each.model);
  }
  return ids.size();
}

/// "smart means maker/n (alias): 2 of 3 endpoints may be asked, the cheapest first"
std::string headline(const PlanReport& report, std::size_t models) {
  std::string line = report.requested.empty() ? "the request's models" : report.requested;
  if (models > 1) {
    line += " and what follows it: " + std::to_string(models) + " models";
  } else if (!report.endpoints.empty()) {
    const PlannedEndpoint& first = report.endpoints.front();
    if (first.found_by != "id") line += " means " + first.model + " (" + first.found_by + ")";
  }
  line += ": " + std::to_string(report.kept()) + " of " + std::to_string(report.endpoints.size()) +
          " endpoints may be asked";
  for (const PlannedEndpoint& each : report.endpoints) {
    if (each.verdict == "kept") return line + ", " + each.reason;
  }
  return line;
}

Table table_for_people(const PlanReport& report, bool with_models) {
  Table table;
  table.columns.push_back({"  # ENDPOINT"});
  if (with_models) table.columns.push_back({"MODEL"});
  for (const char* title : {"IN $/M", "OUT $/M"}) table.columns.push_back({title, true, true});
  for (const char* title : {"HEALTH", "KEYS", "ASKED AS"}) {
    table.columns.push_back({title, false, true});
  }
  for (const PlannedEndpoint& each : report.endpoints) {
    std::string place = each.position == 0 ? "-" : std::to_string(each.position);
    place.insert(0, place.size() < 3 ? 3 - place.size() : 0, ' ');
    std::vector<std::string> row{place + " " + each.tag};
    if (with_models) row.push_back(each.model);
    const std::string asked_as =
        each.format.empty() ? each.upstream_model : each.upstream_model + " in " + each.format;
    for (std::string cell : {price_cell(each.prompt, true), price_cell(each.completion, true),
                             or_dash(each.health), or_dash(each.keys), or_dash(asked_as)}) {
      row.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// Adds `text` in lines of at most `width` columns, broken at blanks and each indented.
void add_broken(std::vector<StyledLine>& lines, std::string_view text, std::size_t width) {
  const std::string indent(kIndent, ' ');
  std::string line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    const bool fits = kIndent + display_width(line) + 1 + display_width(word) <= width;
    if (!line.empty() && !fits) {
      lines.push_back({indent + line, Style::dim});
      line.clear();
    }
    add_part(line, word, " ");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!line.empty()) lines.push_back({indent + line, Style::dim});
}

}  // namespace

std::size_t PlanReport::kept() const {
  return static_cast<std::size_t>(
      std::count_if(endpoints.begin(), endpoints.end(),
                    [](const PlannedEndpoint& each) { return each.position > 0; }));
}

Result<PlanReport> decode_plan_report(std::string_view document) {
  const Result<JsonDoc> read = JsonDoc::read(document);
  if (!read || !read->root()["candidates"].is_array()) {
    return upstream_error(ErrorKind::upstream_malformed,
                          "the server's answer is no plan; is it an arouter daemon?");
  }
  PlanReport report;
  report.requested = read->root()["requested"].text();
  report.strategy = read->root()["strategy"].text();
  for (const JsonItem candidate : read->root()["candidates"]) {
    report.endpoints.push_back(endpoint_of(candidate));
  }
  return report;
}

Table plan_table(const PlanReport& report) {
  Table table;
  for (const char* title : {"#", "ENDPOINT", "MODEL", "AT THE PROVIDER", "FORMAT", "IN $/M",
                            "OUT $/M", "HEALTH", "KEYS", "VERDICT", "REASON"}) {
    table.columns.push_back({title});
  }
  for (const PlannedEndpoint& each : report.endpoints) {
    std::string keys = each.keys;
    add_part(keys, each.other_keys, ": ");
    table.rows.push_back({each.position == 0 ? "" : std::to_string(each.position), each.tag,
                          each.model, each.upstream_model, each.format,
                          price_cell(each.prompt, false), price_cell(each.completion, false),
                          each.health, std::move(keys), each.verdict, each.reason});
  }
  return table;
}

std::vector<StyledLine> lay_out_plan(const PlanReport& report, std::size_t width) {
  const std::size_t models = count_models(report);
  std::vector<StyledLine> lines{{strip_terminal_controls(headline(report, models))}};
  if (report.endpoints.empty()) return lines;
  const std::string table = lay_out(table_for_people(report, models > 1), width);
  std::size_t begin = 0;
  const auto next_line = [&] {
    const std::size_t end = table.find('\n', begin);
    std::string line = table.substr(begin, end - begin);
    begin = end + 1;
    return line;
  };
  lines.push_back({next_line(), Style::bold});
  for (const PlannedEndpoint& each : report.endpoints) {
    lines.push_back({next_line()});
    // "set back: …" says so itself.
    const bool dropped = each.verdict == "dropped";
    std::string remark = dropped ? "dropped: " + each.reason : each.reason;
    if (each.verdict == "kept") remark.clear();
    add_broken(lines, strip_terminal_controls(remark), width);
    if (!each.other_keys.empty()) add_broken(lines, "keys: " + each.other_keys, width);
  }
  return lines;
}

}  // namespace arouter
