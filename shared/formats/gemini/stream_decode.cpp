#include <optional>
#include <utility>
#include <vector>

#include "shared/errors/provider_error.hpp"
#include "shared/formats/gemini/fields.hpp"
#include "shared/formats/gemini/reply.hpp"
#include "shared/formats/gemini/stream.hpp"

namespace arouter::gemini {

namespace {

using chat::Event;
using chat::FinishReason;
using chat::Part;

/// One choice of the stream: which part is open, and what ended it.
struct ChoiceState {
  enum class Open : std::uint8_t { none, text, thinking };
  std::int64_t index = 0;
  std::int64_t next_part = 0;
  Open open = Open::none;
  bool has_calls = false;
  std::string finish{};  // the last reason
};

class Decoder final : public StreamDecoder {
 public:
  Result<std::span<const Event>> decode(const SseBlock& block) override {
    events_.clear();
    if (ended_ || block.data == "[DONE]") return std::span<const Event>(events_);
    const Result<JsonDoc> doc = JsonDoc::read(block.data);
    if (!doc) return malformed(doc.error().message);
    JsonItem piece = doc->root();
    if (piece.is_array() && !piece.empty()) piece = *piece.begin();
    if (!piece.is_object()) return malformed("no object");
    if (piece["error"].is_set()) {
      end_with(block.data);
    } else if (Result<void> good = take_piece(piece); !good) {
      return malformed(told(good.error()).message);
    }
    return std::span<const Event>(events_);
  }

  Result<std::span<const Event>> finish() override {
    events_.clear();
    if (ended_) return std::span<const Event>(events_);
    ended_ = true;
    if (std::optional<Error> broken = first_break()) {
      if (usage_) add(Event::Kind::usage, 0).usage = *usage_;
      add(Event::Kind::error, 0).error = *std::move(broken);
      return std::span<const Event>(events_);
    }
    bool finished = false;
    for (const ChoiceState& choice : choices_) {
      const FinishReason reason = decode_finish(choice.finish, choice.has_calls);
      if (reason == FinishReason::none) continue;
      finished = true;
      Event& event = add(Event::Kind::finish, choice.index);
      event.finish = reason;
    }
    if (usage_) add(Event::Kind::usage, 0).usage = *usage_;
    if (finished) add(Event::Kind::end, 0);
    return std::span<const Event>(events_);
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  static Error malformed(std::string detail) {
    return upstream_error(ErrorKind::upstream_malformed,
                          "the provider's answer is not a Gemini response", std::move(detail));
  }

  Event& add(Event::Kind kind, std::int64_t choice) {
    Event& event = events_.emplace_back();
    event.kind = kind;
    event.choice = choice;
    return event;
  }

  void end_with(std::string_view data) {
    add(Event::Kind::error, 0).error = error_in_answer(data);
    ended_ = true;
  }

  std::optional<Error> first_break() const {
    for (const ChoiceState& choice : choices_) {
      if (std::optional<Error> broken = find_break(choice.finish)) return broken;
    }
    return std::nullopt;
  }

  void start(const JsonItem& piece) {
    started_ = true;
    response_id_ = piece["responseId"].text();
    Event& event = add(Event::Kind::start, 0);
    event.id = response_id_;
    event.model = piece["modelVersion"].text();
    if (!usage_) return;
    event.usage = *usage_;
  }

  Result<void> take_piece(const JsonItem& piece) {
    if (auto usage = decode_usage(piece["usageMetadata"])) usage_ = usage;
    if (!started_) start(piece);
    Result<void> good = for_each_in(piece["candidates"], "candidates",
                                    [this](const JsonItem& each) { return take_candidate(each); });
    if (!good) return good;
    if (choices_.empty() && piece["promptFeedback"]["blockReason"].is_set()) {
      choice_of(0).finish = "SAFETY";
    }
    return {};
  }

  ChoiceState& choice_of(std::int64_t index) {
    for (ChoiceState& choice : choices_) {
      if (choice.index == index) return choice;
    }
    choices_.emplace_back().index = index;
    return choices_.back();
  }

  Result<void> take_candidate(const JsonItem& candidate) {
    ChoiceState& choice = choice_of(candidate["index"].count().value_or(0));
    Result<std::vector<Part>> parts = decode_candidate_parts(candidate, losses_);
    if (!parts) return parts.error();
    for (Part& part : *parts) take_part(choice, part);
    std::string logprobs = decode_logprobs(candidate["logprobsResult"]);
    if (!logprobs.empty()) add(Event::Kind::logprobs, choice.index).text = std::move(logprobs);
    std::string reason = candidate["finishReason"].text();
    if (!reason.empty()) choice.finish = std::move(reason);
    return {};
  }

  void take_part(ChoiceState& choice, Part& part) {
    if (auto* text = std::get_if<chat::Text>(&part)) {
      take_text(choice, ChoiceState::Open::text, std::move(text->text), std::move(text->signature),
                false);
    } else if (auto* thinking = std::get_if<chat::Thinking>(&part)) {
      take_text(choice, ChoiceState::Open::thinking, std::move(thinking->text),
                std::move(thinking->signature), thinking->redacted);
    } else if (auto* call = std::get_if<chat::ToolCall>(&part)) {
      take_call(choice, *call);
    } else if (auto* media = std::get_if<chat::Media>(&part)) {
      choice.open = ChoiceState::Open::none;
      Event& event = add(Event::Kind::media, choice.index);
      event.part = choice.next_part++;
      event.media = std::move(*media);
    }
  }

  /// A piece of a text or thought; its signature closes the part.
  void take_text(ChoiceState& choice, ChoiceState::Open kind, std::string text,
                 chat::Signature signature, bool redacted) {
    const bool is_signed = !signature.bytes.empty();
    if (text.empty() && !is_signed) return;
    const bool opens = choice.open != kind || redacted;
    if (opens) ++choice.next_part;
    choice.open = kind;
    const std::int64_t part = choice.next_part - 1;
    const bool is_text = kind == ChoiceState::Open::text;
    if (!text.empty() || (opens && !redacted)) {
      Event& event = add(is_text ? Event::Kind::text : Event::Kind::thinking, choice.index);
      event.part = part;
      event.text = std::move(text);
    }
    if (!is_signed) return;
    Event& event = add(Event::Kind::signature, choice.index);
    event.part = part;
    event.signature = std::move(signature);
    event.redacted = redacted;
    choice.open = ChoiceState::Open::none;
  }

  void take_call(ChoiceState& choice, chat::ToolCall& call) {
    choice.open = ChoiceState::Open::none;
    choice.has_calls = true;
    const std::int64_t part = choice.next_part++;
    if (call.id.empty()) call.id = made_up_id(response_id_, call.name + call.arguments, calls_);
    ++calls_;
    Event& opened = add(Event::Kind::tool_call, choice.index);
    opened.part = part;
    opened.tool_id = std::move(call.id);
    opened.tool_name = std::move(call.name);
    opened.signature = std::move(call.signature);
    Event& arguments = add(Event::Kind::arguments, choice.index);
    arguments.part = part;
    arguments.text = std::move(call.arguments);
  }

  std::vector<Event> events_;
  std::vector<ChoiceState> choices_;
  std::string response_id_;
  std::optional<Usage> usage_;
  chat::Losses losses_;
  std::size_t calls_ = 0;
  bool started_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<StreamDecoder> make_stream_decoder() {
  return std::make_unique<Decoder>();
}

}  // namespace arouter::gemini
