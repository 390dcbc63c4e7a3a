#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "shared/chat/messages.hpp"
#include "shared/errors/provider_error.hpp"
#include "shared/formats/anthropic/content.hpp"
#include "shared/formats/anthropic/reply.hpp"
#include "shared/formats/anthropic/stream.hpp"
#include "shared/formats/anthropic/usage.hpp"
#include "shared/formats/reply_losses.hpp"
#include "shared/json_doc.hpp"

namespace arouter::anthropic {

namespace {

using chat::Event;
using Kind = chat::Event::Kind;

Error malformed(const std::string& detail) {
  return upstream_error(ErrorKind::upstream_malformed,
                        "the provider's stream breaks the Messages format", detail);
}

class Decoder final : public StreamDecoder {
 public:
  Result<std::span<const Event>> decode(const SseBlock& block) override {
    events_.clear();
    if (block.data == "[DONE]") return std::span<const Event>(events_);
    const Result<JsonDoc> document = JsonDoc::read(block.data);
    if (!document) return malformed(document.error().message);
    const JsonItem root = document->root();
    const std::string type =
        root["type"].is_string() ? root["type"].text() : std::string(block.name);
    if (Result<void> good = take(type, root, block.data); !good) return good.error();
    return std::span<const Event>(events_);
  }

  Result<std::span<const Event>> finish() override {
    events_.clear();
    return std::span<const Event>(events_);
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  /// The block that is being sent.
  struct Open {
    std::int64_t index = 0;
    bool is_known = true;  // else it is left out
    bool is_call = false;
    std::string arguments{};  // whole, from its start; sent when no pieces follow
  };

  Result<void> take(const std::string& type, const JsonItem& root, std::string_view data) {
    if (type == "content_block_delta") return take_delta(root);
    if (type == "content_block_start") return start_block(root);
    if (type == "content_block_stop") {
      stop_block();
    } else if (type == "message_start") {
      start_message(root["message"]);
    } else if (type == "message_delta") {
      stop_block();
      take_message_delta(root);
    } else if (type == "message_stop") {
      stop_block();
      events_.push_back({.kind = Kind::end});
    } else if (type == "error" || root["error"].is_set()) {
      Event event{.kind = Kind::error};
      event.error = error_in_answer(data);
      events_.push_back(std::move(event));
    }
    return {};  // ping, and what later days bring
  }

  void start_message(const JsonItem& message) {
    Event event{.kind = Kind::start};
    event.id = message["id"].text();
    event.model = message["model"].text();
    note_beside_content(message, losses_);
    usage_.take(message["usage"].raw());
    event.usage = usage_.total().value_or(Usage{});
    event.service_tier = decode_service_tier(message["usage"]["service_tier"].text());
    events_.push_back(std::move(event));
  }

  Result<void> start_block(const JsonItem& root) {
    const auto index = root["index"].count();
    const JsonItem block = root["content_block"];
    if (!index || !block.is_object()) return malformed("a block without index or content");
    stop_block();
    if (*index < next_index_) return malformed("a block that was there already");
    next_index_ = *index + 1;
    open_ = Open{.index = *index};
    const std::string type = block["type"].text();
    if (type == "text") {
      begin_part(Kind::text).text = block["text"].text();
      if (says_something(block["citations"])) losses_.add("reply.citations");
    } else if (type == "thinking") {
      begin_part(Kind::thinking).text = block["thinking"].text();
      add_signature(block["signature"].text());
    } else if (type == "redacted_thinking") {
      Event& event = begin_part(Kind::signature);
      event.redacted = true;
      event.signature = chat::decode_signature(block["data"].text(), kFormat);
    } else if (type == "tool_use") {
      start_call(block);
    } else {
      open_->is_known = false;
      add_reply_loss(losses_, type);
    }
    return {};
  }

  void start_call(const JsonItem& block) {
    open_->is_call = true;
    Event& event = begin_part(Kind::tool_call);
    event.tool_id = block["id"].text();
    event.tool_name = block["name"].text();
    if (event.tool_id.empty()) event.tool_id = "call_" + std::to_string(part_);
    const JsonItem input = block["input"];
    if (input.is_object() && !input.empty()) open_->arguments = chat::compact_json(input.raw());
  }

  /// An event of a new part.
  Event& begin_part(Kind kind) {
    ++part_;
    return add(kind);
  }
  /// One more of the open part.
  Event& add(Kind kind) {
    Event event{.kind = kind};
    event.part = part_;
    return events_.emplace_back(std::move(event));
  }

  void add_signature(const std::string& bytes) {
    if (bytes.empty()) return;
    add(Kind::signature).signature = chat::decode_signature(bytes, kFormat);
  }

  void stop_block() {
    if (open_ && !open_->arguments.empty()) add(Kind::arguments).text = open_->arguments;
    open_.reset();
  }

  Result<void> take_delta(const JsonItem& root) {
    const JsonItem delta = root["delta"];
    const auto index = root["index"].count();
    if (!open_ || !index || *index != open_->index) return malformed("a delta of no open block");
    if (!open_->is_known) return {};
    const std::string type = delta["type"].text();
    if (type == "text_delta") {
      add(Kind::text).text = delta["text"].text();
    } else if (type == "thinking_delta") {
      add(Kind::thinking).text = delta["thinking"].text();
    } else if (type == "signature_delta") {
      add_signature(delta["signature"].text());
    } else if (type == "input_json_delta" && open_->is_call) {
      std::string piece = delta["partial_json"].text();
      if (piece.empty()) return {};
      open_->arguments.clear();
      add(Kind::arguments).text = std::move(piece);
    } else if (type == "citations_delta") {
      losses_.add("reply.citations");
    } else {
      add_reply_loss(losses_, type);
    }
    return {};
  }

  void take_message_delta(const JsonItem& root) {
    const JsonItem delta = root["delta"];
    note_beside_content(delta, losses_);
    note_context_edits(root, losses_);
    const chat::FinishReason finish = decode_stop_reason(delta["stop_reason"].text());
    if (finish != chat::FinishReason::none && !finished_) {
      finished_ = true;
      Event event{.kind = Kind::finish};
      event.finish = finish;
      event.stop_sequence = delta["stop_sequence"].text();
      events_.push_back(std::move(event));
    }
    if (!root["usage"].is_object()) return;
    usage_.take(root["usage"].raw());
    if (const std::optional<Usage> total = usage_.total()) {
      Event event{.kind = Kind::usage};
      event.usage = *total;
      events_.push_back(std::move(event));
    }
  }

  std::vector<Event> events_;
  std::optional<Open> open_;
  std::int64_t next_index_ = 0;
  std::int64_t part_ = -1;  // the last that was begun
  bool finished_ = false;
  RunningUsage usage_;
  chat::Losses losses_;
};

}  // namespace

std::unique_ptr<StreamDecoder> make_stream_decoder() {
  return std::make_unique<Decoder>();
}

}  // namespace arouter::anthropic
