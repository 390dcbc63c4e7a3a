#include <string>
#include <vector>

#include "shared/chat/messages.hpp"
#include "shared/formats/answer_model.hpp"
#include "shared/formats/openai/errors.hpp"
#include "shared/formats/openai/reasoning.hpp"
#include "shared/formats/openai/reply.hpp"
#include "shared/formats/openai/stream.hpp"
#include "shared/formats/openai/usage.hpp"
#include "shared/formats/reply_losses.hpp"
#include "shared/json_writer.hpp"

namespace arouter::openai {

namespace {

using chat::Event;
using Kind = Event::Kind;

/// What of a choice has been said.
struct ChoiceState {
  bool begun = false;
  bool refused = false;
  std::int64_t open_part = -1;
  Kind open = Kind::start;  // what the open part is: text, thinking, refusal or tool_call
  std::int64_t calls = 0;   // opened
  std::int64_t images = 0;
  bool has_arguments = false;    // of the open call
  std::string call_id{};         // of the open call
  std::int64_t details = 0;      // index of the next reasoning detail
  std::int64_t open_detail = 0;  // of the open thought
};

class Encoder : public StreamEncoder {
 public:
  explicit Encoder(const AnswerSpelling& spelling)
      : request_id_(spelling.request_id),
        model_(answer_model({}, spelling)),
        now_s_(spelling.now_s),
        include_usage_(spelling.include_usage),
        hide_thoughts_(hides_thoughts(spelling)) {}

