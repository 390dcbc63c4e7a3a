// The streamed chat completion. A class of its own and not a BlockStream: choices take turns, and
// benchmarks spend their time here.
#include "cli/mock/openai/chat_answer.hpp"
#include "cli/mock/openai/chat_parts.hpp"
#include "cli/mock/words.hpp"
#include "shared/json_scan.hpp"

namespace arouter::mock::openai {

namespace {

class ChatStream : public EventStream {
 public:
  ChatStream(Answer answer, const Stamp& stamp)
      : answer_(std::move(answer)),
        stamp_(stamp),
        prefix_("data: " + encode_opening(answer_, stamp, "chat.completion.chunk")),
        places_(answer_.choices.size()) {}

  std::string_view next() override;
  bool ended() const override { return part_ == Part::ended; }

 private:
  enum class Part : std::uint8_t { role, pieces, finish, usage, done, ended };

  /// How far a choice is told.
  struct Place {
    std::size_t block = 0;
    std::size_t sent = 0;    // bytes of the block's text
    bool announced = false;  // the block is a call, and its name is told
    std::size_t calls = 0;   // before this block
  };

  void begin_chunk();
  void end_chunk(std::string_view finish_reason);
  void write_role();
  void write_piece();
  void write_call_opening();
  void write_finish();
  void write_usage();
  bool turn_to_unfinished();
  const Block* current_block();
  void leave_block();

  Answer answer_;
  Stamp stamp_;
  std::string prefix_;  // of each event, up to the choices
  std::string event_;
  std::vector<Place> places_;
  Part part_ = Part::role;
  std::size_t choice_ = 0;
};

std::string_view ChatStream::next() {
  event_.clear();
  switch (part_) {
    case Part::role:
      write_role();
      break;
    case Part::pieces:
      write_piece();
      break;
    case Part::finish:
      write_finish();
      break;
    case Part::usage:
      write_usage();
      break;
    case Part::done:
      event_ = "data: [DONE]\n\n";
      part_ = Part::ended;
      break;
    case Part::ended:
      break;
  }
  return event_;
}

void ChatStream::begin_chunk() {
  event_ = prefix_;
  append_member(event_, R"({"index":)", static_cast<std::int64_t>(choice_));
  event_ += R"(,"delta":{)";
}

void ChatStream::end_chunk(std::string_view finish_reason) {
  event_ += R"(},"logprobs":null,"finish_reason":)";
  if (finish_reason.empty()) {
    event_ += "null}]";
  } else {
    event_ += '"';
    event_ += finish_reason;
    event_ += "\"}]";
  }
  event_ += answer_.include_usage ? ",\"usage\":null}\n\n" : "}\n\n";
}

void ChatStream::write_role() {
  begin_chunk();
  event_ += R"("role":"assistant","content":)";
  const Block* block = current_block();
  if (block != nullptr && block->kind == BlockKind::call) {
    event_ += "null,";
    write_call_opening();
  } else {
    event_ += R"("","refusal":null)";
  }
  end_chunk("");
  if (++choice_ < answer_.choices.size()) return;
  choice_ = 0;
  part_ = turn_to_unfinished() ? Part::pieces : Part::finish;
}

void ChatStream::write_call_opening() {
  Place& place = places_[choice_];
  const Block& block = *current_block();
  append_member(event_, R"("tool_calls":[{"index":)", static_cast<std::int64_t>(place.calls));
  event_ += ',';
  append_tool_call(event_, block_id("call_", stamp_, choice_, place.calls), block.name, "");
  event_ += "}]";
  place.announced = true;
}

void ChatStream::write_piece() {
  begin_chunk();
  Place& place = places_[choice_];
  const Block& block = *current_block();
  if (block.kind == BlockKind::call && !place.announced) {
    write_call_opening();
  } else {
    const std::size_t begin = place.sent, end = piece_end(block.text, begin);
    place.sent = end;
    const bool call = block.kind == BlockKind::call;
    if (call) {
      append_member(event_, R"("tool_calls":[{"index":)", static_cast<std::int64_t>(place.calls));
      event_ += R"(,"function":{"arguments":)";
    } else {
      event_ += block.kind == BlockKind::text ? R"("content":)" : R"("reasoning_content":)";
    }
    append_json_string(event_, std::string_view(block.text).substr(begin, end - begin));
    if (call) event_ += "}}]";
  }
  end_chunk("");
  choice_ = (choice_ + 1) % answer_.choices.size();
  if (turn_to_unfinished()) return;
  choice_ = 0;
  part_ = Part::finish;
}

/// The choices take turns; one that is told is passed over. False when all are.
bool ChatStream::turn_to_unfinished() {
  for (std::size_t tries = 0; tries < places_.size(); ++tries) {
    if (current_block() != nullptr) return true;
    choice_ = (choice_ + 1) % places_.size();
  }
  return false;
}

/// The block that the choice is at, behind those that are told; null when none is left.
const Block* ChatStream::current_block() {
  Place& place = places_[choice_];
  const std::vector<Block>& blocks = answer_.choices[choice_].blocks;
  for (; place.block < blocks.size(); leave_block()) {
    const Block& block = blocks[place.block];
    const bool unannounced = block.kind == BlockKind::call && !place.announced;
    if (unannounced || place.sent < block.text.size()) return &block;
  }
  return nullptr;
}

void ChatStream::leave_block() {
  Place& place = places_[choice_];
  if (place.announced) ++place.calls;
  ++place.block;
  place.sent = 0;
  place.announced = false;
}

void ChatStream::write_finish() {
  begin_chunk();
  end_chunk(finish_reason(answer_.choices[choice_].finish));
  if (++choice_ < answer_.choices.size()) return;
  part_ = answer_.include_usage ? Part::usage : Part::done;
}

void ChatStream::write_usage() {
  event_ = prefix_ + "],";
  append_usage(event_, answer_);
  event_ += "}\n\n";
  part_ = Part::done;
}

}  // namespace

std::unique_ptr<EventStream> stream_chat(Answer answer, const Stamp& stamp) {
  return std::make_unique<ChatStream>(std::move(answer), stamp);
}

}  // namespace arouter::mock::openai
