#include "shared/formats/anthropic/usage.hpp"

#include <algorithm>
#include <array>

namespace arouter::anthropic {

namespace {

/// The larger of what was known and what a count says.
void raise(std::optional<std::int64_t>& known, std::optional<std::int64_t> count) {
  if (count) known = std::max(known.value_or(0), *count);
}

}  // namespace

void RunningUsage::take(std::string_view text, const JsonValue& object) {
  if (object.type != JsonType::object) return;
  enum { kInput, kOutput, kWrite, kRead, kDetails, kCount };
  std::array<JsonMember, kCount> members{
      JsonMember{.key = "input_tokens"}, JsonMember{.key = "output_tokens"},
      JsonMember{.key = "cache_creation_input_tokens"},
      JsonMember{.key = "cache_read_input_tokens"}, JsonMember{.key = "output_tokens_details"}};
  find_members(text, object, members);
  raise(input_, decode_count(text, members[kInput].value));
  raise(output_, decode_count(text, members[kOutput].value));
  raise(cache_write_, decode_count(text, members[kWrite].value));
  raise(cache_read_, decode_count(text, members[kRead].value));
  std::array<JsonMember, 1> details{JsonMember{.key = "thinking_tokens"}};
  find_members(text, members[kDetails].value, details);
  thinking_ = std::max(thinking_, decode_count(text, details[0].value).value_or(0));
}

void RunningUsage::take(std::string_view object) {
  if (object.starts_with('{')) take(object, {JsonType::object, 0, object.size()});
}

std::optional<Usage> RunningUsage::total() const {
  if (!input_ && !output_) return std::nullopt;
  Usage usage;
  usage.origin = UsageOrigin::reported;
  usage.cached_input_tokens = cache_read_.value_or(0);
  usage.cache_write_tokens = cache_write_.value_or(0);
  usage.input_tokens = input_.value_or(0) + usage.cached_input_tokens + usage.cache_write_tokens;
  usage.output_tokens = output_.value_or(0);
  usage.reasoning_tokens = std::min(thinking_, usage.output_tokens);
  return usage;
}

void write_usage(JsonWriter& writer, const Usage& usage, const std::optional<Cost>& cost) {
  const std::int64_t cached = usage.cached_input_tokens + usage.cache_write_tokens;
  writer.begin_object();
  writer.number("input_tokens", std::max<std::int64_t>(usage.input_tokens - cached, 0));
  writer.number("cache_creation_input_tokens", usage.cache_write_tokens);
  writer.number("cache_read_input_tokens", usage.cached_input_tokens);
  writer.number("output_tokens", usage.output_tokens);
  if (usage.reasoning_tokens > 0) {
    writer.begin_object("output_tokens_details");
    writer.number("thinking_tokens", usage.reasoning_tokens).end_object();
  }
  if (cost) writer.raw("cost", encode_money(cost->total));
  writer.end_object();
}

}  // namespace arouter::anthropic
