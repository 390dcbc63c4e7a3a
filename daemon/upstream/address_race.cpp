#include "daemon/upstream/address_race.hpp"

#include <chrono>

namespace arouter::daemon {

namespace {

constexpr std::chrono::milliseconds kBetweenStarts{250};  // RFC 8305, 8

}  // namespace

AddressRace::Move AddressRace::start_next(SteadyTime now) {
  if (next_ == addresses_) return {.lost = running_ == 0};
  ++running_;
  Move move{.start = next_++};
  due_ = now + kBetweenStarts;
  if (next_ < addresses_) move.wake_at = due_;
  return move;
}

AddressRace::Move AddressRace::take_time(SteadyTime now) {
  if (next_ == addresses_) return {};
  if (now < due_) return {.wake_at = due_};
  return start_next(now);
}

AddressRace::Move AddressRace::take_failure(SteadyTime now) {
  --running_;
  return start_next(now);
}

}  // namespace arouter::daemon
