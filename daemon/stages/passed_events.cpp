// Events of the client's own format.
#include <algorithm>

#include "daemon/stages/event_path.hpp"
#include "daemon/stages/relay.hpp"
#include "shared/errors/request_id.hpp"
#include "shared/formats/error_message.hpp"

namespace arouter::daemon {

namespace {

/// Some providers repeat the key they were sent.
bool repeats_credential(const Exchange& exchange, std::string_view data) {
  if (exchange.credential.empty()) return false;
  return data.find(exchange.credential) != std::string_view::npos ||
         find_error_message(data) != find_error_message(data, exchange.credential);
}

/// The block with changes in its data.
void append_edited(const SseBlock& block, std::vector<Edit> edits, std::string& out) {
  if (edits.empty()) {
    out += block.raw;
    return;
  }
  const bool in_place = block.data.data() >= block.raw.data() &&
                        block.data.data() < block.raw.data() + block.raw.size();
  if (in_place) {
    const auto offset = static_cast<std::size_t>(block.data.data() - block.raw.data());
    for (Edit& edit : edits) {
      edit.begin += offset;
      edit.end += offset;
    }
    append_spliced(out, block.raw, std::move(edits));
    return;
  }
  std::string data = splice(block.data, std::move(edits));  // several data lines: one now
  std::replace(data.begin(), data.end(), '\n', ' ');
  out += "data: " + data + "\n\n";
}

class PassedEvents : public EventPath {
 public:
  explicit PassedEvents(Exchange& exchange)
      : EventPath(exchange), reader_(exchange.format->make_stream_reader(exchange.route.call)) {}

  Result<void> take(const SseBlock& block, std::string& out) override;
  Result<void> end(std::string& out) override;
  std::string last() override { return last_; }
  std::string error_event(const Error& error) override {
    return exchange_.format->encode_stream_error(error, spelling());
  }

 private:
  Result<void> take_facts(const SseBlock& block, ReplyFacts& facts, std::string& out);
  Error take_error(const SseBlock& block, const ReplyFacts& facts, std::string& out);
  void pass(const SseBlock& block, const ReplyFacts& facts, std::string& out);

  ErrorSpelling spelling() const {
    return {.request_id = exchange_.request_id,
            .answer_id = exchange_.upstream_id,
            .next_sequence_number = next_sequence_number_};
  }

  std::unique_ptr<StreamReader> reader_;
  std::string last_;
  std::int64_t next_sequence_number_ = 0;
};

Result<void> PassedEvents::take(const SseBlock& block, std::string& out) {
  if (!block.has_data) {
    if (!done_) out += block.raw;
    return {};
  }
  Result<ReplyFacts> facts = reader_->read(block);
  if (done_) {
    if (facts && facts->usage && exchange_.usage.origin == UsageOrigin::none) {
      set_usage(exchange_, *facts->usage);
    }
    return {};
  }
  if (!facts) return malformed_answer(exchange_, "an event that is not valid JSON");
  if (facts->is_error) return take_error(block, *facts, out);
  if (facts->sequence_number) next_sequence_number_ = *facts->sequence_number + 1;
  return take_facts(block, *facts, out);
}

/// The provider's own words, where the client has seen a part of the answer.
Error PassedEvents::take_error(const SseBlock& block, const ReplyFacts& facts, std::string& out) {
  Error error = error_inside(exchange_, block.data);
  if (!is_under_way() || repeats_credential(exchange_, block.data)) return error;
  if (facts.sequence_number) next_sequence_number_ = *facts.sequence_number + 1;
  std::vector<Edit> edits;
  if (exchange_.proxied == nullptr) edits = request_id_edits(block.data, exchange_.request_id);
  append_edited(block, std::move(edits), out);
  if (facts.awaits_failed_event && exchange_.proxied == nullptr) {
    ErrorSpelling behind = spelling();
    behind.error_event_passed = true;
    out += exchange_.format->encode_stream_error(error, behind);
  }
  told_ = true;
  return error;
}

Result<void> PassedEvents::take_facts(const SseBlock& block, ReplyFacts& facts, std::string& out) {
  if (exchange_.upstream_id.empty()) exchange_.upstream_id = std::move(facts.id);
  if (!facts.finish_reason.empty()) exchange_.finish_reason = std::move(facts.finish_reason);
  finished_ = finished_ || facts.finished;
  exchange_.content_bytes += facts.content_bytes;
  begun_ = begun_ || facts.has_answer;
  if (facts.has_answer) note_first_byte();
  if (facts.usage) set_usage(exchange_, *facts.usage);
  done_ = facts.is_end;
  pass(block, facts, done_ ? last_ : out);
  return {};
}

void PassedEvents::pass(const SseBlock& block, const ReplyFacts& facts, std::string& out) {
  const bool only_usage = !facts.has_answer && facts.usage_value.type == JsonType::object;
  if (only_usage && !exchange_.shows_usage) return;  // we asked for it, not the client
  std::vector<Edit> edits;
  if (facts.usage && exchange_.endpoint->pricing.known && exchange_.proxied == nullptr) {
    edits = exchange_.format->cost_edits(block.data, facts.usage_value, exchange_.cost);
  }
  append_edited(block, std::move(edits), out);
}

Result<void> PassedEvents::end(std::string&) {
  done_ = done_ || (finished_ && reader_->ends_with_body());
  return {};
}

}  // namespace

std::unique_ptr<EventPath> make_passed_events(Exchange& exchange) {
  return std::make_unique<PassedEvents>(exchange);
}

}  // namespace arouter::daemon
