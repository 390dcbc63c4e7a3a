#include "shared/formats/gemini/thinking.hpp"

#include <algorithm>
#include <string>

#include "shared/chat/thinking.hpp"
#include "shared/formats/gemini/fields.hpp"

namespace arouter::gemini {

namespace {

constexpr std::string_view kLoss = "reasoning_effort";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool is_off(const chat::Reasoning& reasoning) {
  return reasoning.enabled ? !*reasoning.enabled : reasoning.effort == "none";
}

/// What the 2.5 models accept.
std::int64_t fitting_budget(std::string_view model, std::int64_t budget) {
  if (holds(model, "pro")) return std::clamp<std::int64_t>(budget, 128, 32'768);
  if (holds(model, "lite")) return std::clamp<std::int64_t>(budget, 512, 24'576);
  return std::clamp<std::int64_t>(budget, 1, 24'576);
}

/// Thoughts count as a part of the answer: one that the client bounded keeps half of its tokens for
/// words, unless the client itself chose a budget that fits.
std::optional<std::int64_t> choose_budget(const chat::Request& request) {
  const std::optional<std::int64_t> budget = chat::budget_of(request.reasoning);
  const std::optional<std::int64_t>& most = request.max_tokens;
  if (!budget || !most || (request.reasoning.budget && *budget < *most)) return budget;
  return std::min(*budget, *most / 2);
}

void write_budget(JsonWriter& out, const chat::Request& request, chat::Losses& losses) {
  const chat::Reasoning& reasoning = request.reasoning;
  if (is_off(reasoning)) {
    const bool stays_on = holds(request.model, "2.5-pro");
    if (stays_on) losses.add(kLoss);
    out.number("thinkingBudget", stays_on ? 128 : 0);
    return;
  }
  if (const auto budget = choose_budget(request)) {
    out.number("thinkingBudget", fitting_budget(request.model, *budget));
  } else if (reasoning.enabled) {
    out.number("thinkingBudget", -1);
  }
}

void write_level(JsonWriter& out, const chat::Request& request, chat::Losses& losses) {
  const chat::Reasoning& reasoning = request.reasoning;
  const bool knows_minimal = holds(request.model, "flash");
  const std::string_view least = knows_minimal ? "minimal" : "low";
  if (is_off(reasoning)) {
    losses.add(kLoss);
    out.string("thinkingLevel", least);
    return;
  }
  if (reasoning.effort.empty() && !reasoning.budget) return;  // the model's own way
  const std::string effort = chat::effort_of(reasoning);
  if (effort == "low" || effort == "medium") {
    out.string("thinkingLevel", effort);
  } else {
    out.string("thinkingLevel", effort == "minimal" ? least : "high");
  }
}

/// How much is to be thought is said.
bool asks_for_thoughts(const chat::Reasoning& reasoning) {
  return !is_off(reasoning) && (reasoning.enabled || reasoning.budget || !reasoning.effort.empty());
}

bool shows_thoughts(const chat::Reasoning& reasoning) {
  if (reasoning.include) return *reasoning.include;
  return asks_for_thoughts(reasoning) || (!is_off(reasoning) && !reasoning.summary.empty());
}

}  // namespace

ThinkingWay thinking_way(std::string_view model) {
  constexpr std::string_view kFamily = "gemini-";
  if (holds(model, "gemma")) return ThinkingWay::none;
  const std::size_t at = model.find(kFamily);
  if (at == std::string_view::npos) return ThinkingWay::budget;
  const std::string_view version = model.substr(at + kFamily.size());
  if (version.empty() || !is_digit(version[0])) return ThinkingWay::budget;
  if (version.size() > 1 && is_digit(version[1])) return ThinkingWay::level;
  if (version[0] >= '3') return ThinkingWay::level;
  const bool newer = version.starts_with("2.") && version.size() > 2 && version[2] >= '5';
  return newer ? ThinkingWay::budget : ThinkingWay::none;
}

Result<chat::Reasoning> decode_thinking(const JsonItem& config, chat::Losses& losses) {
  chat::Reasoning reasoning;
  if (!config.is_set()) return reasoning;
  if (!config.is_object()) return fault("thinkingConfig", "must be an object");
  for (const JsonItem member : config) {
    const FieldName name(member);
    if (name == "includeThoughts") {
      Result<std::optional<bool>> flag = read_flag(member, name);
      if (!flag) return inside("thinkingConfig", flag.error());
      reasoning.include = *flag;
    } else if (name == "thinkingBudget") {
      Result<std::optional<std::int64_t>> budget = read_integer(member, name);
      if (!budget) return inside("thinkingConfig", budget.error());
      if (!*budget) continue;
      if (**budget > 0) {
        reasoning.budget = **budget;
      } else {
        reasoning.enabled = **budget < 0;
      }
    } else if (name == "thinkingLevel") {
      Result<std::string> level = read_text(member, name);
      if (!level) return inside("thinkingConfig", level.error());
      for (char& c : *level) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      if (*level != "thinking_level_unspecified") reasoning.effort = *level;
    } else {
      losses.add("generationConfig.thinkingConfig." + member.key());
    }
  }
  return reasoning;
}

void write_thinking(JsonWriter& out, const chat::Request& request, chat::Losses& losses) {
  const chat::Reasoning& reasoning = request.reasoning;
  if (reasoning == chat::Reasoning{}) return;
  const ThinkingWay way = thinking_way(request.model);
  if (way == ThinkingWay::none) {
    if (asks_for_thoughts(reasoning)) {
      losses.add(kLoss);
    } else if (!is_off(reasoning) && !reasoning.summary.empty()) {
      losses.add("reasoning.summary");
    }
    return;
  }
  out.begin_object("thinkingConfig");
  if (reasoning.include || shows_thoughts(reasoning)) {
    out.boolean("includeThoughts", shows_thoughts(reasoning));
  }
  if (way == ThinkingWay::level) {
    write_level(out, request, losses);
  } else {
    write_budget(out, request, losses);
  }
  out.end_object();
}

}  // namespace arouter::gemini
