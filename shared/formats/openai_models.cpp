#include "shared/formats/openai_models.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "shared/chat/shorten.hpp"
#include "shared/chat/thinking.hpp"

namespace arouter {

namespace {

using Beside = OpenaiTraits::EffortBesideTools;

struct Row {
  std::string_view prefix;  // '#' stands for a digit
  std::string_view part;    // that the name holds behind it
  bool younger;
  std::string_view efforts;
  bool rests = false;
  Beside beside_tools = Beside::any;
};
// The first that fits.
constexpr std::array<Row, 21> kRows{
    {{"gpt-3", "", false, ""},
     {"gpt-4", "", false, ""},
     {"chatgpt-", "", false, ""},
     {"o#", "-deep-research", true, "medium"},
     {"o#", "", true, "low medium high"},
     {"codex-mini", "", true, "low medium high"},
     {"gpt-5-chat", "", true, ""},
     {"gpt-5.", "-chat", true, "medium"},
     {"gpt-5-pro", "", true, "high"},
     {"gpt-5.", "-pro", true, "medium high xhigh"},
     {"gpt-5-codex", "", true, "low medium high"},
     {"gpt-5.1-codex-max", "", true, "low medium high xhigh"},
     {"gpt-5.1-codex", "", true, "low medium high"},
     {"gpt-5.", "-codex", true, "low medium high xhigh"},
     {"gpt-5.1", "", true, "none low medium high", true},
     {"gpt-5.2", "", true, "none low medium high xhigh", true},
     {"gpt-5.4", "", true, "none low medium high xhigh", true, Beside::unsaid},
     {"gpt-5.5", "", true, "none low medium high xhigh", false, Beside::unsaid},
     {"gpt-5.", "", true, "none low medium high xhigh", false, Beside::none},
     {"gpt-5", "", true, "minimal low medium high"},
     {"gpt-#", "", true, "none low medium high xhigh", false, Beside::none}}};

constexpr std::string_view kEffortLoss = "reasoning_effort";
constexpr std::array<std::string_view, 6> kWords{"none",   "minimal", "low",
                                                 "medium", "high",    "xhigh"};

bool begins(std::string_view name, std::string_view prefix) {
  if (name.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    const bool digit = name[i] >= '0' && name[i] <= '9';
    if (prefix[i] == '#' ? !digit : name[i] != prefix[i]) return false;
  }
  return true;
}

std::size_t rank_of(std::string_view effort) {
  const auto at = std::find(kWords.begin(), kWords.end(), effort);
  return static_cast<std::size_t>(at - kWords.begin());
}

/// The first of `efforts` that is no weaker than `wanted`, else the last.
std::string_view nearest(std::string_view efforts, std::string_view wanted) {
  for (;;) {
    const std::size_t end = efforts.find(' ');
    const std::string_view effort = efforts.substr(0, end);
    if (end == std::string_view::npos || rank_of(effort) >= rank_of(wanted)) return effort;
    efforts.remove_prefix(end + 1);
  }
}

/// Whether the lexeme spells something else than what a model does anyway.
bool differs(const std::string& lexeme, double usual) {
  if (lexeme.empty()) return false;
  double number = 0;
  const auto [end, fault] = std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), number);
  return fault != std::errc() || end != lexeme.data() + lexeme.size() || number != usual;
}

}  // namespace

OpenaiTraits openai_traits(std::string_view model) {
  model.remove_prefix(model.rfind('/') + 1);  // npos + 1 is 0
  if (model.starts_with("ft:")) model.remove_prefix(3);
  for (const Row& row : kRows) {
    if (!begins(model, row.prefix)) continue;
    if (model.find(row.part, row.prefix.size()) == std::string_view::npos) continue;
    return {.known = true,
            .younger = row.younger,
            .rests = row.rests,
            .beside_tools = row.beside_tools,
            .efforts = row.efforts};
  }
  return {};
}

std::string choose_openai_effort(const chat::Request& request, chat::Losses& losses) {
  const std::string wanted = chat::effort_of(request.reasoning);
  if (wanted.empty()) return wanted;
  const OpenaiTraits traits = openai_traits(request.model);
  const bool off = wanted == "none";
  if (traits.efforts.empty()) {
    if (!off) losses.add(kEffortLoss);
    return "";
  }
  const std::string_view effort = nearest(traits.efforts, wanted);
  if (!off || effort == wanted) return std::string(effort);
  losses.add(kEffortLoss);
  // An effort would turn thoughts on where a server's model has none unless it is asked.
  return traits.known ? std::string(effort) : "";
}

std::string choose_openai_chat_effort(const chat::Request& request, chat::Losses& losses) {
  const OpenaiTraits traits = openai_traits(request.model);
  if (request.tools.empty() || traits.beside_tools == Beside::any) {
    return choose_openai_effort(request, losses);
  }
  const std::string wanted = chat::effort_of(request.reasoning);
  const bool is_told = traits.beside_tools == Beside::none;
  const bool is_kept = wanted == "none" ? is_told || traits.rests : wanted.empty() && !is_told;
  if (!is_kept) losses.add(kEffortLoss);
  return is_told ? "none" : "";
}

bool takes_openai_sampling(std::string_view model, std::string_view effort) {
  const OpenaiTraits traits = openai_traits(model);
  if (!traits.known || traits.efforts.empty()) return true;
  return effort == "none" || (effort.empty() && traits.rests);
}

void lose_openai_sampling(const chat::Request& request, chat::Losses& losses) {
  if (differs(request.temperature, 1)) losses.add("temperature");
  if (differs(request.top_p, 1)) losses.add("top_p");
  if (differs(request.frequency_penalty, 0)) losses.add("frequency_penalty");
  if (differs(request.presence_penalty, 0)) losses.add("presence_penalty");
  if (request.logprobs.value_or(false)) losses.add("logprobs");
  if (request.top_logprobs.value_or(0) > 0) losses.add("top_logprobs");
  if (!request.logit_bias.empty() && request.logit_bias != "{}") losses.add("logit_bias");
  if (!request.stop.empty()) losses.add("stop");
}

std::string fit_user(const std::string& user, std::string_view loss, chat::Losses& losses) {
  if (user.size() > kMostUser) losses.add(loss);
  return chat::shorten(user, kMostUser);
}

}  // namespace arouter
