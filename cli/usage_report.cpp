#include "cli/usage_report.hpp"

#include <array>
#include <charconv>

#include "shared/json_scan.hpp"
#include "shared/money.hpp"

namespace arouter {

namespace {

UsageLine decode_line(std::string_view text, const JsonValue& object) {
  std::array<JsonMember, 7> members{{{"provider"},
                                     {"model"},
                                     {"requests"},
                                     {"failures"},
                                     {"input_tokens"},
                                     {"output_tokens"},
                                     {"cost"}}};
  if (object.type == JsonType::object) find_members(text, object, members);
  UsageLine line;
  line.provider = decode_string(text, members[0].value).value_or("");
  line.model = decode_string(text, members[1].value).value_or("");
  line.requests = decode_count(text, members[2].value).value_or(0);
  line.failures = decode_count(text, members[3].value).value_or(0);
  line.input_tokens = decode_count(text, members[4].value).value_or(0);
  line.output_tokens = decode_count(text, members[5].value).value_or(0);
  line.cost = decode_string(text, members[6].value).value_or("");
  return line;
}

std::string cost_cell(const std::string& cost, bool for_people) {
  const Result<Money> amount = decode_money(cost);
  return for_people && amount ? format_usd(*amount) : cost;
}

std::vector<std::string> row_of(const UsageLine& line, bool for_people) {
  return {line.model,
          line.provider,
          std::to_string(line.requests),
          std::to_string(line.failures),
          std::to_string(line.input_tokens),
          std::to_string(line.output_tokens),
          cost_cell(line.cost, for_people)};
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

Table usage_table(const UsageReport& report, bool for_people) {
  Table table;
  // What is left out first on a narrow terminal stands last among the optional ones; cost stays.
  table.columns = {{"MODEL"},
                   {"PROVIDER", false, true},
                   {"REQUESTS", true, true},
                   {"FAILED", true, true},
                   {"TOKENS IN", true, true},
                   {"TOKENS OUT", true, true},
                   {"COST", true, false}};
  for (const UsageLine& line : report.lines) table.rows.push_back(row_of(line, for_people));
  if (for_people) {
    UsageLine total = report.total;
    total.model = "total";
    total.provider.clear();
    table.rows.push_back(row_of(total, for_people));
  }
  return table;
}

std::optional<std::int64_t> decode_period(std::string_view text) {
  constexpr std::int64_t kMost = 100LL * 366 * 24 * 3600;
  std::int64_t count = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failed != std::errc() || end + 1 != text.data() + text.size()) return std::nullopt;
  if (count <= 0 || count > kMost) return std::nullopt;
  std::int64_t seconds = 0;
  switch (*end) {
    case 's':
      seconds = 1;
      break;
    case 'm':
      seconds = 60;
      break;
    case 'h':
      seconds = 3600;
      break;
    case 'd':
      seconds = 24 * 3600;
      break;
    case 'w':
      seconds = 7 * 24 * 3600;
      break;
    default:
      return std::nullopt;
  }
  return count > kMost / seconds ? std::nullopt : std::optional(count * seconds);
}

}  // namespace arouter
