#include <cstdint>
#include <string>
#include <string_view>

#include "shared/chat/messages.hpp"
#include "shared/formats/anthropic/content.hpp"
#include "shared/formats/anthropic/errors.hpp"
#include "shared/formats/anthropic/reply.hpp"
#include "shared/formats/anthropic/stream.hpp"
#include "shared/formats/anthropic/usage.hpp"
#include "shared/formats/reply_losses.hpp"

namespace arouter::anthropic {

namespace {

using chat::Event;
using Kind = chat::Event::Kind;

class Encoder final : public StreamEncoder {
 public:
  explicit Encoder(const AnswerSpelling& spelling)
      : request_id_(spelling.request_id), spelling_(spelling) {
    spelling_.request_id = request_id_;
  }

  void append(std::string& out, const Event& event) override {
    if (ended_) return;
    if (event.kind == Kind::error) {
      ended_ = true;
      out += encode_stream_error(event.error, {.request_id = request_id_});
      return;
    }
    if (event.kind == Kind::start || !started_) start(out, event);
    if (event.kind == Kind::usage) take_usage(event);
    if (event.kind == Kind::end) return end(out);
    if (event.choice == 0) return append_content(out, event);
    losses_.add("reply.choices");  // there is room for one
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  enum class Block { none, text, thinking, call };

  void append_content(std::string& out, const Event& event) {
    switch (event.kind) {
      case Kind::text:
      case Kind::refusal:
        if (event.text.empty()) return;
        need(out, Block::text, event.part);
        return delta(out, "text_delta", "text", event.text);
      case Kind::thinking:
        need(out, Block::thinking, event.part);
        if (!event.text.empty()) delta(out, "thinking_delta", "thinking", event.text);
        return;
      case Kind::signature:
        return sign(out, event);
      case Kind::tool_call:
        return start_call(out, event);
      case Kind::arguments:
        if (open_ != Block::call || event.text.empty()) return;
        has_arguments_ = true;
        return delta(out, "input_json_delta", "partial_json", event.text);
      case Kind::finish:
        close(out);
        finish_ = event.finish;
        stop_sequence_ = event.stop_sequence;
        return note_finish(event.finish, losses_);
      case Kind::media:
        return add_media_loss(losses_, event.media);
      case Kind::logprobs:
        return note_logprobs(event.text);
      default:
        return;
    }
  }

  void note_logprobs(std::string_view logprobs) {
    if (has_logprobs_ || !holds_logprobs(logprobs)) return;
    has_logprobs_ = true;
    losses_.add("reply.logprobs");
  }

  // Events.

  /// Opens the data of an event of that name.
  static JsonWriter begin(std::string& out, std::string_view name) {
    out += "event: ";
    out += name;
    out += "\ndata: ";
    JsonWriter writer(out);
    writer.begin_object().string("type", name);
    return writer;
  }
  static void finish_event(std::string& out, JsonWriter& writer) {
    writer.end_object();
    out += "\n\n";
  }

  void start(std::string& out, const Event& event) {
    if (started_) return;
    started_ = true;
    if (event.kind == Kind::start) usage_ = event.usage;
    JsonWriter writer = begin(out, "message_start");
    begin_message(writer.key("message"), event.id, event.model, spelling_);
    writer.begin_array("content").end_array();
    writer.null("stop_reason").null("stop_sequence");
    write_usage(writer.key("usage"), usage_, std::nullopt);
    writer.end_object();
    finish_event(out, writer);
  }

  void take_usage(const Event& event) {
    usage_ = event.usage;
    cost_ = event.cost;
  }

  void end(std::string& out) {
    close(out);
    ended_ = true;
    JsonWriter writer = begin(out, "message_delta");
    writer.begin_object("delta").string("stop_reason", encode_stop_reason(finish_, has_calls_));
    if (stop_sequence_.empty()) {
      writer.null("stop_sequence");
    } else {
      writer.string("stop_sequence", stop_sequence_);
    }
    writer.end_object();
    write_usage(writer.key("usage"), usage_, cost_);
    finish_event(out, writer);
    JsonWriter stop = begin(out, "message_stop");
    finish_event(out, stop);
  }

  // Blocks.

  void delta(std::string& out, std::string_view type, std::string_view field,
             std::string_view text) const {
    JsonWriter writer = begin(out, "content_block_delta");
    writer.number("index", index_);
    writer.begin_object("delta").string("type", type).string(field, text).end_object();
    finish_event(out, writer);
  }

  /// Begins a block; `write` writes what it is at its start.
  template <class Write>
  void open_block(std::string& out, Block block, std::int64_t part, Write write) {
    ++index_;
    open_ = block;
    part_ = part;
    JsonWriter writer = begin(out, "content_block_start");
    writer.number("index", index_);
    write(writer.key("content_block"));
    finish_event(out, writer);
  }

  void stop_block(std::string& out) {
    open_ = Block::none;
    JsonWriter writer = begin(out, "content_block_stop");
    writer.number("index", index_);
    finish_event(out, writer);
  }

  void redacted_block(std::string& out, const chat::Signature& signature, std::int64_t part) {
    open_block(out, Block::thinking, part,
               [&](JsonWriter& writer) { write_redacted(writer, signature); });
    stop_block(out);
  }

  /// Ends the open block, and says what came late for the one before.
  void close(std::string& out) {
    if (open_ == Block::call && !has_arguments_) {
      delta(out, "input_json_delta", "partial_json", "");  // as the API does
    }
    if (open_ != Block::none) stop_block(out);
    if (late_signature_.format.empty()) return;
    redacted_block(out, late_signature_, part_);
    late_signature_ = {};
  }

  /// Sees to it that a text or a thought of that part is open.
  void need(std::string& out, Block block, std::int64_t part) {
    if (open_ == block && part_ == part) return;
    close(out);
    open_block(out, block, part, [&](JsonWriter& writer) {
      writer.begin_object();
      if (block == Block::text) {
        writer.string("type", "text").string("text", "");
      } else {
        writer.string("type", "thinking").string("thinking", "").string("signature", "");
      }
      writer.end_object();
    });
  }

  void sign(std::string& out, const Event& event) {
    const bool is_of_open = open_ != Block::none && part_ == event.part;
    const bool is_lone = !is_of_open && event.signature.format == "gemini";  // of what follows
    if (event.redacted || is_lone) {
      close(out);
      redacted_block(out, event.signature, event.part);
    } else if (is_of_open && open_ == Block::text) {
      late_signature_ = event.signature;  // of a text that has been sent: a block behind it
    } else if (!is_of_open || open_ == Block::thinking) {
      need(out, Block::thinking, event.part);
      delta(out, "signature_delta", "signature", chat::encode_signature(event.signature, kFormat));
    }
  }

  void start_call(std::string& out, const Event& event) {
    // A block behind a text would be taken for that of a call without a signature of its own.
    if (event.signature.format.empty() && !late_signature_.format.empty()) {
      losses_.add("reply.signature");
      late_signature_ = {};
    }
    close(out);
    if (!event.signature.format.empty()) redacted_block(out, event.signature, event.part);
    open_block(out, Block::call, event.part, [&](JsonWriter& writer) {
      writer.begin_object().string("type", "tool_use").string("id", event.tool_id);
      writer.string("name", event.tool_name).raw("input", "{}").end_object();
    });
    has_calls_ = true;
    has_arguments_ = false;
  }

  const std::string request_id_;
  AnswerSpelling spelling_;
  bool started_ = false;
  bool ended_ = false;
  Block open_ = Block::none;
  std::int64_t part_ = -1;   // of the open block, or of the last one
  std::int64_t index_ = -1;  // of the same
  bool has_arguments_ = false;
  bool has_calls_ = false;
  bool has_logprobs_ = false;  // and they are lost
  chat::Signature late_signature_;
  chat::FinishReason finish_ = chat::FinishReason::none;
  std::string stop_sequence_;
  Usage usage_;
  std::optional<Cost> cost_;
  chat::Losses losses_;
};

}  // namespace

std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling) {
  return std::make_unique<Encoder>(spelling);
}

}  // namespace arouter::anthropic
