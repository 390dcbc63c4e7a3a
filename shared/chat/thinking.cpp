#include "shared/chat/thinking.hpp"

#include <algorithm>
#include <array>

#include "shared/chat/request.hpp"

namespace arouter::chat {

namespace {

struct Step {
  std::string_view effort;
  std::int64_t budget;
};
constexpr std::array<Step, 5> kSteps{
    {{"minimal", 1'024}, {"low", 2'048}, {"medium", 8'192}, {"high", 16'384}, {"xhigh", 32'768}}};

}  // namespace

std::optional<std::int64_t> budget_of(const Reasoning& reasoning,
                                      std::optional<std::int64_t> most) {
  std::optional<std::int64_t> budget = reasoning.budget;
  if (!budget && reasoning.effort != "none") {
    for (const Step& step : kSteps) {
      if (step.effort == reasoning.effort) budget = step.budget;
    }
  }
  if (budget && most) budget = std::min(*budget, *most);
  return budget;
}

std::string effort_of(const Reasoning& reasoning) {
  if (!reasoning.effort.empty()) return reasoning.effort;
  if (reasoning.enabled && !*reasoning.enabled) return "none";
  if (!reasoning.budget) return reasoning.enabled ? "medium" : "";
  for (const Step& step : kSteps) {
    // Anthropic's smallest budget asks for thoughts, and some models have none at "minimal".
    const bool fits = step.effort == "minimal" ? *reasoning.budget < step.budget
                                               : *reasoning.budget <= step.budget;
    if (fits) return std::string(step.effort);
  }
  return "xhigh";
}

}  // namespace arouter::chat
