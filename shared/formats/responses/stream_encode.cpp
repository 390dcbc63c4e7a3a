#include <optional>
#include <string>
#include <utility>

#include "shared/chat/messages.hpp"
#include "shared/formats/answer_model.hpp"
#include "shared/formats/reply_losses.hpp"
#include "shared/formats/responses/errors.hpp"
#include "shared/formats/responses/items.hpp"
#include "shared/formats/responses/reply.hpp"
#include "shared/formats/responses/response_object.hpp"
#include "shared/formats/responses/stream.hpp"
#include "shared/formats/responses/tools.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_scan.hpp"
#include "shared/json_writer.hpp"

namespace arouter::responses {

namespace {

using chat::Event;
using Kind = chat::Event::Kind;

constexpr std::string_view kBlank = R"("")";

/// A JSON string that grows.
class QuotedText {
 public:
  /// Adds `text` and gives it as a JSON string of its own; valid until the next call.
  std::string_view add(std::string_view text) {
    piece_.clear();
    append_json_string(piece_, text);
    whole_.pop_back();
    whole_.append(piece_, 1);
    return piece_;
  }
  bool empty() const { return whole_.size() == 2; }
  const std::string& whole() const { return whole_; }
  void clear() { whole_ = kBlank; }

 private:
  std::string whole_{kBlank};
  std::string piece_;
};

/// Writes the events of a stream, each with its number.
class EventWriter {
 public:
  void set_out(std::string& out) { out_ = &out; }
  std::string& out() { return *out_; }
  std::int64_t next_number() { return sequence_++; }

  /// The event up to the members that are its own.
  JsonWriter begin(std::string_view type) {
    *out_ += "event: ";
    *out_ += type;
    *out_ += "\ndata: ";
    JsonWriter json(*out_);
    json.begin_object().string("type", type).number("sequence_number", next_number());
    return json;
  }
  void finish(JsonWriter& json) {
    json.end_object();
    *out_ += "\n\n";
  }

 private:
  std::string* out_ = nullptr;
  std::int64_t sequence_ = 0;
};

class Encoder final : public StreamEncoder {
 public:
  explicit Encoder(const AnswerSpelling& spelling)
      : spelling_(spelling), request_id_(spelling.request_id) {}

