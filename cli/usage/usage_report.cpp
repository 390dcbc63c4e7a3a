#include "cli/usage/usage_report.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "shared/json_scan.hpp"
#include "shared/money.hpp"

namespace arouter {

namespace {

UsageLine decode_line(std::string_view text, const JsonValue& object) {
  std::array<JsonMember, 11> members{{{"requests"},
                                      {"failures"},
                                      {"input_tokens"},
                                      {"output_tokens"},
                                      {"cost"},
                                      {"what_if_cost"},
                                      {"provider"},
                                      {"model"},
                                      {"key"},
                                      {"user"},
                                      {"day"}}};
  if (object.type == JsonType::object) find_members(text, object, members);
  UsageLine line;
  line.requests = decode_count(text, members[0].value).value_or(0);
  line.failures = decode_count(text, members[1].value).value_or(0);
  line.input_tokens = decode_count(text, members[2].value).value_or(0);
  line.output_tokens = decode_count(text, members[3].value).value_or(0);
  line.cost = decode_string(text, members[4].value).value_or("");
  line.what_if = decode_string(text, members[5].value).value_or("");
  const bool has_model = members[7].value.present();
  for (std::size_t i = has_model ? 7 : 6; i < members.size(); ++i) {
    if (members[i].value.present()) line.name = decode_string(text, members[i].value).value_or("");
  }
  if (has_model) line.provider = decode_string(text, members[6].value).value_or("");
  return line;
}

std::string cost_cell(const std::string& cost, bool for_people) {
  const Result<Money> amount = decode_money(cost);
  return for_people && amount ? format_usd(*amount) : cost;
}

/// What stands for a group without a name: requests of no user, or refused before any model.
std::string name_cell(const std::string& name, bool for_people) {
  return name.empty() && for_people ? "-" : name;
}

std::vector<std::string> row_of(const UsageLine& line, bool has_provider, bool for_people) {
  std::vector<std::string> row{name_cell(line.name, for_people)};
  if (has_provider) row.push_back(line.provider);
  for (const std::int64_t count :
       {line.requests, line.failures, line.input_tokens, line.output_tokens}) {
    row.push_back(std::to_string(count));
  }
  row.push_back(cost_cell(line.cost, for_people));
  if (!line.what_if.empty()) row.push_back(cost_cell(line.what_if, for_people));
  return row;
}

/// `amount` of `most` in eighths of a character.
std::string bar(Money amount, Money most) {
  constexpr std::int64_t kEighths = 8 * 16;
  constexpr std::string_view kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (most.pico_usd <= 0 || amount.pico_usd <= 0) return "";
  const std::int64_t unit = std::max<std::int64_t>(most.pico_usd / kEighths, 1);
  const std::int64_t eighths = std::clamp<std::int64_t>(amount.pico_usd / unit, 1, kEighths);
  std::string text;
  for (std::int64_t i = 0; i < eighths / 8; ++i) text += "█";
  return text + std::string(kParts[eighths % 8]);
}

void add_bars(Table& table, const UsageReport& report) {
  std::vector<Money> costs;
  for (const UsageLine& line : report.lines) {
    const Result<Money> cost = decode_money(line.cost);
    costs.push_back(cost ? *cost : Money{});
  }
  if (costs.size() < 2) return;
  const Money most = *std::max_element(costs.begin(), costs.end());
  table.columns.push_back({"", false, true});
  for (std::size_t i = 0; i < costs.size(); ++i) table.rows[i].push_back(bar(costs[i], most));
}

/// One cell of RFC 4180.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += csv_cell(cell) + ",";
  line.pop_back();
  return line + "\r\n";
}

}  // namespace

Result<UsageReport> decode_usage_report(std::string_view body) {
  std::array<JsonMember, 2> top{{{"data"}, {"total"}}};
  const Result<void> scanned = scan_object(body, top);
  if (!scanned || top[0].value.type != JsonType::array || top[1].value.type != JsonType::object) {
    return upstream_error(ErrorKind::upstream_malformed,
                          "the server's answer is no usage summary; is it an arouter daemon?");
  }
  UsageReport report;
  for_each_element(body, top[0].value, [&](const JsonValue& element) {
    report.lines.push_back(decode_line(body, element));
  });
  report.total = decode_line(body, top[1].value);
  return report;
}

Table usage_table(const UsageReport& report, const std::string& by, bool for_people) {
  const bool has_provider = by.empty();
  std::string title = has_provider ? "MODEL" : by;
  for (char& c : title) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  Table table;
  // What is left out first on a narrow terminal stands last among the optional ones; cost stays.
  table.columns = {{title}};
  if (has_provider) table.columns.push_back({"PROVIDER", false, true});
  for (const char* name : {"REQUESTS", "FAILED", "TOKENS IN", "TOKENS OUT"}) {
    table.columns.push_back({name, true, true});
  }
  table.columns.push_back({"COST", true, false});
  const bool compares = !report.total.what_if.empty();
  if (compares) table.columns.push_back({"WHAT IF", true, false});
  for (const UsageLine& line : report.lines) {
    table.rows.push_back(row_of(line, has_provider, for_people));
  }
  if (!for_people) return table;
  if (!compares) add_bars(table, report);
  UsageLine total = report.total;
  total.name = "total";
  table.rows.push_back(row_of(total, has_provider, for_people));
  table.rows.back().resize(table.columns.size());
  return table;
}

std::string usage_csv(const UsageReport& report, const std::string& by) {
  const bool has_provider = by.empty();
  std::vector<std::string> head{has_provider ? "model" : by};
  if (has_provider) head.push_back("provider");
  for (const char* name : {"requests", "failures", "input_tokens", "output_tokens", "cost_usd"}) {
    head.push_back(name);
  }
  if (!report.total.what_if.empty()) head.push_back("what_if_cost_usd");
  std::string text = csv_line(head);
  for (const UsageLine& line : report.lines) text += csv_line(row_of(line, has_provider, false));
  return text;
}

}  // namespace arouter