  void append(std::string& out, const Event& event) override {
    switch (event.kind) {
      case Kind::start:
        return begin(out, event);
      case Kind::usage:
        usage_ = event.usage;
        cost_ = event.cost;
        if (!event.service_tier.empty()) service_tier_ = event.service_tier;
        return;
      case Kind::error:
        out += "data: " + encode_error(event.error, {.request_id = request_id_}) + "\n\n";
        return;
      case Kind::end:
        return end(out);
      default:
        return append_to_choice(out, event);
    }
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  void begin(std::string& out, const Event& event) {
    make_head(event);
    if (event.usage.origin != UsageOrigin::none) usage_ = event.usage;
    begin_choice(out, 0);
  }

  /// What all chunks begin with.
  void make_head(const Event& event) {
    if (!head_.empty()) return;
    const AnswerSpelling spelling{.request_id = request_id_};
    head_ = "data: {\"id\":";
    append_json_string(head_, answer_id(event.id, spelling));
    head_ += R"(,"object":"chat.completion.chunk","created":)";
    head_ += std::to_string(event.created > 0 ? event.created : now_s_);
    head_ += ",\"model\":";
    append_json_string(head_, event.model.empty() ? model_ : event.model);
    if (!event.service_tier.empty()) {
      in_head_ = true;
      head_ += ",\"service_tier\":";
      append_json_string(head_, event.service_tier);
    }
    head_ += ",\"choices\":[";
  }

  ChoiceState& state(std::int64_t choice) {
    for (Known& known : choices_) {
      if (known.index == choice) return known.state;
    }
    return choices_.emplace_back(Known{choice, {}}).state;
  }

  void begin_choice(std::string& out, std::int64_t choice) {
    ChoiceState& now = state(choice);
    if (now.begun) return;
    now.begun = true;
    open_delta(out, choice);
    out += R"("role":"assistant","content":"")";
    close_delta(out);
  }

  void open_delta(std::string& out, std::int64_t choice) const {
    out += head_;
    out += "{\"index\":";
    out += std::to_string(choice);
    out += ",\"delta\":{";
  }
  /// `more`: members of the choice behind the delta.
  void close_delta(std::string& out, std::string_view more = {},
                   std::string_view finish = "null") const {
    out += '}';
    out += more;
    out += ",\"finish_reason\":";
    out += finish;
    out += include_usage_ ? "}],\"usage\":null}\n\n" : "}]}\n\n";
  }

  void append_text(std::string& out, std::int64_t choice, std::string_view member,
                   std::string_view text) const {
    open_delta(out, choice);
    out += member;
    append_json_string(out, text);
    close_delta(out);
  }

  void append_to_choice(std::string& out, const Event& event) {
    make_head(event);
    begin_choice(out, event.choice);
    ChoiceState& now = state(event.choice);
    const bool is_part = event.kind != Kind::finish && event.kind != Kind::logprobs;
    if (event.kind == Kind::finish || (is_part && event.part != now.open_part)) {
      close_part(out, event.choice, now);
    }
    if (is_part && event.part != now.open_part) open_part(event, now);
    append_event(out, event, now);
  }

  /// A call without arguments has an empty object for them, which is JSON.
  void close_part(std::string& out, std::int64_t choice, ChoiceState& now) const {
    if (now.open != Kind::tool_call || now.has_arguments) return;
    append_arguments(out, choice, now, "{}");
  }

  void open_part(const Event& event, ChoiceState& now) const {
    now.open_part = event.part;
    now.open = event.kind;
    if (event.kind == Kind::signature) now.open = Kind::thinking;
    if (now.open == Kind::thinking) now.open_detail = now.details++;
  }

  void append_event(std::string& out, const Event& event, ChoiceState& now) {
    switch (event.kind) {
      case Kind::text:
        if (event.text.empty()) return;
        return append_text(out, event.choice, "\"content\":", event.text);
      case Kind::refusal:
        if (event.text.empty()) return;
        now.refused = true;
        return append_text(out, event.choice, "\"refusal\":", event.text);
      case Kind::thinking:
        return append_thought(out, event, now);
      case Kind::signature:
        return append_signature(out, event, now);
      case Kind::tool_call:
        return append_call(out, event, now);
      case Kind::arguments:
        if (!event.text.empty()) append_arguments(out, event.choice, now, event.text);
        return;
      case Kind::media:
        return append_media(out, event, now);
      case Kind::logprobs:
        open_delta(out, event.choice);
        return close_delta(out, ",\"logprobs\":" + chat::one_line(event.text));
      default:
        return append_finish(out, event, now);
    }
  }

  /// Once for readers of reasoning_content, once for readers of reasoning_details: the latter need
  /// the text beside its signature, which comes last.
  void append_thought(std::string& out, const Event& event, const ChoiceState& now) const {
    if (hide_thoughts_ || event.text.empty()) return;
    open_delta(out, event.choice);
    out += "\"reasoning_content\":";
    append_json_string(out, event.text);
    out += ",\"reasoning_details\":[";
    JsonWriter json(out);
    write_text_detail(json, event.text, {}, now.open_detail);
    out += ']';
    close_delta(out);
  }

  void append_signature(std::string& out, const Event& event, ChoiceState& now) const {
    const bool of_thought = now.open == Kind::thinking;
    if ((of_thought && hide_thoughts_) || !has_detail(event.signature)) return;
    open_delta(out, event.choice);
    out += "\"reasoning_details\":[";
    JsonWriter json(out);
    if (of_thought && !event.redacted) {
      write_text_detail(json, "", event.signature, now.open_detail);
    } else if (of_thought) {
      write_encrypted_detail(json, event.signature, "", now.open_detail);
    } else {
      const bool of_call = now.open == Kind::tool_call;
      write_encrypted_detail(json, event.signature, of_call ? now.call_id : "", now.details++);
    }
    out += ']';
    close_delta(out);
  }

  void append_call(std::string& out, const Event& event, ChoiceState& now) const {
    now.has_arguments = false;
    now.call_id = event.tool_id;
    open_delta(out, event.choice);
    if (has_detail(event.signature)) {
      out += "\"reasoning_details\":[";
      JsonWriter json(out);
      write_encrypted_detail(json, event.signature, event.tool_id, now.details++);
      out += "],";
    }
    out += "\"tool_calls\":[";
    JsonWriter json(out);
    json.begin_object().number("index", now.calls++).string("id", event.tool_id);
    json.string("type", "function").begin_object("function");
    json.string("name", event.tool_name).string("arguments", "").end_object();
    if (is_extra_content(event.signature))
      json.raw("extra_content", chat::one_line(event.signature.bytes));
    json.end_object();
    out += ']';
    close_delta(out);
  }

  void append_arguments(std::string& out, std::int64_t choice, ChoiceState& now,
                        std::string_view text) const {
    now.has_arguments = true;
    open_delta(out, choice);
    out += "\"tool_calls\":[{\"index\":";
    out += std::to_string(now.calls - 1);
    out += ",\"function\":{\"arguments\":";
    append_json_string(out, text);
    out += "}}]";
    close_delta(out);
  }

  void append_media(std::string& out, const Event& event, ChoiceState& now) {
    if (!shows_media(event.media)) return add_media_loss(losses_, event.media);
    open_delta(out, event.choice);
    out += R"("images":[{"type":"image_url","image_url":{"url":)";
    append_json_string(out, chat::encode_media_url(event.media));
    out += "},\"index\":" + std::to_string(now.images++) + "}]";
    close_delta(out);
  }

  void append_finish(std::string& out, const Event& event, ChoiceState& now) {
    now.open = Kind::finish;
    note_finish(event.finish, losses_);
    open_delta(out, event.choice);
    std::string finish = "\"";
    finish += encode_finish_reason(event.finish, now.refused);
    finish += '"';
    close_delta(out, {}, finish);
  }

  void end(std::string& out) {
    const bool ends_in_usage = include_usage_ && usage_.origin != UsageOrigin::none;
    const bool late_tier = !in_head_ && !service_tier_.empty();
    if (ends_in_usage) {
      make_head({});
      out += head_;
      out += "],\"usage\":";
      JsonWriter json(out);
      write_usage(json, usage_, cost_);
      if (late_tier) {
        out += ",\"service_tier\":";
        append_json_string(out, service_tier_);
      }
      out += "}\n\n";
    } else if (late_tier) {
      losses_.add("reply.service_tier");
    }
    out += "data: [DONE]\n\n";
  }

  struct Known {
    std::int64_t index;
    ChoiceState state;
  };

  std::string request_id_;
  std::string model_;  // that was asked for, until the provider names its own
  std::int64_t now_s_;
  bool include_usage_;
  bool hide_thoughts_;
  std::string head_{};
  std::vector<Known> choices_{};
  Usage usage_{};
  std::optional<Cost> cost_{};
  std::string service_tier_{};
  bool in_head_ = false;  // the service tier
  chat::Losses losses_{};
};

}  // namespace

std::unique_ptr<StreamEncoder> make_stream_encoder(const AnswerSpelling& spelling) {
  return std::make_unique<Encoder>(spelling);
}

}  // namespace arouter::openai
