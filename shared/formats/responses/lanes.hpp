// Parts that a stream may bring interleaved, put one behind the other.
//
// A lane is what becomes one neutral part: a thought, a call, or one part of a message. The first
// one that is still open is passed on as it comes, the others wait until it is closed.
// Memory: what waits, up to a cap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "shared/chat/reply.hpp"

namespace arouter::responses {

class Lanes {
 public:
  struct Place {
    std::int64_t item = 0;     // output_index
    std::int64_t content = 0;  // content_index; -1 for items that are one part
    bool operator==(const Place&) const = default;
  };

  /// Into which events that are due are put. Outlives the lanes.
  explicit Lanes(std::vector<chat::Event>& due) : due_(due) {}

  /// Opens the lane if there is none at `place`.
  void open(const Place& place);
  /// An event of the lane, which is opened if there is none; dropped when it is closed.
  void add(const Place& place, chat::Event event);
  /// How many events have been added at `place`.
  std::size_t count(const Place& place) const;
  bool is_closed(const Place& place) const;
  void close(const Place& place);
  /// All lanes of an item, whatever their content index.
  void close_item(std::int64_t item);
  void close_all();

  bool empty() const { return lanes_.empty(); }
  bool too_much() const { return held_bytes_ > kMostHeld; }

 private:
  static constexpr std::size_t kMostHeld = 16U << 20U;

  struct Lane {
    Place place{};
    std::vector<chat::Event> held{};
    std::int64_t part = -1;  // -1 before its first event was due
    std::size_t count = 0;
    bool closed = false;
  };

  const Lane* find(const Place& place) const;
  Lane& at(const Place& place);
  void emit(Lane& lane, chat::Event event);
  void advance();

  std::vector<chat::Event>& due_;
  std::vector<Lane> lanes_;
  std::size_t front_ = 0;  // the first open lane
  std::int64_t parts_ = 0;
  std::size_t held_bytes_ = 0;
};

}  // namespace arouter::responses
