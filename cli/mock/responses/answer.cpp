#include "cli/mock/responses/answer.hpp"

#include "cli/mock/json_out.hpp"
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

  /// `data` after type and number.
  void emit_event(std::string_view type, std::string_view data) {
    std::string event = "event: " + std::string(type);
    append_member(event, "\ndata: {\"type\":", type);
    append_member(event, R"(,"sequence_number":)", number_++);
    event += data;
    event += "}\n\n";
    emit(std::move(event));
  }

  void emit_response(std::string_view type, Stage stage) {
    std::string data = R"(,"response":)";
    append_response(data, answer(), stamp(), stage);
    emit_event(type, data);
  }

  void emit_item(std::string_view type, const Step& step, Stage stage) {
    std::string data;
    append_member(data, R"(,"output_index":)", static_cast<std::int64_t>(step.block));
    data += R"(,"item":)";
    append_item(data, answer(), stamp(), step.block, stage);
    emit_event(type, data);
  }

  /// Where in the output something happens.
  std::string place(const Step& step) const {
    std::string data;
    append_member(data, R"(,"item_id":)", item_id(answer(), stamp(), step.block));
    append_member(data, R"(,"output_index":)", static_cast<std::int64_t>(step.block));
    switch (block_of(step).kind) {
      case BlockKind::text:
        return data + R"(,"content_index":0)";
      case BlockKind::reasoning:
        return data + R"(,"summary_index":0)";
      case BlockKind::call:
        break;
    }
    return data;
  }

  void emit_part(const Step& step, bool done) {
    const Block& block = block_of(step);
    const std::string_view text = done ? block.text : std::string_view();
    std::string data = place(step) + R"(,"part":)";
    if (block.kind == BlockKind::text) {
      append_text_part(data, text);
      emit_event(done ? "response.content_part.done" : "response.content_part.added", data);
    } else {
      append_summary_part(data, text);
      emit_event(
          done ? "response.reasoning_summary_part.done" : "response.reasoning_summary_part.added",
          data);
    }
  }

  bool is_hidden(const Block& block) const {
    return block.kind == BlockKind::reasoning && !answer().reasoning.shown;
  }

  void tell_open(const Step& step) {
    emit_item("response.output_item.added", step, Stage::begun);
    const Block& block = block_of(step);
    if (block.kind != BlockKind::call && !is_hidden(block)) emit_part(step, false);
  }

  void tell_piece(const Step& step) {
    const Block& block = block_of(step);
    if (is_hidden(block)) return;
    std::string data = place(step);
    append_member(data, R"(,"delta":)", step.piece);
    if (block.kind == BlockKind::text) data += R"(,"logprobs":[])";
    emit_event(std::string(text_event(block)) + "delta", data);
  }

  void tell_close(const Step& step) {
    const Block& block = block_of(step);
    if (!is_hidden(block)) {
      std::string data = place(step);
      if (block.kind == BlockKind::call) {
        append_member(data, R"(,"name":)", block.name);
        append_member(data, R"(,"arguments":)", block.text);
      } else {
        append_member(data, R"(,"text":)", block.text);
      }
      if (block.kind == BlockKind::text) data += R"(,"logprobs":[])";
      emit_event(std::string(text_event(block)) + "done", data);
      if (block.kind != BlockKind::call) emit_part(step, true);
    }
    emit_item("response.output_item.done", step, Stage::ended);
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
  std::string out;
  append_response(out, answer, stamp, Stage::ended);
  return out;
}

std::unique_ptr<EventStream> stream(Answer answer, const Stamp& stamp) {
  return std::make_unique<ResponseStream>(std::move(answer), stamp);
}

std::string encode_count(std::int64_t tokens) {
  return R"({"object":"response.input_tokens","input_tokens":)" + std::to_string(tokens) + '}';
}

}  // namespace arouter::mock::responses
