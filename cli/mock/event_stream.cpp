#include "cli/mock/event_stream.hpp"

#include "cli/mock/words.hpp"

namespace arouter::mock {

std::string_view BlockStream::next() {
  if (told_ >= events_.size()) {
    events_.clear();
    told_ = 0;
    while (events_.empty() && !walked_) tell(advance());
  }
  return told_ < events_.size() ? std::string_view(events_[told_++]) : std::string_view();
}

Step BlockStream::advance() {
  Step step{.kind = at_, .choice = choice_, .block = block_};
  switch (at_) {
    case Step::Kind::begin:
      enter(0);
      break;
    case Step::Kind::open:
      at_ = block_of(step).text.empty() ? Step::Kind::close : Step::Kind::piece;
      break;
    case Step::Kind::piece: {
      const std::string_view text = block_of(step).text;
      const std::size_t end = piece_end(text, sent_);
      step.piece = text.substr(sent_, end - sent_);
      sent_ = end;
      if (end == text.size()) at_ = Step::Kind::close;
      break;
    }
    case Step::Kind::close:
      enter(block_ + 1);
      break;
    case Step::Kind::finish:
      step.last = ++choice_ == answer_.choices.size();
      walked_ = step.last;
      if (!walked_) enter(0);
      break;
  }
  return step;
}

/// The next step opens that block of the choice, or finishes the choice when it has no such block.
void BlockStream::enter(std::size_t block) {
  block_ = block;
  sent_ = 0;
  const bool there = block < answer_.choices[choice_].blocks.size();
  at_ = there ? Step::Kind::open : Step::Kind::finish;
}

}  // namespace arouter::mock
