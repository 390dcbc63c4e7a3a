// Parts must come one after the other. Texts and thoughts do; the fragments of tool calls may
// interleave. The first open call is passed on as it comes; whatever else comes while it is open is
// held back until the choice is finished, which costs nobody time: calls are made then.
#include <algorithm>
#include <utility>
#include <vector>

#include "shared/errors/provider_error.hpp"
#include "shared/formats/openai/content.hpp"
#include "shared/formats/openai/reasoning.hpp"
#include "shared/formats/openai/reply.hpp"
#include "shared/formats/openai/stream.hpp"
#include "shared/formats/openai/usage.hpp"
#include "shared/formats/reply_losses.hpp"

namespace arouter::openai {

namespace {

using chat::Event;
using Kind = Event::Kind;

constexpr std::size_t kMostHeld = 16 * 1024 * 1024;
constexpr std::size_t kMostParts = 1024;
constexpr std::int64_t kMostChoices = 128;

/// A part that is open or held back.
struct OpenPart {
  Kind kind = Kind::text;
  std::int64_t number = -1;  // the part's; -1 while nothing of it has been passed on
  std::int64_t index = -1;   // of a call, as the provider counts
  std::string id{}, name{};  // of a call
  chat::Signature signature{};
  chat::Media media{};
  std::string text{};  // held back
};

struct ChoiceState {
  std::int64_t index = 0;
  std::int64_t next_part = 0;
  std::int64_t calls = 0;
  bool refused = false;
  bool finished = false;
  std::vector<OpenPart> parts{};              // the first one is passed on as it comes
  std::vector<ReasoningDetail> signatures{};  // that wait for the call they name
};

class Decoder : public StreamDecoder {
 public:
  Result<std::span<const Event>> decode(const SseBlock& block) override {
    events_.clear();
    if (over_) return std::span<const Event>();
    if (block.data.starts_with("[DONE]")) {
      finish_all();
      events_.push_back({.kind = Kind::end});
      over_ = true;
      return std::span<const Event>(events_);
    }
    const Result<JsonDoc> doc = JsonDoc::read(block.data);
    if (!doc || !doc->root().is_object()) {
      return upstream_error(ErrorKind::upstream_malformed,
                            "the provider sent an event that is not valid JSON",
                            doc ? std::string("no object") : doc.error().message);
    }
    if (doc->root()["error"].is_set()) {
      break_off(error_in_answer(block.data));
      return std::span<const Event>(events_);
    }
    take_chunk(doc->root());
    if (held_ > kMostHeld || over_full_) {
      return upstream_error(ErrorKind::upstream_malformed,
                            "the provider's stream holds more than can be put in order");
    }
    return std::span<const Event>(events_);
  }

