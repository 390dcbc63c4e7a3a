#include "cli/mock/anthropic/answer.hpp"

#include "cli/mock/json_out.hpp"
#include "cli/mock/seal.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::anthropic {

namespace {

std::string_view stop_reason(Finish finish) {
  switch (finish) {
    case Finish::length:
      return "max_tokens";
    case Finish::tool_calls:
      return "tool_use";
    case Finish::stop_sequence:
      return "stop_sequence";
    case Finish::stop:
      break;
  }
  return "end_turn";
}

/// `"stop_reason":…,"stop_sequence":…`
void append_stop(std::string& out, const Choice& choice) {
  append_member(out, R"("stop_reason":)", stop_reason(choice.finish));
  if (choice.finish == Finish::stop_sequence) {
    append_member(out, R"(,"stop_sequence":)", choice.stop);
  } else {
    out += R"(,"stop_sequence":null)";
  }
}

void append_usage(std::string& out, const Answer& answer, std::int64_t output_tokens) {
  append_member(out, R"("usage":{"input_tokens":)", answer.prompt_tokens - answer.cached_tokens);
  out += R"(,"cache_creation_input_tokens":0)";
  append_member(out, R"(,"cache_read_input_tokens":)", answer.cached_tokens);
  out += R"(,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0})";
  append_member(out, R"(,"output_tokens":)", output_tokens);
  out += R"(,"service_tier":"standard"})";
}

void append_opening(std::string& out, const Answer& answer, const Stamp& stamp) {
  out += R"({"id":"msg_)" + stamp.id;
  append_member(out, R"(","type":"message","role":"assistant","model":)", answer.model);
  out += R"(,"content":[)";
}

std::string signature_of(const Block& block) {
  return make_seal(hash_text(block.text));
}

/// A content block; as a stream begins it when `empty`.
void append_block(std::string& out, const Answer& answer, std::size_t index, const Stamp& stamp,
                  bool empty) {
  const Block& block = answer.choices[0].blocks[index];
  const std::string_view text = empty ? std::string_view() : block.text;
  switch (block.kind) {
    case BlockKind::text:
      append_member(out, R"({"type":"text","text":)", text);
      break;
    case BlockKind::reasoning:
      append_member(out, R"({"type":"thinking","thinking":)",
                    answer.reasoning.shown ? text : std::string_view());
      append_member(out, R"(,"signature":)", empty ? "" : signature_of(block));
      break;
    case BlockKind::call:
      append_member(out, R"({"type":"tool_use","id":)", block_id("toolu_", stamp, 0, index));
      append_member(out, R"(,"name":)", block.name);
      out += R"(,"input":)";
      out += empty ? "{}" : arguments_of(block);
      break;
  }
  out += '}';
}

class MessageStream : public BlockStream {
 public:
  using BlockStream::BlockStream;

 private:
  void tell(const Step& step) override {
    switch (step.kind) {
      case Step::Kind::begin:
        return tell_start();
      case Step::Kind::open:
        return tell_open(step);
      case Step::Kind::piece:
        return tell_piece(step);
      case Step::Kind::close:
        return tell_close(step);
      case Step::Kind::finish:
        return tell_finish();
    }
  }

  /// `data` after its type.
  void emit_event(std::string_view type, std::string_view data) {
    std::string event = "event: " + std::string(type);
    event += "\ndata: {\"type\":\"";
    event += type;
    event += '"';
    event += data;
    event += "}\n\n";
    emit(std::move(event));
  }

  void emit_delta(const Step& step, std::string_view opening, std::string_view text) {
    std::string data;
    append_member(data, R"(,"index":)", static_cast<std::int64_t>(step.block));
    append_member(data, opening, text);
    emit_event("content_block_delta", data + '}');
  }

  void tell_start() {
    std::string data = R"(,"message":)";
    append_opening(data, answer(), stamp());
    data += R"(],"stop_reason":null,"stop_sequence":null,)";
    append_usage(data, answer(), 1);
    emit_event("message_start", data + '}');
  }

  void tell_open(const Step& step) {
    std::string data;
    append_member(data, R"(,"index":)", static_cast<std::int64_t>(step.block));
    data += R"(,"content_block":)";
    append_block(data, answer(), step.block, stamp(), true);
    emit_event("content_block_start", data);
    if (step.block == 0) emit_event("ping", "");
  }

  void tell_piece(const Step& step) {
    switch (block_of(step).kind) {
      case BlockKind::text:
        return emit_delta(step, R"(,"delta":{"type":"text_delta","text":)", step.piece);
      case BlockKind::call:
        return emit_delta(step, R"(,"delta":{"type":"input_json_delta","partial_json":)",
                          step.piece);
      case BlockKind::reasoning:
        if (!answer().reasoning.shown) return;
        return emit_delta(step, R"(,"delta":{"type":"thinking_delta","thinking":)", step.piece);
    }
  }

  void tell_close(const Step& step) {
    if (block_of(step).kind == BlockKind::reasoning) {
      emit_delta(step, R"(,"delta":{"type":"signature_delta","signature":)",
                 signature_of(block_of(step)));
    }
    std::string data;
    append_member(data, R"(,"index":)", static_cast<std::int64_t>(step.block));
    emit_event("content_block_stop", data);
  }

  void tell_finish() {
    std::string data = R"(,"delta":{)";
    append_stop(data, answer().choices[0]);
    data += "},";
    append_usage(data, answer(), answer().completion_tokens);
    emit_event("message_delta", data);
    emit_event("message_stop", "");
  }
};

}  // namespace

std::string encode(const Answer& answer, const Stamp& stamp) {
  std::string out;
  append_opening(out, answer, stamp);
  for (std::size_t i = 0; i < answer.choices[0].blocks.size(); ++i) {
    if (i > 0) out += ',';
    append_block(out, answer, i, stamp, false);
  }
  out += "],";
  append_stop(out, answer.choices[0]);
  out += ',';
  append_usage(out, answer, answer.completion_tokens);
  return out + '}';
}

std::unique_ptr<EventStream> stream(Answer answer, const Stamp& stamp) {
  return std::make_unique<MessageStream>(std::move(answer), stamp);
}

std::string encode_count(std::int64_t tokens) {
  return R"({"input_tokens":)" + std::to_string(tokens) + '}';
}

}  // namespace arouter::mock::anthropic
