// pricing: what a unit costs, and when it costs something else.
#include <algorithm>

#include "shared/config/sections.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kMostTokens = 1'000'000'000;

/// "1630": minutes since midnight.
std::optional<std::int32_t> decode_time(std::string_view text) {
  const bool digits = text.size() == 4 && std::all_of(text.begin(), text.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  if (!digits) return std::nullopt;
  const auto two = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  if (two(0) > 23 || two(2) > 59) return std::nullopt;
  return two(0) * 60 + two(2);
}

void read_time(TableReader& table, std::string_view key, std::optional<std::int32_t>& minutes) {
  constexpr std::string_view kShape = "must be a time of the day in UTC, such as \"1630\"";
  const TomlValue* value = table.find(key);
  if (value == nullptr) return;
  if (value->type != TomlType::string) return table.fault(key, kShape);
  minutes = decode_time(value->text);
  if (!minutes) table.fault(key, kShape);
}

void read_conditions(TableReader& table, PriceOverride& entry) {
  if (table.has("min_prompt_tokens")) entry.min_prompt_tokens = 0;
  std::int64_t tokens = 0;
  table.read("min_prompt_tokens", tokens, {0, kMostTokens});
  if (entry.min_prompt_tokens) entry.min_prompt_tokens = tokens;
  read_time(table, "utc_start", entry.utc_start);
  read_time(table, "utc_end", entry.utc_end);
  const bool begins = table.has("utc_start"), ends = table.has("utc_end");
  if (begins != ends) {
    table.fault(begins ? "utc_start" : "utc_end", begins ? "needs utc_end" : "needs utc_start");
  } else if (entry.utc_start && entry.utc_start == entry.utc_end) {
    table.fault("utc_end", "must differ from utc_start: from one to the same no time passes");
  }
  if (!begins && !ends && !table.has("min_prompt_tokens")) {
    table.fault_at(
        table.place(),
        table.path() + " needs a condition: min_prompt_tokens, or utc_start and utc_end");
  }
}

PriceOverride read_override(TableReader table) {
  PriceOverride entry;
  read_conditions(table, entry);
  int prices = 0;
  const auto price = [&](std::string_view key, std::optional<Money>& target) {
    Money amount;
    table.read(key, amount);
    if (!table.has(key)) return;
    target = amount;
    ++prices;
  };
  price("prompt", entry.prompt);
  price("completion", entry.completion);
  price("request", entry.request);
  price("input_cache_read", entry.input_cache_read);
  price("input_cache_write", entry.input_cache_write);
  price("internal_reasoning", entry.internal_reasoning);
  price("image", entry.image);
  price("web_search", entry.web_search);
  if (prices == 0) table.fault_at(table.place(), table.path() + " states no price");
  table.finish();
  return entry;
}

}  // namespace

PriceTable read_pricing(TableReader table) {
  PriceTable pricing;
  pricing.known = true;
  for (const std::string_view key : {"prompt", "completion"}) {
    if (table.find(key) == nullptr) table.fault(key, "is missing (\"0\" when it is free)");
  }
  table.read("prompt", pricing.prompt);
  table.read("completion", pricing.completion);
  table.read("request", pricing.request);
  pricing.has_cache_read = table.find("input_cache_read") != nullptr;
  table.read("input_cache_read", pricing.input_cache_read);
  pricing.has_cache_write = table.find("input_cache_write") != nullptr;
  table.read("input_cache_write", pricing.input_cache_write);
  table.read("internal_reasoning", pricing.internal_reasoning);
  table.read("image", pricing.image);
  table.read("web_search", pricing.web_search);
  for (TableReader& each : table.tables("overrides")) {
    pricing.overrides.push_back(read_override(each));
  }
  table.finish();
  return pricing;
}

}  // namespace arouter
