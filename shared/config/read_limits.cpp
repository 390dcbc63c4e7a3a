// [limits]: what each key, each user, each model and everybody together may do.
#include "shared/config/sections.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kMostCount = 1'000'000'000'000;

void read_rates(TableReader& table, limits::Settings& settings) {
  table.read("requests_per_minute", settings.requests_per_minute, {1, kMostCount});
  table.read("requests_per_day", settings.requests_per_day, {1, kMostCount});
  table.read("tokens_per_minute", settings.tokens_per_minute, {1, kMostCount});
  table.read("concurrency", settings.concurrency, {1, 1'000'000});
}

void read_budget(TableReader& table, limits::Settings& settings) {
  using limits::Period;
  constexpr Word<Period> kPeriods[] = {{"lifetime", Period::lifetime},
                                       {"daily", Period::daily},
                                       {"weekly", Period::weekly},
                                       {"monthly", Period::monthly}};
  constexpr Word<bool> kModes[] = {{"hard", true}, {"soft", false}};
  limits::Budget budget;
  table.read("budget", budget.limit);
  table.read("budget_reset", budget.period, kPeriods);
  table.read("budget_mode", budget.hard, kModes);
  if (table.has("budget")) {
    settings.budget = budget;
    return;
  }
  for (const char* key : {"budget_reset", "budget_mode"}) {
    if (table.has(key)) table.fault(key, "needs a budget beside it");
  }
}

enum class With : std::uint8_t { rates, budget };

void read_scope(TableReader& table, std::string_view key, With with, limits::Settings& settings) {
  auto scope = table.table(key);
  if (!scope) return;
  read_rates(*scope, settings);
  if (with == With::budget) read_budget(*scope, settings);
  scope->finish();
}

}  // namespace

void read_limits(TableReader& root, Config& config) {
  auto table = root.table("limits");
  if (!table) return;
  LimitsConfig& limits = config.limits;
  read_scope(*table, "key", With::budget, limits.key);
  read_scope(*table, "user", With::budget, limits.user);
  read_scope(*table, "total", With::budget, limits.total);
  read_scope(*table, "model", With::rates, limits.model);
  table->finish();
}

}  // namespace arouter
