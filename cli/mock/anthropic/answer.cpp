#include "cli/mock/anthropic/answer.hpp"

#include "cli/mock/named_event.hpp"
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

void write_stop(JsonWriter& out, const Choice& choice) {
  out.string("stop_reason", stop_reason(choice.finish));
  if (choice.finish == Finish::stop_sequence) {
    out.string("stop_sequence", choice.stop);
  } else {
    out.null("stop_sequence");
  }
}

void write_usage(JsonWriter& out, const Answer& answer, std::int64_t output_tokens) {
  out.begin_object("usage")
      .number("input_tokens", answer.prompt_tokens - answer.cached_tokens)
      .number("cache_creation_input_tokens", 0)
      .number("cache_read_input_tokens", answer.cached_tokens)
      .begin_object("cache_creation")
      .number("ephemeral_5m_input_tokens", 0)
      .number("ephemeral_1h_input_tokens", 0)
      .end_object()
      .number("output_tokens", output_tokens)
      .string("service_tier", "standard")
      .end_object();
}

/// A message's members up to its content.
void write_opening(JsonWriter& out, const Answer& answer, const Stamp& stamp) {
  out.string("id", "msg_" + stamp.id)
      .string("type", "message")
      .string("role", "assistant")
      .string("model", answer.model);
}

std::string signature_of(const Block& block) {
  return make_seal(hash_text(block.text));
}

/// A content block; as a stream begins it when `empty`.
void write_block(JsonWriter& out, const Answer& answer, std::size_t index, const Stamp& stamp,
                 bool empty) {
  const Block& block = answer.choices[0].blocks[index];
  const std::string_view text = empty ? std::string_view() : block.text;
  out.begin_object();
  switch (block.kind) {
    case BlockKind::text:
      out.string("type", "text").string("text", text);
      break;
    case BlockKind::reasoning:
      out.string("type", "thinking")
          .string("thinking", answer.reasoning.shown ? text : std::string_view())
          .string("signature", empty ? "" : signature_of(block));
      break;
    case BlockKind::call:
      out.string("type", "tool_use")
          .string("id", block_id("toolu_", stamp, 0, index))
          .string("name", block.name)
          .raw("input", empty ? "{}" : arguments_of(block));
      break;
  }
  out.end_object();
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

  void emit_bare(std::string_view type) { emit(NamedEvent(type).end()); }

  void emit_delta(const Step& step, std::string_view type, std::string_view key,
                  std::string_view text) {
    NamedEvent event("content_block_delta");
    event.out()
        .number("index", static_cast<std::int64_t>(step.block))
        .begin_object("delta")
        .string("type", type)
        .string(key, text)
        .end_object();
    emit(event.end());
  }

  void tell_start() {
    NamedEvent event("message_start");
    event.out().begin_object("message");
    write_opening(event.out(), answer(), stamp());
    event.out().begin_array("content").end_array().null("stop_reason").null("stop_sequence");
    write_usage(event.out(), answer(), 1);
    event.out().end_object();
    emit(event.end());
  }

  void tell_open(const Step& step) {
    NamedEvent event("content_block_start");
    event.out().number("index", static_cast<std::int64_t>(step.block)).key("content_block");
    write_block(event.out(), answer(), step.block, stamp(), true);
    emit(event.end());
    if (step.block == 0) emit_bare("ping");
  }

  void tell_piece(const Step& step) {
    switch (block_of(step).kind) {
      case BlockKind::text:
        return emit_delta(step, "text_delta", "text", step.piece);
      case BlockKind::call:
        return emit_delta(step, "input_json_delta", "partial_json", step.piece);
      case BlockKind::reasoning:
        if (!answer().reasoning.shown) return;
        return emit_delta(step, "thinking_delta", "thinking", step.piece);
    }
  }

  void tell_close(const Step& step) {
    if (block_of(step).kind == BlockKind::reasoning) {
      emit_delta(step, "signature_delta", "signature", signature_of(block_of(step)));
    }
    NamedEvent event("content_block_stop");
    event.out().number("index", static_cast<std::int64_t>(step.block));
    emit(event.end());
  }

  void tell_finish() {
    NamedEvent event("message_delta");
    event.out().begin_object("delta");
    write_stop(event.out(), answer().choices[0]);
    event.out().end_object();
    write_usage(event.out(), answer(), answer().completion_tokens);
    emit(event.end());
    emit_bare("message_stop");
  }
};

}  // namespace

std::string encode(const Answer& answer, const Stamp& stamp) {
  std::string text;
  JsonWriter out(text);
  out.begin_object();
  write_opening(out, answer, stamp);
  out.begin_array("content");
  for (std::size_t i = 0; i < answer.choices[0].blocks.size(); ++i) {
    write_block(out, answer, i, stamp, false);
  }
  out.end_array();
  write_stop(out, answer.choices[0]);
  write_usage(out, answer, answer.completion_tokens);
  out.end_object();
  return text;
}

std::unique_ptr<EventStream> stream(Answer answer, const Stamp& stamp) {
  return std::make_unique<MessageStream>(std::move(answer), stamp);
}

std::string encode_count(std::int64_t tokens) {
  return R"({"input_tokens":)" + std::to_string(tokens) + '}';
}

}  // namespace arouter::mock::anthropic
