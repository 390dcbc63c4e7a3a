#include "daemon/ledger/row_id.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <limits>

#include "daemon/ledger/ledger.hpp"
#include "daemon/ledger/record.hpp"

namespace arouter {

namespace {

constexpr int kSequenceBits = 20;
constexpr std::string_view kPrefix = "gen-";
constexpr std::size_t kHexDigits = 24;

std::atomic<std::int64_t> last_id{0};

std::int64_t now_ms() noexcept {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Eight of the 24 digits: a mistyped or invented id is told apart without a look at the ledger.
std::uint32_t check_of(std::int64_t row_id) noexcept {
  return static_cast<std::uint32_t>(mix(1, static_cast<std::uint64_t>(row_id)) >> 32);
}

// By hand: every request gets an id, and printf would be a visible part of its cost.
void append_hex(std::string& out, std::uint64_t value, int digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += kDigits[value >> shift & 15];
}

}  // namespace

std::int64_t next_row_id() noexcept {
  const std::int64_t from_clock = std::max<std::int64_t>(now_ms(), 1) << kSequenceBits;
  std::int64_t last = last_id.load(std::memory_order_relaxed);
  std::int64_t next = 0;
  do {
    next = std::max(last + 1, from_clock);
  } while (!last_id.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return next;
}

void continue_row_ids_after(std::int64_t id) noexcept {
  // Half the range is the year 2109: what lies beyond was not made here, and must not use up ids.
  if (id > std::numeric_limits<std::int64_t>::max() / 2) return;
  std::int64_t last = last_id.load(std::memory_order_relaxed);
  while (last < id && !last_id.compare_exchange_weak(last, id, std::memory_order_relaxed)) {
  }
}

std::int64_t first_row_id(std::int64_t unix_us) noexcept {
  constexpr std::int64_t kMostMs = std::numeric_limits<std::int64_t>::max() >> kSequenceBits;
  return std::min(unix_us / 1000, kMostMs) << kSequenceBits;
}

std::string generation_id(std::int64_t row_id) {
  std::string text;
  text.reserve(48);
  text += kPrefix;
  text += std::to_string((row_id >> kSequenceBits) / 1000);
  text += '-';
  append_hex(text, static_cast<std::uint64_t>(row_id), 16);
  append_hex(text, check_of(row_id), 8);
  return text;
}

std::int64_t row_id_of_generation(std::string_view id) noexcept {
  const std::size_t dash = id.rfind('-');
  if (!id.starts_with(kPrefix) || dash == std::string_view::npos) return 0;
  const std::string_view hex = id.substr(dash + 1);
  if (hex.size() != kHexDigits) return 0;
  std::int64_t row_id = 0;
  const char* end = hex.data() + 16;
  const auto [stop, failure] = std::from_chars(hex.data(), end, row_id, 16);
  if (failure != std::errc{} || stop != end || row_id <= 0) return 0;
  return generation_id(row_id) == id ? row_id : 0;  // one spelling only
}

}  // namespace arouter
