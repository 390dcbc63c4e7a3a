#include "shared/formats/anthropic/thinking.hpp"

#include <algorithm>

#include "shared/chat/thinking.hpp"

namespace arouter::anthropic {

namespace {

constexpr std::int64_t kLeastBudget = 1'024;     // of the API
constexpr std::int64_t kAnswerTokens = 4'096;    // what every model ever took as max_tokens
constexpr std::int64_t kThoughtTokens = 16'384;  // room for thoughts whose number nobody bounds

bool is_off(const chat::Reasoning& reasoning) {
  return reasoning.effort == "none" || (reasoning.enabled && !*reasoning.enabled) ||
         (reasoning.budget && *reasoning.budget == 0);
}

bool is_wanted(const chat::Reasoning& reasoning) {
  return !is_off(reasoning) && (reasoning.enabled || !reasoning.effort.empty() || reasoning.budget);
}

/// Thoughts are to be shown, and nothing is said of how many there should be.
bool is_only_shown(const chat::Reasoning& reasoning) {
  const bool shown = !reasoning.summary.empty() || reasoning.include.value_or(false);
  return shown && !is_off(reasoning) && !is_wanted(reasoning);
}

/// Tokens to think; an effort or a mere "yes" leaves half of `most` for the answer, a budget that
/// the client chose itself stands as long as it fits.
std::int64_t choose_budget(const chat::Reasoning& reasoning, std::optional<std::int64_t> most) {
  chat::Reasoning said = reasoning;
  if (said.budget && *said.budget < 0) said.budget.reset();  // Gemini: as much as it likes
  if (!said.budget) said.effort = chat::effort_of(said);
  const std::int64_t budget = std::max(chat::budget_of(said).value_or(0), kLeastBudget);
  if (!most || (said.budget && budget < *most)) return budget;
  return std::min(budget, std::max(*most / 2, kLeastBudget));
}

/// The model's word for an effort.
std::string choose_effort(const chat::Reasoning& reasoning, const ModelTraits& traits) {
  chat::Reasoning said = reasoning;
  if (said.effort.empty() && (!said.budget || *said.budget < 0)) return "";
  std::string effort = chat::effort_of(said);
  if (effort == "minimal") return "low";
  if (effort == "max") effort = "xhigh";
  if (effort == "xhigh" && !traits.xhigh_effort) return "high";
  return effort;
}

std::string choose_display(const chat::Reasoning& reasoning, const ModelTraits& traits) {
  if (!traits.is_claude) return "";
  if (reasoning.include && !*reasoning.include) return "omitted";
  const bool asked = reasoning.include || !reasoning.summary.empty();
  return traits.adaptive_thinking || asked ? "summarized" : "";
}

void plan_off(ThinkingPlan& plan, const ModelTraits& traits, chat::Losses& losses) {
  if (traits.takes_disabled) {
    plan.kind = ThinkingPlan::Kind::disabled;
  } else if (traits.thinks_always) {
    losses.add("reasoning");
  }
}

}  // namespace

ThinkingPlan plan_thinking(const chat::Request& request, const ModelTraits& traits,
                           std::int64_t most_tokens, bool is_hindered, chat::Losses& losses) {
  using Kind = ThinkingPlan::Kind;
  const chat::Reasoning& reasoning = request.reasoning;
  std::optional<std::int64_t> most = request.max_tokens;
  if (!most && most_tokens > 0) most = most_tokens;
  ThinkingPlan plan;
  if (is_off(reasoning)) plan_off(plan, traits, losses);
  if (is_wanted(reasoning)) {
    if (traits.adaptive_thinking) plan.effort = choose_effort(reasoning, traits);
    const bool fits = traits.adaptive_thinking || !most || *most > kLeastBudget;
    if (is_hindered || !fits) {
      losses.add("reasoning");
    } else {
      plan.kind = traits.adaptive_thinking ? Kind::adaptive : Kind::budget;
      plan.display = choose_display(reasoning, traits);
    }
  }
  if (is_only_shown(reasoning)) {
    if (traits.thinks_unasked && !is_hindered) {
      plan.kind = Kind::adaptive;  // what such a model does anyway, but shows only when asked
      plan.display = choose_display(reasoning, traits);
    } else if (!reasoning.summary.empty()) {
      losses.add("reasoning.summary");
    }
  }
  if (plan.kind == Kind::budget) plan.budget = choose_budget(reasoning, most);
  std::int64_t thoughts = plan.budget;
  if (plan.kind == Kind::adaptive) thoughts = kThoughtTokens;
  if (plan.kind == Kind::unsaid && traits.thinks_unasked) thoughts = kThoughtTokens;
  plan.max_tokens = most.value_or(kAnswerTokens + thoughts);
  return plan;
}

}  // namespace arouter::anthropic
