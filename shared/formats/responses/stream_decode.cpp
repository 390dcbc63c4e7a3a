#include <utility>
#include <variant>

#include "shared/errors/provider_error.hpp"
#include "shared/formats/responses/items.hpp"
#include "shared/formats/responses/lanes.hpp"
#include "shared/formats/responses/reply.hpp"
#include "shared/formats/responses/stream.hpp"
#include "shared/formats/responses/tools.hpp"

namespace arouter::responses {

namespace {

using chat::Event;
using Kind = chat::Event::Kind;

Event event_of(Kind kind, std::string text = {}) {
  Event event;
  event.kind = kind;
  event.text = std::move(text);
  return event;
}

/// The events that make up a part which comes whole.
std::vector<Event> events_of(chat::Part part) {
  std::vector<Event> events;
  if (auto* text = std::get_if<chat::Text>(&part)) {
    events.push_back(event_of(Kind::text, std::move(text->text)));
  } else if (auto* refusal = std::get_if<chat::Refusal>(&part)) {
    events.push_back(event_of(Kind::refusal, std::move(refusal->text)));
  } else if (auto* call = std::get_if<chat::ToolCall>(&part)) {
    Event& opened = events.emplace_back(event_of(Kind::tool_call));
    opened.tool_id = std::move(call->id);
    opened.tool_name = std::move(call->name);
    opened.signature = std::move(call->signature);
    events.push_back(event_of(Kind::arguments, std::move(call->arguments)));
  } else if (auto* media = std::get_if<chat::Media>(&part)) {
    events.push_back(event_of(Kind::media));
    events.back().media = std::move(*media);
  } else if (auto* thinking = std::get_if<chat::Thinking>(&part)) {
    if (!thinking->redacted) events.push_back(event_of(Kind::thinking, std::move(thinking->text)));
    if (!thinking->signature.format.empty()) {
      events.push_back(event_of(Kind::signature));
      events.back().signature = std::move(thinking->signature);
      events.back().redacted = thinking->redacted;
    }
  }
  return events;
}

class Decoder final : public StreamDecoder {
 public:
  Result<std::span<const Event>> decode(const SseBlock& block) override {
    events_.clear();
    if (ended_ || block.data.starts_with("[DONE]")) return due();
    const Result<JsonDoc> doc = JsonDoc::read(block.data);
    if (!doc || !doc->root().is_object()) {
      return upstream_error(ErrorKind::upstream_malformed,
                            "an event of the provider's answer is not a JSON object",
                            doc ? "" : doc.error().message);
    }
    const JsonItem root = doc->root();
    const std::string type =
        root["type"].is_string() ? root["type"].text() : std::string(block.name);
    read(type, root);
    if (lanes_.too_much()) {
      return upstream_error(ErrorKind::upstream_malformed,
                            "the provider's answer has too many parts open at once");
    }
    return due();
  }

  Result<std::span<const Event>> finish() override {
    events_.clear();
    if (!ended_) lanes_.close_all();
    return due();
  }

  const chat::Losses& losses() const override { return losses_; }

 private:
  std::span<const Event> due() const { return events_; }

  static Lanes::Place whole_item(const JsonItem& root) {
    return {root["output_index"].count().value_or(0), -1};
  }
  static Lanes::Place content_part(const JsonItem& root) {
    return {root["output_index"].count().value_or(0), root["content_index"].count().value_or(0)};
  }

  void read(std::string_view type, const JsonItem& root) {
    if (type == "error" || (type.empty() && root["error"].is_object())) return fail(root);
    if (type == "response.failed") return fail(root["response"]);
    start(root["response"]);
    if (type == "response.completed" || type == "response.incomplete") return end(root["response"]);
    if (type == "response.output_text.delta") {
      add_text(Kind::text, root);
    } else if (type == "response.refusal.delta") {
      refused_ = true;
      add_text(Kind::refusal, root);
    } else if (type == "response.reasoning_summary_text.delta" ||
               type == "response.reasoning_text.delta") {
      add_thought(type, root);
    } else if (type == "response.function_call_arguments.delta") {
      add_arguments(root);
    } else if (type == "response.output_text.done") {
      fill(content_part(root), Kind::text, root["text"]);
    } else if (type == "response.content_part.done") {
      finish_content(root["part"], content_part(root));
    } else if (type == "response.output_item.added") {
      open_item(root["item"], whole_item(root));
    } else if (type == "response.output_item.done") {
      finish_item(root["item"], whole_item(root).item);
    } else if (type == "response.output_text.annotation.added") {
      losses_.add("reply.annotations");
    }
  }

  void start(const JsonItem& response) {
    if (started_) return;
    started_ = true;
    Event event = event_of(Kind::start);
    event.id = response["id"].text();
    event.model = response["model"].text();
    event.created = response["created_at"].count().value_or(0);
    std::string tier = response["service_tier"].text();
    if (tier != "auto") event.service_tier = std::move(tier);  // which is yet to be chosen
    events_.push_back(std::move(event));
  }

  void fail(const JsonItem& object) {
    ended_ = true;
    Event event = event_of(Kind::error);
    event.error = error_in_answer(object.raw());
    events_.push_back(std::move(event));
  }

