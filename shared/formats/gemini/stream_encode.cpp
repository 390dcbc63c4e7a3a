#include <utility>
#include <vector>

#include "shared/chat/messages.hpp"
#include "shared/formats/answer_model.hpp"
#include "shared/formats/gemini/errors.hpp"
#include "shared/formats/gemini/parts.hpp"
#include "shared/formats/gemini/reply.hpp"
#include "shared/formats/gemini/signature.hpp"
#include "shared/formats/gemini/stream.hpp"

namespace arouter::gemini {

namespace {

using chat::Event;
using chat::FinishReason;

/// One choice of the stream: the part that is held until it is whole.
struct ChoiceState {
  std::int64_t index = 0;
  std::int64_t part = -1;   // that is open
  bool has_call = false;    // the open part is `call`
  bool is_thought = false;  // the open part is a thought
  bool refused = false;     // in words
  chat::ToolCall call{};
  std::string thought{};  // that is shown only once it is signed
  FinishReason finish = FinishReason::none;
};

class Encoder final : public StreamEncoder {
 public:
  explicit Encoder(const AnswerSpelling& spelling)
      : request_id_(spelling.request_id),
        id_(spelling.request_id),
        model_(answer_model({}, spelling)),
        shows_thoughts_(shows_thoughts(spelling)) {}

  void append(std::string& out, const Event& event) override {
    if (ended_) return;
    switch (event.kind) {
      case Event::Kind::start:
        if (!event.model.empty()) model_ = event.model;
        if (!event.id.empty()) id_ = event.id;
        return;
      case Event::Kind::usage:
        usage_ = event.usage;
        return;
      case Event::Kind::error:
        ended_ = true;
        out += encode_stream_error(event.error, {.request_id = request_id_});
        return;
      case Event::Kind::end:
        ended_ = true;
        append_last(out);
        return;
      default:
        append_content(out, choice_of(event.choice), event);
    }
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  ChoiceState& choice_of(std::int64_t index) {
    for (ChoiceState& choice : choices_) {
      if (choice.index == index) return choice;
    }
    choices_.emplace_back().index = index;
    return choices_.back();
  }

  void append_content(std::string& out, ChoiceState& choice, const Event& event) {
    if (event.kind == Event::Kind::finish) {
      choice.finish = event.finish;
      return note_finish(event.finish, losses_);
    }
    if (event.kind == Event::Kind::logprobs) return append_logprobs(out, choice, event.text);
    if (event.part != choice.part) close_part(out, choice);
    choice.part = event.part;
    switch (event.kind) {
      case Event::Kind::text:
      case Event::Kind::refusal:
        if (event.kind == Event::Kind::refusal && !event.text.empty()) choice.refused = true;
        if (!event.text.empty()) append_text(out, choice, event.text, false, "");
        return;
      case Event::Kind::thinking:
        return append_thought(out, choice, event.text);
      case Event::Kind::signature:
        return append_signature(out, choice, event);
      case Event::Kind::tool_call:
        choice.has_call = true;
        choice.call = {event.tool_id, event.tool_name, "", event.signature, ""};
        return;
      case Event::Kind::arguments:
        choice.call.arguments += event.text;
        return;
      case Event::Kind::media:
        begin_piece(out, choice);
        write_media(*writer_, event.media);
        return end_piece(out);
      default:
        return;
    }
  }

  void append_logprobs(std::string& out, const ChoiceState& choice, std::string_view logprobs) {
    begin_piece(out, choice);
    write_text(*writer_, "", false, "");
    end_piece(out, encode_logprobs(logprobs));
  }

  void append_thought(std::string& out, ChoiceState& choice, std::string_view text) {
    choice.is_thought = true;
    if (!shows_thoughts_) {
      choice.thought += text;
    } else if (!text.empty()) {
      append_text(out, choice, text, true, "");
    }
  }

  void append_signature(std::string& out, ChoiceState& choice, const Event& event) {
    if (choice.has_call) {
      choice.call.signature = event.signature;
      return;
    }
    const bool thought = choice.is_thought || event.redacted;
    append_text(out, choice, choice.thought, thought,
                encode_thought_signature(event.signature, event.redacted));
    choice.thought.clear();
  }

  /// The open part is whole: a call is sent, a thought that nobody signed stays with us.
  void close_part(std::string& out, ChoiceState& choice) {
    if (choice.has_call) {
      begin_piece(out, choice);
      write_held_call(choice);
      end_piece(out);
    }
    choice.thought.clear();
    choice.is_thought = false;
  }

  void write_held_call(ChoiceState& choice) {
    choice.call.arguments = chat::one_line(std::move(choice.call.arguments));
    write_call(*writer_, choice.call, encode_thought_signature(choice.call.signature));
    choice.has_call = false;
    choice.call = {};
  }

  void append_text(std::string& out, const ChoiceState& choice, std::string_view text, bool thought,
                   std::string_view signature) {
    begin_piece(out, choice);
    write_text(*writer_, text, thought, signature);
    end_piece(out);
  }

  void begin_piece(std::string& out, const ChoiceState& choice) {
    out += "data: ";
    writer_.emplace(out);
    writer_->begin_object().begin_array("candidates");
    begin_candidate(choice);
  }

  void begin_candidate(const ChoiceState& choice) {
    piece_index_ = choice.index;
    writer_->begin_object().begin_object("content").begin_array("parts");
  }

  void end_candidate(std::string_view finish, std::string_view logprobs) {
    writer_->end_array().string("role", "model").end_object();
    writer_->string_if("finishReason", finish);
    if (piece_index_ != 0) writer_->number("index", piece_index_);
    writer_->raw_if("logprobsResult", logprobs);
    writer_->end_object();
  }

  void end_piece(std::string& out, std::string_view logprobs = {}) {
    end_candidate("", logprobs);
    writer_->end_array();
    write_names(*writer_, model_, id_);
    writer_->end_object();
    out += "\n\n";
  }

  void append_last(std::string& out) {
    if (choices_.empty()) choice_of(0).finish = FinishReason::stop;
    out += "data: ";
    writer_.emplace(out);
    writer_->begin_object().begin_array("candidates");
    for (ChoiceState& choice : choices_) {
      begin_candidate(choice);
      if (choice.has_call) {
        write_held_call(choice);
      } else {
        write_text(*writer_, "", false, "");
      }
      end_candidate(encode_finish(choice.finish, choice.refused), "");
    }
    writer_->end_array();
    if (usage_) write_usage(*writer_, *usage_);
    write_names(*writer_, model_, id_);
    writer_->end_object();
    out += "\n\n";
  }

  std::string request_id_, id_, model_;
  bool shows_thoughts_;
  bool ended_ = false;
  std::vector<ChoiceState> choices_;
  std::optional<Usage> usage_;
  std::optional<JsonWriter> writer_;  // of the piece that is being written
  std::int64_t piece_index_ = 0;
  chat::Losses losses_;
};

}  // namespace

std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling) {
  return std::make_unique<Encoder>(spelling);
}

}  // namespace arouter::gemini
