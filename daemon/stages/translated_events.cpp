// Events of another format, through the neutral chat.
#include "daemon/stages/event_path.hpp"
#include "daemon/stages/relay.hpp"
#include "shared/chat/shorten.hpp"
#include "shared/formats/error_message.hpp"
#include "shared/formats/reply_losses.hpp"

namespace arouter::daemon {

namespace {

using chat::Event;

class TranslatedEvents : public EventPath {
 public:
  explicit TranslatedEvents(Exchange& exchange)
      : EventPath(exchange),
        decoder_(exchange.upstream_format->make_stream_decoder()),
        encoder_(exchange.format->make_stream_encoder(answer_spelling(exchange))) {}

  Result<void> take(const SseBlock& block, std::string& out) override;
  Result<void> end(std::string& out) override;
  void give_up() override;
  std::string last() override;
  std::string error_event(const Error& error) override;

 private:
  Result<void> take_events(std::span<const Event> events, std::string& out);
  Result<void> take_event(const Event& event, std::string& out);
  Result<void> take_error(const Event& event, std::string& out);
  void take_late(const SseBlock& block, std::string& out);
  void append_usage(Event event, std::string& out);
  void append_call(Event event, std::string& out);
  void note_content(const Event& event);
  void note_losses();

  std::unique_ptr<StreamDecoder> decoder_;
  std::unique_ptr<StreamEncoder> encoder_;
};

Result<void> TranslatedEvents::take(const SseBlock& block, std::string& out) {
  if (done_) {
    take_late(block, out);
    return {};
  }
  if (!block.has_data) {
    out += '\n';  // a keep-alive
    return {};
  }
  const Result<std::span<const Event>> events = decoder_->decode(block);
  if (!events) return malformed_answer(exchange_, "an event that cannot be read");
  return take_events(*events, out);
}

Result<void> TranslatedEvents::end(std::string& out) {
  if (done_) return {};
  const Result<std::span<const Event>> events = decoder_->finish();
  if (!events) return malformed_answer(exchange_, "a stream that cannot be read");
  return take_events(*events, out);
}

void TranslatedEvents::give_up() {
  note_losses();
  if (done_) return;
  const Result<std::span<const Event>> events = decoder_->finish();
  if (!events) return;
  for (const Event& event : *events) {
    if (event.kind == Event::Kind::usage) set_usage(exchange_, event.usage);
  }
}

/// What of the answer could not be carried, as far as it came. The head is long gone: the log
/// tells.
void TranslatedEvents::note_losses() {
  add_losses(exchange_.losses, decoder_->losses());
  add_losses(exchange_.losses, encoder_->losses());
}

/// Behind the end mark, which the client has not seen yet: only usage still counts.
void TranslatedEvents::take_late(const SseBlock& block, std::string& out) {
  if (!block.has_data || exchange_.usage.origin != UsageOrigin::none) return;
  const CallKind call = exchange_.route.call;
  const Result<ReplyFacts> facts = exchange_.upstream_format->make_stream_reader(call)->read(block);
  if (!facts || !facts->usage) return;
  Event event;
  event.kind = Event::Kind::usage;
  event.usage = *facts->usage;
  append_usage(std::move(event), out);
}

void TranslatedEvents::append_usage(Event event, std::string& out) {
  set_usage(exchange_, event.usage);
  if (exchange_.endpoint->pricing.known) event.cost = exchange_.cost;
  encoder_->append(out, event);
}

Result<void> TranslatedEvents::take_events(std::span<const Event> events, std::string& out) {
  for (const Event& event : events) {
    if (Result<void> taken = take_event(event, out); !taken) return taken;
  }
  return {};
}

Result<void> TranslatedEvents::take_event(const Event& event, std::string& out) {
  switch (event.kind) {
    case Event::Kind::start:
      // Not yet an answer: what comes next may be an error, and another provider be tried.
      if (exchange_.upstream_id.empty()) exchange_.upstream_id = event.id;
      if (event.usage.origin != UsageOrigin::none) set_usage(exchange_, event.usage);
      break;
    case Event::Kind::usage:
      append_usage(event, out);
      return {};
    case Event::Kind::tool_call:
      append_call(event, out);
      return {};
    case Event::Kind::error:
      return take_error(event, out);
    case Event::Kind::end:
      done_ = true;  // its mark is the stream's last bytes
      return {};
    case Event::Kind::finish:
      finished_ = true;
      if (exchange_.finish_reason.empty()) {
        exchange_.finish_reason = chat::finish_reason_name(event.finish);
      }
      [[fallthrough]];
    default:
      note_content(event);
  }
  encoder_->append(out, event);
  return {};
}

void TranslatedEvents::note_content(const Event& event) {
  begun_ = true;
  note_first_byte();
  exchange_.content_bytes += event.text.size() + event.tool_name.size();
}

void TranslatedEvents::append_call(Event event, std::string& out) {
  event.tool_name =
      std::string(chat::long_tool_name(event.tool_name, answer_spelling(exchange_).request));
  note_content(event);
  encoder_->append(out, event);
}

Result<void> TranslatedEvents::take_error(const Event& event, std::string& out) {
  Error error = reported_error(exchange_, event.error);
  if (is_under_way()) {
    out += error_event(error);
    told_ = true;
  }
  return error;
}

std::string TranslatedEvents::last() {
  std::string mark;
  Event event;
  event.kind = Event::Kind::end;
  encoder_->append(mark, event);
  note_losses();
  return mark;
}

std::string TranslatedEvents::error_event(const Error& error) {
  std::string bytes;
  Event event;
  event.kind = Event::Kind::error;
  event.error = error;
  encoder_->append(bytes, event);
  return bytes;
}

}  // namespace

std::unique_ptr<EventPath> make_translated_events(Exchange& exchange) {
  return std::make_unique<TranslatedEvents>(exchange);
}

}  // namespace arouter::daemon
