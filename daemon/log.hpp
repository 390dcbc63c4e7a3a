// The log: lines to standard error, written by a thread of its own so that a slow pipe never stops
// a loop. When it falls behind, the oldest lines are dropped.
//
// Lines take values that cannot hold a secret: messages of Error, names, numbers. Text that came
// from outside is escaped. At most ten lines a second from one place; the rest is counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace arouter::daemon {

/// "off" for a daemon inside another command.
void start_log(std::string_view level);
/// Changes the level of a running log.
void set_log_level(std::string_view level);

enum class LogLevel : std::uint8_t { debug, info, warn, error };
bool is_logged(LogLevel level) noexcept;
void log_line(LogLevel level, std::string_view text);

/// Lets ten lines a second through. Static, one for each place that can be made to repeat itself.
/// Threads: any.
class LogThrottle {
 public:
  bool admit() noexcept;
  /// Lines held back since the last call.
  std::uint64_t take_held_back() noexcept;

 private:
  std::atomic<std::int64_t> second_{0};
  std::atomic<std::uint32_t> lines_{0};
  std::atomic<std::uint64_t> held_back_{0};
};

/// Control characters and bytes that are no UTF-8 escaped, cut to 300 bytes.
std::string log_text(std::string_view text);

}  // namespace arouter::daemon
