#include "daemon/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>

#include "shared/text.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kQueue = 1024;
constexpr std::uint32_t kLinesPerSecond = 10;

spdlog::level::level_enum level_of(std::string_view name) {
  if (name == "debug") return spdlog::level::debug;
  if (name == "warn") return spdlog::level::warn;
  if (name == "error") return spdlog::level::err;
  if (name == "off") return spdlog::level::off;
  return spdlog::level::info;
}

spdlog::level::level_enum level_of(LogLevel level) noexcept {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

// Set once before the loops start; spdlog's logger itself may be used by any thread.
std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance;
  return instance;
}

}  // namespace

void start_log(std::string_view level) {
  if (level == "off") return;
  if (logger() == nullptr) {
    spdlog::init_thread_pool(kQueue, 1);
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    logger() =
        std::make_shared<spdlog::async_logger>("arouter", std::move(sink), spdlog::thread_pool(),
                                               spdlog::async_overflow_policy::overrun_oldest);
    logger()->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  }
  set_log_level(level);
}

void set_log_level(std::string_view level) {
  if (logger() != nullptr) logger()->set_level(level_of(level));
}

bool is_logged(LogLevel level) noexcept {
  return logger() != nullptr && logger()->should_log(level_of(level));
}

void log_line(LogLevel level, std::string_view text) {
  if (is_logged(level)) logger()->log(level_of(level), "{}", text);
}

bool LogThrottle::admit() noexcept {
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(
                               std::chrono::steady_clock::now().time_since_epoch())
                               .count();
  if (second_.exchange(now, std::memory_order_relaxed) != now) {
    lines_.store(0, std::memory_order_relaxed);
  }
  if (lines_.fetch_add(1, std::memory_order_relaxed) < kLinesPerSecond) return true;
  held_back_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

std::uint64_t LogThrottle::take_held_back() noexcept {
  return held_back_.exchange(0, std::memory_order_relaxed);
}

std::string log_text(std::string_view text) {
  std::string clean = strip_terminal_controls(text.substr(0, 300));
  for (char& byte : clean) {
    if (byte == '\n' || byte == '\t') byte = ' ';
  }
  return clean;
}

}  // namespace arouter::daemon
