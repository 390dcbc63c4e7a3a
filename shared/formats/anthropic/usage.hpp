// Anthropic's usage object: read, summed over the events of a stream, and written.
//
// Source: Anthropic API reference, "Messages", "Streaming messages", "Prompt caching" (checked
// 2026-11-24).
// Surprises: input_tokens leaves out what was read from the cache and what was written to it; the
// counts of message_delta are running totals of the whole answer, not to be added to those of
// message_start; any count but output_tokens may be missing there, or 0 with imitations of the API.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "shared/json_scan.hpp"
#include "shared/json_writer.hpp"
#include "shared/usage.hpp"

namespace arouter::anthropic {

/// The usage of one answer, from all objects that told of it.
class RunningUsage {
 public:
  /// Takes the usage object that lies in `text`, which was validated; anything else is ignored.
  void take(std::string_view text, const JsonValue& object);
  /// The same for an object's own bytes.
  void take(std::string_view object);
  /// Nothing until input or output was counted.
  std::optional<Usage> total() const;

 private:
  std::optional<std::int64_t> input_, output_, cache_write_, cache_read_;
  std::int64_t thinking_ = 0;
};

/// Writes an object as a value. A cost, when it is known, is a member more; clients ignore it.
void write_usage(JsonWriter& writer, const Usage& usage, const std::optional<Cost>& cost);

}  // namespace arouter::anthropic
