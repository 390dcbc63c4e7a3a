#include "cli/mock/responses/answer.hpp"

#include "cli/mock/named_event.hpp"
#include "cli/mock/responses/response_object.hpp"

namespace arouter::mock::responses {

namespace {

class ResponseStream : public BlockStream {
 public:
  using BlockStream::BlockStream;

 private:
  void tell(const Step& step) override {
    switch (step.kind) {
      case Step::Kind::begin:
        emit_response("response.created", Stage::begun);
        return emit_response("response.in_progress", Stage::begun);
      case Step::Kind::open:
        return tell_open(step);
      case Step::Kind::piece:
        return tell_piece(step);
      case Step::Kind::close:
        return tell_close(step);
      case Step::Kind::finish:
        return emit_response(is_incomplete(answer()) ? "response.incomplete" : "response.completed",
                             Stage::ended);
    }
  }

  void emit_response(std::string_view type, Stage stage) {
    NamedEvent event(type);
    number(event);
    event.out().key("response");
    write_response(event.out(), answer(), stamp(), stage);
    emit(event.end());
  }

  void emit_item(std::string_view type, const Step& step, Stage stage) {
    NamedEvent event(type);
    number(event);
    event.out().number("output_index", static_cast<std::int64_t>(step.block)).key("item");
    write_item(event.out(), answer(), stamp(), step.block, stage);
    emit(event.end());
  }

  /// Where in the output something happens.
  void write_place(JsonWriter& out, const Step& step) const {
    out.string("item_id", item_id(answer(), stamp(), step.block));
    out.number("output_index", static_cast<std::int64_t>(step.block));
    const BlockKind kind = block_of(step).kind;
    if (kind == BlockKind::text) out.number("content_index", 0);
    if (kind == BlockKind::reasoning) out.number("summary_index", 0);
  }

  void emit_part(const Step& step, bool done) {
    const Block& block = block_of(step);
    const bool is_text = block.kind == BlockKind::text;
    const std::string type =
        is_text ? "response.content_part." : "response.reasoning_summary_part.";
    NamedEvent event(type + (done ? "done" : "added"));
    number(event);
    write_place(event.out(), step);
    event.out().key("part");
    const std::string_view text = done ? block.text : std::string_view();
    if (is_text) {
      write_text_part(event.out(), text);
    } else {
      write_summary_part(event.out(), text);
    }
    emit(event.end());
  }

  void number(NamedEvent& event) { event.out().number("sequence_number", number_++); }

  bool is_hidden(const Block& block) const {
    return block.kind == BlockKind::reasoning && !answer().reasoning.shown;
  }

  void tell_open(const Step& step) {
    emit_item("response.output_item.added", step, Stage::begun);
    const Block& block = block_of(step);
    if (block.kind != BlockKind::call && !is_hidden(block)) emit_part(step, false);
  }

  void tell_piece(const Step& step) {
    if (is_hidden(block_of(step))) return;
    emit_text(step, "delta", "delta", step.piece);
  }

  void tell_close(const Step& step) {
    const Block& block = block_of(step);
    if (!is_hidden(block)) {
      const bool call = block.kind == BlockKind::call;
      emit_text(step, "done", call ? "arguments" : "text", block.text);
      if (!call) emit_part(step, true);
    }
    emit_item("response.output_item.done", step, Stage::ended);
  }

  void emit_text(const Step& step, std::string_view what, std::string_view key,
                 std::string_view text) {
    const Block& block = block_of(step);
    NamedEvent event(std::string(text_event(block)) + std::string(what));
    number(event);
    write_place(event.out(), step);
    if (key == "arguments") event.out().string("name", block.name);
    event.out().string(key, text);
    if (block.kind == BlockKind::text) event.out().begin_array("logprobs").end_array();
    emit(event.end());
  }

  static std::string_view text_event(const Block& block) {
    switch (block.kind) {
      case BlockKind::reasoning:
        return "response.reasoning_summary_text.";
      case BlockKind::call:
        return "response.function_call_arguments.";
      case BlockKind::text:
        break;
    }
    return "response.output_text.";
  }

  std::int64_t number_ = 0;
};

}  // namespace

std::string encode(const Answer& answer, const Stamp& stamp) {
  std::string text;
  JsonWriter out(text);
  write_response(out, answer, stamp, Stage::ended);
  return text;
}

std::unique_ptr<EventStream> stream(Answer answer, const Stamp& stamp) {
  return std::make_unique<ResponseStream>(std::move(answer), stamp);
}

std::string encode_count(std::int64_t tokens) {
  return R"({"object":"response.input_tokens","input_tokens":)" + std::to_string(tokens) + '}';
}

}  // namespace arouter::mock::responses