  Result<std::span<const Event>> finish() override {
    events_.clear();
    if (!over_) finish_all();
    over_ = true;
    return std::span<const Event>(events_);
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  void break_off(Error error) {
    if (usage_) events_.push_back(usage_event());
    Event event{.kind = Kind::error};
    event.error = std::move(error);
    events_.push_back(std::move(event));
    over_ = true;
  }

  Event usage_event() {
    Event event{.kind = Kind::usage};
    event.usage = *usage_;
    event.service_tier = service_tier_;
    usage_.reset();
    return event;
  }

  /// Whatever was held back, and the usage.
  void finish_all() {
    for (ChoiceState& choice : choices_) {
      if (!choice.finished) flush(choice);
    }
    if (usage_) events_.push_back(usage_event());
  }

  void take_chunk(const JsonItem& chunk) {
    const JsonItem choices = chunk["choices"];
    // Azure begins with a chunk that has neither choices nor an id.
    if (!started_ && choices.is_array() && !choices.empty()) start(chunk);
    for (const JsonItem choice : choices) take_choice(choice);
    note_beside_choices(chunk, losses_);
    std::optional<Error> broken;
    for (const JsonItem choice : choices) {
      if (!broken) broken = find_break(choice["finish_reason"].text());
    }
    const std::string_view usage = chunk["usage"].raw();
    if (auto counted = decode_usage(usage, {chunk["usage"].type(), 0, usage.size()})) {
      service_tier_ = chunk["service_tier"].text();
      usage_ = *counted;  // running totals: the last one counts
    }
    if (broken) break_off(*std::move(broken));
  }

  void start(const JsonItem& chunk) {
    started_ = true;
    Event event{.kind = Kind::start};
    event.id = chunk["id"].text();
    event.model = chunk["model"].text();
    event.created = chunk["created"].count().value_or(0);
    event.service_tier = chunk["service_tier"].text();
    events_.push_back(std::move(event));
  }

  ChoiceState* find_choice(const JsonItem& item) {
    const std::int64_t index = item["index"].count().value_or(0);
    for (ChoiceState& choice : choices_) {
      if (choice.index == index) return &choice;
    }
    if (choices_.size() >= static_cast<std::size_t>(kMostChoices)) {
      over_full_ = true;
      return nullptr;
    }
    choices_.push_back({.index = index});
    return &choices_.back();
  }

  void take_choice(const JsonItem& item) {
    ChoiceState* choice = find_choice(item);
    if (choice == nullptr || choice->finished) return;
    if (const JsonItem delta = item["delta"]; delta.is_object()) take_delta(*choice, delta);
    if (const JsonItem logprobs = item["logprobs"]; logprobs.is_object()) {
      Event event{.kind = Kind::logprobs, .choice = choice->index};
      event.text = logprobs.raw();
      events_.push_back(std::move(event));
    }
    const JsonItem finish = item["finish_reason"];
    if (finish.is_string() && !find_break(finish.text())) finish_choice(*choice, finish.text());
  }

  void take_delta(ChoiceState& choice, const JsonItem& delta) {
    // One pass: a delta has few members, and most have one that matters.
    JsonItem content, refusal, plain, details, calls, images, function;
    for (const JsonItem member : delta) {
      if (!member.is_set()) continue;
      if (member.named("content")) {
        content = member;
      } else if (member.named("tool_calls")) {
        calls = member;
      } else if (member.named("reasoning_content")) {
        plain = member;
      } else if (member.named("reasoning")) {
        if (!plain.present()) plain = member;
      } else if (member.named("reasoning_details")) {
        details = member;
      } else if (member.named("refusal")) {
        refusal = member;
      } else if (member.named("function_call")) {
        function = member;
      } else if (member.named("images")) {
        images = member;
      } else {
        note_reply_member(member, losses_);
      }
    }
    take_thoughts(choice, plain, details);
    take_content(choice, content);
    if (refusal.is_string()) take_text(choice, Kind::refusal, refusal.text());
    for (const JsonItem image : images) take_image(choice, image);
    for (const JsonItem call : calls) take_call(choice, call["index"], call);
    if (function.is_object()) take_function(choice, find_call(choice, 0, ""), function);
  }

  /// A string; an array of parts at a few providers.
  void take_content(ChoiceState& choice, const JsonItem& content) {
    if (content.is_string()) take_text(choice, Kind::text, content.text());
    if (!content.is_array()) return;
    for (const JsonItem part : content) {
      if (part["text"].is_string()) {
        take_text(choice, Kind::text, part["text"].text());
      } else if (part["refusal"].is_string()) {
        take_text(choice, Kind::refusal, part["refusal"].text());
      } else {
        take_image(choice, part);
      }
    }
  }

  void take_thoughts(ChoiceState& choice, const JsonItem& plain, const JsonItem& details) {
    bool told = false;
    for (const JsonItem item : details) {
      ReasoningDetail detail = decode_reasoning_detail(item);
      if (detail.kind == ReasoningDetail::Kind::unknown) losses_.add("reply.reasoning_details");
      if (detail.kind == ReasoningDetail::Kind::encrypted) take_encrypted(choice, detail);
      if (detail.kind != ReasoningDetail::Kind::text) continue;
      told = told || !detail.text.empty();
      take_text(choice, Kind::thinking, std::move(detail.text));
      if (!detail.signature.format.empty()) take_signature(choice, std::move(detail.signature));
    }
    if (told || !plain.is_string()) return;
    std::string text = plain.text();
    if (text.empty()) return;
    take_text(choice, Kind::thinking, std::move(text));
    const bool is_last = !choice.parts.empty() && choice.parts.back().kind == Kind::thinking;
    if (!details.present() && is_last) {
      choice.parts.back().signature = {std::string(kPlainThought), std::string(kFormatName)};
    }
  }

  /// A thought of its own, or the signature of a call that has come or will come.
  void take_encrypted(ChoiceState& choice, ReasoningDetail& detail) {
    for (OpenPart& part : choice.parts) {
      const bool fits = part.kind == Kind::tool_call && !detail.id.empty() && part.id == detail.id;
      if (!fits) continue;
      part.signature = detail.signature;
      if (part.number >= 0) pass_signature(choice, part, false);
      return;
    }
    const bool may_be_of_call = !detail.id.empty() && !detail.id.starts_with("rs_");
    if (may_be_of_call && choice.signatures.size() < kMostParts) {
      choice.signatures.push_back(std::move(detail));
      return;
    }
    take_redacted(choice, std::move(detail.signature));
  }

  void take_redacted(ChoiceState& choice, chat::Signature signature) {
    OpenPart part{.kind = Kind::signature};
    part.signature = std::move(signature);
    add_part(choice, std::move(part));
  }

  /// Of the open thought, or of one without text.
  void take_signature(ChoiceState& choice, chat::Signature signature) {
    if (choice.parts.empty() || choice.parts.back().kind != Kind::thinking) {
      add_part(choice, {.kind = Kind::thinking});
    }
    OpenPart& part = choice.parts.back();
    part.signature = std::move(signature);
    if (choice.parts.size() > 1) return;
    if (part.number < 0) part.number = choice.next_part++;
    pass_signature(choice, part, false);
    part.signature = {};
  }

  void take_image(ChoiceState& choice, const JsonItem& image) {
    const Place nowhere{};
    chat::Losses noted;
    auto decoded = decode_content_part(image, nowhere, noted);
    add_reply_losses(losses_, noted, "messages.");
    if (!decoded) losses_.add("reply.images");  // one that cannot be read
    if (!decoded || !decoded->has_value()) return;
    auto* media = std::get_if<chat::Media>(&**decoded);
    if (media == nullptr) return;
    OpenPart part{.kind = Kind::media};
    part.media = std::move(*media);
    add_part(choice, std::move(part));
  }

  /// Text, a thought or a refusal.
  void take_text(ChoiceState& choice, Kind kind, std::string text) {
    if (text.empty()) return;
    if (kind == Kind::refusal) choice.refused = true;
    if (choice.parts.empty() || choice.parts.back().kind != kind) add_part(choice, {.kind = kind});
    if (choice.parts.empty()) return;
    append_piece(choice, choice.parts.back(), kind, std::move(text));
  }

  /// A new part behind the others. One that is no call closes those before it, unless a call among
  /// them may go on.
  void add_part(ChoiceState& choice, OpenPart part) {
    const bool held = !choice.parts.empty() && choice.parts.front().kind == Kind::tool_call;
    if (!held) flush_parts(choice);
    if (choice.parts.size() >= kMostParts) {
      over_full_ = true;
      return;
    }
    choice.parts.push_back(std::move(part));
    if (held) return;
    OpenPart& first = choice.parts.front();
    if (first.kind == Kind::media || first.kind == Kind::signature) flush_parts(choice);
  }

  void append_piece(ChoiceState& choice, OpenPart& part, Kind kind, std::string text) {
    const bool first = &part == &choice.parts.front();
    if (!first || (part.kind == Kind::tool_call && part.number < 0)) {
      held_ += text.size();
      part.text += text;
      return;
    }
    if (part.number < 0) part.number = choice.next_part++;
    pass_text(choice, part, kind, std::move(text));
  }

  /// The call that a fragment belongs to: `index` -1 when the fragment does not say it.
  OpenPart& find_call(ChoiceState& choice, std::int64_t index, const std::string& id) {
    OpenPart* found = nullptr;
    for (OpenPart& part : choice.parts) {
      if (part.kind != Kind::tool_call) continue;
      const bool other_id = !id.empty() && !part.id.empty() && part.id != id;
      if (other_id) continue;
      const bool same_id = !id.empty() && part.id == id;
      if (same_id || index < 0 || part.index == index) found = &part;
    }
    if (found != nullptr) return *found;
    OpenPart part{.kind = Kind::tool_call, .index = index};
    part.id = id;
    ++choice.calls;
    add_part(choice, std::move(part));
    return choice.parts.back();
  }

  void take_call(ChoiceState& choice, const JsonItem& index, const JsonItem& item) {
    if (!item.is_object()) return;
    OpenPart& part = find_call(choice, index.count().value_or(-1), item["id"].text());
    if (part.kind != Kind::tool_call) return;
    if (item["extra_content"].is_object()) {
      part.signature = {std::string(item["extra_content"].raw()), std::string(kFormatName)};
    }
    if (item["custom"].is_set()) losses_.add("reply.tool_calls.custom");
    take_function(choice, part, item["function"]);
  }

  void take_function(ChoiceState& choice, OpenPart& part, const JsonItem& function) {
    if (part.kind != Kind::tool_call) return;  // there was no room for it
    if (part.name.empty()) part.name = function["name"].text();
    const JsonItem arguments = function["arguments"];
    const bool first = &part == &choice.parts.front();
    if (first && part.number < 0 && !part.name.empty()) open_call(choice, part);
    std::string text = arguments.is_object() ? std::string(arguments.raw()) : arguments.text();
    if (!text.empty()) append_piece(choice, part, Kind::arguments, std::move(text));
  }

  void open_call(ChoiceState& choice, OpenPart& part) {
    part.number = choice.next_part++;
    if (part.id.empty()) part.id = "call_" + std::to_string(choice.calls);
    claim_signature(choice, part);
    Event event{.kind = Kind::tool_call, .choice = choice.index, .part = part.number};
    event.tool_id = part.id;
    event.tool_name = part.name;
    event.signature = part.signature;
    events_.push_back(std::move(event));
    if (part.text.empty()) return;
    held_ -= std::min(held_, part.text.size());
    pass_text(choice, part, Kind::arguments, std::exchange(part.text, {}));
  }

  static void claim_signature(ChoiceState& choice, OpenPart& part) {
    for (auto at = choice.signatures.begin(); at != choice.signatures.end(); ++at) {
      if (at->id != part.id) continue;
      part.signature = std::move(at->signature);
      choice.signatures.erase(at);
      return;
    }
  }

  void pass_text(const ChoiceState& choice, const OpenPart& part, Kind kind, std::string text) {
    Event event{.kind = kind, .choice = choice.index, .part = part.number};
    event.text = std::move(text);
    events_.push_back(std::move(event));
  }

  void pass_signature(const ChoiceState& choice, const OpenPart& part, bool redacted) {
    Event event{.kind = Kind::signature, .choice = choice.index, .part = part.number};
    event.signature = part.signature;
    event.redacted = redacted;
    events_.push_back(std::move(event));
  }

  /// Passes on what is held back of all parts and closes them.
  void flush_parts(ChoiceState& choice) {
    for (OpenPart& part : choice.parts) flush_part(choice, part);
    choice.parts.clear();
  }

  void flush_part(ChoiceState& choice, OpenPart& part) {
    if (part.kind == Kind::tool_call) {
      if (part.number < 0) open_call(choice, part);
      return;
    }
    if (part.number < 0) part.number = choice.next_part++;
    if (part.kind == Kind::media) {
      Event event{.kind = Kind::media, .choice = choice.index, .part = part.number};
      event.media = std::move(part.media);
      events_.push_back(std::move(event));
      return;
    }
    if (part.kind == Kind::signature) return pass_signature(choice, part, true);
    if (!part.text.empty()) {
      held_ -= std::min(held_, part.text.size());
      pass_text(choice, part, part.kind, std::exchange(part.text, {}));
    }
    if (!part.signature.format.empty()) pass_signature(choice, part, false);
  }

  void flush(ChoiceState& choice) {
    flush_parts(choice);
    for (ReasoningDetail& detail : std::exchange(choice.signatures, {})) {
      take_redacted(choice, std::move(detail.signature));
    }
  }

  void finish_choice(ChoiceState& choice, const std::string& word) {
    flush(choice);
    choice.finished = true;
    Event event{.kind = Kind::finish, .choice = choice.index};
    event.finish = decode_finish_reason(word, choice.calls > 0, choice.refused);
    events_.push_back(std::move(event));
  }

  std::vector<Event> events_{};
  std::vector<ChoiceState> choices_{};
  std::optional<Usage> usage_{};
  std::string service_tier_{};  // beside the usage
  chat::Losses losses_{};
  std::size_t held_ = 0;
  bool started_ = false;
  bool over_ = false;
  bool over_full_ = false;
};

}  // namespace

std::unique_ptr<StreamDecoder> make_stream_decoder() {
  return std::make_unique<Decoder>();
}

}  // namespace arouter::openai
