#include "shared/formats/responses/lanes.hpp"

#include <algorithm>
#include <utility>

namespace arouter::responses {

const Lanes::Lane* Lanes::find(const Place& place) const {
  const auto found = std::find_if(lanes_.rbegin(), lanes_.rend(),
                                  [&place](const Lane& lane) { return lane.place == place; });
  return found == lanes_.rend() ? nullptr : &*found;
}

Lanes::Lane& Lanes::at(const Place& place) {
  if (const Lane* found = find(place); found != nullptr) {
    return lanes_[static_cast<std::size_t>(found - lanes_.data())];
  }
  Lane& lane = lanes_.emplace_back();
  lane.place = place;
  return lane;
}

void Lanes::open(const Place& place) {
  at(place);
}

void Lanes::add(const Place& place, chat::Event event) {
  Lane& lane = at(place);
  if (lane.closed) return;
  ++lane.count;
  if (&lane == &lanes_[front_]) {
    emit(lane, std::move(event));
    return;
  }
  held_bytes_ += event.text.size() + sizeof(chat::Event);
  lane.held.push_back(std::move(event));
}

std::size_t Lanes::count(const Place& place) const {
  const Lane* lane = find(place);
  return lane == nullptr ? 0 : lane->count;
}

bool Lanes::is_closed(const Place& place) const {
  const Lane* lane = find(place);
  return lane != nullptr && lane->closed;
}

void Lanes::close(const Place& place) {
  at(place).closed = true;
  advance();
}

void Lanes::close_item(std::int64_t item) {
  for (Lane& lane : lanes_) {
    if (lane.place.item == item) lane.closed = true;
  }
  advance();
}

void Lanes::close_all() {
  for (Lane& lane : lanes_) lane.closed = true;
  advance();
}

void Lanes::emit(Lane& lane, chat::Event event) {
  if (lane.part < 0) lane.part = parts_++;
  event.part = lane.part;
  due_.push_back(std::move(event));
}

void Lanes::advance() {
  while (front_ < lanes_.size() && lanes_[front_].closed) {
    ++front_;
    if (front_ == lanes_.size()) break;
    Lane& lane = lanes_[front_];
    for (chat::Event& event : lane.held) {
      held_bytes_ -= event.text.size() + sizeof(chat::Event);
      emit(lane, std::move(event));
    }
    lane.held.clear();
  }
}

}  // namespace arouter::responses
