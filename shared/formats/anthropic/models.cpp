#include "shared/formats/anthropic/models.hpp"

namespace arouter::anthropic {

namespace {

constexpr int kNewest = 9'999;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The number that begins at `at`, and moves behind it; -1 when none does or when it is a date.
int take_number(std::string_view name, std::size_t& at) {
  int number = 0;
  std::size_t digits = 0;
  for (; at < name.size() && is_digit(name[at]); ++at, ++digits) {
    if (digits < 3) number = number * 10 + (name[at] - '0');
  }
  return digits == 0 || digits > 2 ? -1 : number;
}

/// 405 for "claude-sonnet-4-5-20250929" and "claude-4.5-sonnet", 300 for "claude-3-opus"; a name
/// without a number is an alias of the newest.
int version_of(std::string_view name) {
  if (has(name, "instant")) return 100;
  std::size_t at = 0;
  while (at < name.size() && !is_digit(name[at])) ++at;
  const int major = take_number(name, at);
  if (major < 0) return kNewest;
  int minor = 0;
  if (at < name.size() && (name[at] == '-' || name[at] == '.')) minor = take_number(name, ++at);
  return major * 100 + (minor < 0 ? 0 : minor);
}

}  // namespace

ModelTraits traits_of(std::string_view model) {
  ModelTraits traits;
  const std::size_t begin = model.find("claude");
  if (begin == std::string_view::npos) return traits;
  const std::string_view name = model.substr(begin);
  const int version = version_of(name);
  traits.is_claude = true;
  traits.adaptive_thinking = version >= 406;
  traits.xhigh_effort = version >= 407;
  traits.thinks_always = has(name, "fable") || has(name, "mythos");
  traits.thinks_unasked = version >= 500;
  traits.takes_disabled = !traits.thinks_always && (version < 407 || version >= 500);
  traits.takes_sampling = version < 407;
  traits.one_sampler = version >= 401;
  traits.takes_schema = version >= 405;
  return traits;
}

}  // namespace arouter::anthropic
