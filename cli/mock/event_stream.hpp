// A streamed answer, event by event, so that only the answer itself is kept.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/mock/answer.hpp"

namespace arouter::mock {

class EventStream {
 public:
  EventStream() = default;
  virtual ~EventStream() = default;
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  /// The next event as its bytes, valid until the next call. Not behind the last one.
  virtual std::string_view next() = 0;
  virtual bool ended() const = 0;
};

/// A step on the way through an answer: choice by choice, block by block, piece by piece.
struct Step {
  enum class Kind : std::uint8_t { begin, open, piece, close, finish };
  Kind kind = Kind::begin;
  std::size_t choice = 0;
  std::size_t block = 0;
  std::string_view piece{};
  bool last = false;  // the finish of the last choice: nothing follows
};

/// A stream that tells an answer in order. A format says what each step is on the wire.
class BlockStream : public EventStream {
 public:
  BlockStream(Answer answer, Stamp stamp) : answer_(std::move(answer)), stamp_(std::move(stamp)) {}
  std::string_view next() final;
  bool ended() const final { return walked_ && told_ >= events_.size(); }

 protected:
  /// Emits no event, one or several; for the last step at least one.
  virtual void tell(const Step& step) = 0;
  void emit(std::string event) { events_.push_back(std::move(event)); }
  const Answer& answer() const { return answer_; }
  const Stamp& stamp() const { return stamp_; }
  const Block& block_of(const Step& step) const {
    return answer_.choices[step.choice].blocks[step.block];
  }

 private:
  Step advance();
  void enter(std::size_t block);

  Answer answer_;
  Stamp stamp_;
  Step::Kind at_ = Step::Kind::begin;  // kind of the next step
  std::size_t choice_ = 0;
  std::size_t block_ = 0;
  std::size_t sent_ = 0;  // bytes of the block
  bool walked_ = false;
  std::vector<std::string> events_;
  std::size_t told_ = 0;  // of events_
};

}  // namespace arouter::mock