  void add_text(Kind kind, const JsonItem& root) {
    const Lanes::Place place = content_part(root);
    lanes_.add(place, event_of(kind, root["delta"].text()));
    const std::string_view elements = logprob_elements(root["logprobs"]);
    if (elements.empty()) return;
    std::string logprobs = R"({"content":[)";
    logprobs += elements;
    lanes_.add(place, event_of(Kind::logprobs, logprobs + R"(],"refusal":null})"));
  }

  void add_arguments(const JsonItem& root) {
    const Lanes::Place place = whole_item(root);
    if (lanes_.count(place) == 0) return lanes_.open(place);  // the finished item has them all
    lanes_.add(place, event_of(Kind::arguments, root["delta"].text()));
  }

  /// The parts of a summary are one thought, with an empty line between them.
  void add_thought(std::string_view type, const JsonItem& root) {
    const Lanes::Place place = whole_item(root);
    const bool is_summary = type == "response.reasoning_summary_text.delta";
    const std::int64_t index =
        root[is_summary ? "summary_index" : "content_index"].count().value_or(0);
    std::string text = root["delta"].text();
    if (lanes_.count(place) > 0 && index != thought_index_) text.insert(0, "\n\n");
    thought_index_ = index;
    lanes_.add(place, event_of(Kind::thinking, std::move(text)));
  }

  void open_item(const JsonItem& item, const Lanes::Place& place) {
    note_item(item, losses_);
    const std::string type = item["type"].text();
    if (type == "reasoning") lanes_.open(place);
    if (type != "function_call") return;
    has_calls_ = true;
    chat::ToolCall call = read_call(item);
    Event event = event_of(Kind::tool_call);
    event.tool_id = std::move(call.id);
    event.tool_name = std::move(call.name);
    lanes_.add(place, std::move(event));
  }

  void add_all(const Lanes::Place& place, chat::Part part) {
    for (Event& event : events_of(std::move(part))) lanes_.add(place, std::move(event));
  }

  /// A text that may have come in no piece before it came whole.
  void fill(const Lanes::Place& place, Kind kind, const JsonItem& text) {
    if (lanes_.count(place) > 0 || text.text().empty()) return;
    lanes_.add(place, event_of(kind, text.text()));
  }

  void finish_content(const JsonItem& part, const Lanes::Place& place) {
    const bool is_refusal = part["type"].text() == "refusal";
    const JsonItem text = part[is_refusal ? "refusal" : "text"];
    note_content(part, losses_);
    refused_ = refused_ || is_refusal;
    fill(place, is_refusal ? Kind::refusal : Kind::text, text);
    lanes_.close(place);
  }

  void finish_item(const JsonItem& item, std::int64_t index) {
    note_item(item, losses_);
    const std::string type = item["type"].text();
    const Lanes::Place place{index, -1};
    if (type == "message") {
      std::int64_t content = 0;
      for (const JsonItem part : item["content"]) {
        const Lanes::Place inner{index, content++};
        if (!lanes_.is_closed(inner)) finish_content(part, inner);
      }
    } else if (type == "reasoning") {
      finish_thought(read_reasoning(item), place);
    } else if (type == "function_call" || type == "custom_tool_call") {
      finish_call(read_call(item), place);
    } else if (type == "image_generation_call" && item["result"].is_string()) {
      add_all(place, read_image_call(item));
    }
    lanes_.close_item(index);
  }

  void finish_thought(chat::Thinking thinking, const Lanes::Place& place) {
    if (lanes_.count(place) > 0) {
      thinking.redacted = false;
      if (thinking.signature.format.empty()) return;
      Event event = event_of(Kind::signature);
      event.signature = std::move(thinking.signature);
      lanes_.add(place, std::move(event));
    } else if (!thinking.text.empty() || !thinking.signature.format.empty()) {
      add_all(place, std::move(thinking));
    }
  }

  void finish_call(chat::ToolCall call, const Lanes::Place& place) {
    has_calls_ = true;
    if (lanes_.count(place) == 0) {
      add_all(place, std::move(call));
    } else if (lanes_.count(place) == 1) {  // its opening alone
      lanes_.add(place, event_of(Kind::arguments, std::move(call.arguments)));
    }
  }

  void end(const JsonItem& response) {
    if (lanes_.empty()) {
      std::int64_t index = 0;
      for (const JsonItem item : response["output"]) finish_item(item, index++);
    }
    for (const JsonItem item : response["output"]) note_item(item, losses_);
    lanes_.close_all();
    Event event = event_of(Kind::finish);
    event.finish = finish_of(response, has_calls_, refused_);
    events_.push_back(std::move(event));
    if (const std::optional<Usage> usage = usage_of(response); usage) {
      events_.push_back(event_of(Kind::usage));
      events_.back().usage = *usage;
      events_.back().service_tier = response["service_tier"].text();
    }
    events_.push_back(event_of(Kind::end));
    ended_ = true;
  }

  std::vector<Event> events_;
  Lanes lanes_{events_};
  chat::Losses losses_;
  std::int64_t thought_index_ = 0;
  bool started_ = false;
  bool has_calls_ = false;
  bool refused_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<StreamDecoder> make_stream_decoder() {
  return std::make_unique<Decoder>();
}

}  // namespace arouter::responses