  void append(std::string& out, const Event& event) override {
    if (ended_) return;
    if (event.choice != 0) return losses_.add("reply.choices");  // there is room for one
    events_.set_out(out);
    if (!started_) start(event);
    take(event);
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  enum class Open : std::uint8_t { nothing, thought, text, refusal, call };

  void take(const Event& event) {
    switch (event.kind) {
      case Kind::text:
        return add_content(Open::text, event);
      case Kind::refusal:
        refused_ = true;
        return add_content(Open::refusal, event);
      case Kind::thinking:
        return add_thought(event);
      case Kind::signature:
        return add_signature(event);
      case Kind::tool_call:
        return open_call(event);
      case Kind::arguments:
        return add_arguments(event.text);
      case Kind::media:
        return add_media(event.media);
      case Kind::logprobs:
        return add_logprobs(event.text);
      case Kind::finish:
        finish_ = event.finish;
        note_finish(finish_, losses_);
        return close_item();
      case Kind::start:
      case Kind::usage:
        return note_usage(event);
      case Kind::error:
        return fail(event.error);
      case Kind::end:
        return end();
    }
  }

  void start(const Event& event) {
    started_ = true;
    response_.id = response_id(event.kind == Kind::start ? event.id : "", request_id_);
    response_.model = answer_model(event.model, spelling_);
    response_.service_tier = event.service_tier;
    response_.created = event.created != 0 ? event.created : spelling_.now_s;
    echo_ = echo_of(spelling_.request);
    for (const std::string_view type : {"response.created", "response.in_progress"}) {
      append_response_event(events_.out(), type, response_, echo_, events_.next_number());
    }
  }

  void note_usage(const Event& event) {
    if (event.cost) last_cost_ = event.cost;
    if (!event.service_tier.empty()) response_.service_tier = event.service_tier;
    if (event.usage.origin != UsageOrigin::none) last_usage_ = event.usage;
  }

  // Items.

  /// Announces an item that `write` writes; gives it an id.
  template <class Write>
  void begin_item(std::string_view prefix, Write write) {
    item_id_ = item_id(prefix, response_.id, static_cast<std::size_t>(output_index_));
    JsonWriter json = events_.begin("response.output_item.added");
    json.number("output_index", output_index_).key("item");
    write(json);
    events_.finish(json);
  }

  /// Announces its end, and keeps it for the last event.
  template <class Write>
  void finish_item(Write write) {
    JsonWriter json = events_.begin("response.output_item.done");
    json.number("output_index", output_index_).key("item");
    const std::size_t begin = events_.out().size();
    write(json);
    if (!response_.output.empty()) response_.output += ',';
    response_.output.append(events_.out(), begin);
    events_.finish(json);
    ++output_index_;
  }

  void close_item() {
    close_part();
    if (!message_is_open_) return;
    message_is_open_ = false;
    finish_item(
        [this](JsonWriter& json) { write_message(json, item_id_, item_status(), content_); });
    content_.clear();
    content_index_ = 0;
  }

  /// Of the last item: an answer that was cut ends in one that was cut.
  std::string_view item_status() const {
    ResponseObject probe;
    set_finish(probe, finish_, refused_);
    return probe.status == "completed" ? "completed" : "incomplete";
  }

  void close_part() {
    if (open_ == Open::thought) close_thought();
    if (open_ == Open::text || open_ == Open::refusal) close_content();
    if (open_ == Open::call) close_call();
    open_ = Open::nothing;
  }

  // Parts of a message.

  JsonWriter begin_in_item(std::string_view type) {
    JsonWriter json = events_.begin(type);
    json.string("item_id", item_id_).number("output_index", output_index_);
    return json;
  }
  JsonWriter begin_in_part(std::string_view type) {
    JsonWriter json = begin_in_item(type);
    json.number("content_index", content_index_);
    return json;
  }

  void add_content(Open kind, const Event& event) {
    if (open_ != kind || part_ != event.part) open_content(kind, event.part);
    if (event.text.empty()) return;
    const bool is_text = kind == Open::text;
    JsonWriter json =
        begin_in_part(is_text ? "response.output_text.delta" : "response.refusal.delta");
    json.raw("delta", text_.add(event.text));
    if (is_text) json.begin_array("logprobs").end_array();
    events_.finish(json);
  }

  void open_content(Open kind, std::int64_t part) {
    close_part();
    if (!message_is_open_) {
      message_is_open_ = true;
      begin_item("msg_",
                 [this](JsonWriter& json) { write_message(json, item_id_, "in_progress", ""); });
    }
    open_ = kind;
    part_ = part;
    text_.clear();
    logprobs_.clear();
    JsonWriter json = begin_in_part("response.content_part.added");
    json.key("part");
    write_part(json);
    events_.finish(json);
  }

  void write_part(JsonWriter& json) const {
    if (open_ == Open::refusal) {
      write_refusal_part(json, text_.whole());
    } else {
      write_text_part(json, text_.whole(), logprobs_);
    }
  }

  void close_content() {
    const bool is_text = open_ == Open::text;
    JsonWriter whole =
        begin_in_part(is_text ? "response.output_text.done" : "response.refusal.done");
    whole.raw(is_text ? "text" : "refusal", text_.whole());
    if (is_text) whole.raw("logprobs", "[" + logprobs_ + "]");
    events_.finish(whole);
    JsonWriter json = begin_in_part("response.content_part.done");
    json.key("part");
    if (!content_.empty()) content_ += ',';
    const std::size_t begin = events_.out().size();
    write_part(json);
    content_.append(events_.out(), begin);
    events_.finish(json);
    ++content_index_;
  }

  void add_logprobs(const std::string& object) {
    const Result<JsonDoc> doc = JsonDoc::read(object);
    if (!doc) return;
    const bool is_text = open_ == Open::text;
    const bool is_lost = !is_text && says_something(doc->root()["content"]);
    if (is_lost || says_something(doc->root()["refusal"])) losses_.add("reply.logprobs");
    if (!is_text) return;
    const std::string elements =
        chat::one_line(std::string(logprob_elements(doc->root()["content"])));
    if (!elements.empty() && !logprobs_.empty()) logprobs_ += ',';
    logprobs_ += elements;
  }

  // Thoughts.

  JsonWriter begin_in_summary(std::string_view type) {
    JsonWriter json = begin_in_item(type);
    json.number("summary_index", 0);
    return json;
  }

  void add_thought(const Event& event) {
    if (open_ != Open::thought || part_ != event.part) open_thought(event.part);
    if (event.text.empty()) return;
    JsonWriter json = begin_in_summary("response.reasoning_summary_text.delta");
    json.raw("delta", text_.add(event.text));
    events_.finish(json);
  }

  void open_thought(std::int64_t part) {
    close_item();
    open_ = Open::thought;
    part_ = part;
    text_.clear();
    signature_.clear();
    begin_item("rs_", [this](JsonWriter& json) { write_reasoning(json, item_id_, "", ""); });
    write_summary("response.reasoning_summary_part.added");
  }

  void write_summary(std::string_view type) {
    JsonWriter json = begin_in_summary(type);
    json.begin_object("part").string("type", "summary_text").raw("text", text_.whole());
    json.end_object();
    events_.finish(json);
  }

  void close_thought() {
    JsonWriter json = begin_in_summary("response.reasoning_summary_text.done");
    json.raw("text", text_.whole());
    events_.finish(json);
    write_summary("response.reasoning_summary_part.done");
    finish_item(
        [this](JsonWriter& item) { write_reasoning(item, item_id_, text_.whole(), signature_); });
  }

  void add_signature(const Event& event) {
    const bool is_open = open_ == Open::thought && part_ == event.part;
    if (event.redacted || (!is_open && event.signature.format == "gemini")) {
      return add_sealed(event.signature);
    }
    if (!is_open) open_thought(event.part);
    signature_ = chat::encode_signature(event.signature, kFormatName);
  }

  /// A thought that is all encrypted, or a signature that has no other place.
  void add_sealed(const chat::Signature& signature) {
    close_item();
    const std::string bytes = chat::encode_signature(signature, kFormatName);
    begin_item("rs_", [this](JsonWriter& json) { write_reasoning(json, item_id_, "", ""); });
    finish_item([&](JsonWriter& json) { write_reasoning(json, item_id_, "", bytes); });
  }

  // Calls.

  void open_call(const Event& event) {
    close_item();
    if (!event.signature.format.empty()) add_sealed(event.signature);
    open_ = Open::call;
    tool_ = find_tool(spelling_.request, event.tool_name);
    call_id_ = event.tool_id;
    call_name_ = event.tool_name;
    text_.clear();
    freeform_.clear();
    begin_item(is_freeform() ? "ctc_" : "fc_",
               [this](JsonWriter& json) { write_open_call(json, "in_progress"); });
  }

  bool is_freeform() const { return tool_ != nullptr && tool_->freeform; }

  void write_open_call(JsonWriter& json, std::string_view status) const {
    write_call(json, {.id = item_id_,
                      .call_id = call_id_,
                      .name = call_name_,
                      .quoted = text_.whole(),
                      .tool = tool_,
                      .status = status});
  }

  void add_arguments(const std::string& text) {
    if (open_ != Open::call || text.empty()) return;
    if (is_freeform()) {
      freeform_ += text;  // JSON that wraps the input: it can only be unwrapped whole
      return;
    }
    add_call_text("response.function_call_arguments.delta", text);
  }

  void add_call_text(std::string_view type, std::string_view text) {
    JsonWriter json = begin_in_item(type);
    json.raw("delta", text_.add(text));
    events_.finish(json);
  }

  void close_call() {
    if (is_freeform()) {
      add_call_text("response.custom_tool_call_input.delta", freeform_input(freeform_));
    } else if (text_.empty()) {
      add_call_text("response.function_call_arguments.delta", "{}");
    }
    JsonWriter json = begin_in_item(is_freeform() ? "response.custom_tool_call_input.done"
                                                  : "response.function_call_arguments.done");
    json.raw(is_freeform() ? "input" : "arguments", text_.whole());
    if (!is_freeform()) json.string("name", tool_ != nullptr ? own_name(*tool_) : call_name_);
    events_.finish(json);
    finish_item([this](JsonWriter& item) { write_open_call(item, "completed"); });
  }

  void add_media(const chat::Media& media) {
    if (media.kind != chat::Media::Kind::image || media.data.empty()) {
      return add_media_loss(losses_, media);
    }
    close_item();
    begin_item("ig_", [this](JsonWriter& json) { write_image_call(json, item_id_, ""); });
    finish_item([&](JsonWriter& json) { write_image_call(json, item_id_, media.data); });
  }

  // The end.

  void end() {
    close_item();
    set_finish(response_, finish_, refused_);
    finish_response();
  }

  void fail(const Error& error) {
    append_error_event(events_.out(), error, {.request_id = request_id_}, events_.next_number());
    response_.status = "failed";
    response_.error_code = failure_code(error);
    response_.error_message = error.message;
    finish_response();
  }

  void finish_response() {
    ended_ = true;
    response_.usage = last_usage_;
    response_.cost = last_cost_;
    const std::string type = "response." + std::string(response_.status);
    append_response_event(events_.out(), type, response_, echo_, events_.next_number());
  }

  const AnswerSpelling spelling_;
  const std::string request_id_;
  EventWriter events_;
  ResponseObject response_;
  std::string echo_;
  std::optional<Usage> last_usage_;
  std::optional<Cost> last_cost_;
  chat::FinishReason finish_ = chat::FinishReason::none;
  bool started_ = false, ended_ = false;
  bool refused_ = false;

  // Of the open item and its open part.
  Open open_ = Open::nothing;
  bool message_is_open_ = false;
  std::int64_t part_ = 0;  // as the events count
  std::int64_t output_index_ = 0, content_index_ = 0;
  std::string item_id_;
  std::string content_;   // finished parts of the message
  QuotedText text_;       // of the part, thought or call
  std::string logprobs_;  // of the text: elements
  std::string signature_;
  std::string call_id_, call_name_;
  std::string freeform_;
  const chat::Tool* tool_ = nullptr;
  chat::Losses losses_;
};

}  // namespace

std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling) {
  return std::make_unique<Encoder>(spelling);
}

}  // namespace arouter::responses
