#include "tests/integration/programs/stream_rules.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace arouter::test {

namespace {

using Json = nlohmann::json;

const std::set<std::string_view> kAnthropicTypes{"message_start",
                                                 "content_block_start",
                                                 "content_block_delta",
                                                 "content_block_stop",
                                                 "message_delta",
                                                 "message_stop",
                                                 "ping"};
const std::set<std::string_view> kAnthropicDeltas{
    "text_delta", "input_json_delta", "thinking_delta", "signature_delta", "citations_delta"};
// What the OpenAI SDK's stream helper and Codex know.
const std::set<std::string_view> kResponsesTypes{"response.created",
                                                 "response.in_progress",
                                                 "response.completed",
                                                 "response.incomplete",
                                                 "response.output_item.added",
                                                 "response.output_item.done",
                                                 "response.content_part.added",
                                                 "response.content_part.done",
                                                 "response.output_text.delta",
                                                 "response.output_text.done",
                                                 "response.refusal.delta",
                                                 "response.refusal.done",
                                                 "response.function_call_arguments.delta",
                                                 "response.function_call_arguments.done",
                                                 "response.custom_tool_call_input.delta",
                                                 "response.custom_tool_call_input.done",
                                                 "response.reasoning_summary_part.added",
                                                 "response.reasoning_summary_part.done",
                                                 "response.reasoning_summary_text.delta",
                                                 "response.reasoning_summary_text.done",
                                                 "response.reasoning_text.delta",
                                                 "response.reasoning_text.done"};

struct Event {
  std::string name;
  std::string data;
};

class Rules {
 public:
  explicit Rules(std::string_view format)
      : format_(format), is_named_(format == "anthropic" || format == "responses") {}

  std::vector<std::string> judge(std::string_view bytes) {
    split(bytes);
    if (events_.empty()) fail("no event at all");
    for (std::size_t i = 0; i < events_.size(); ++i) check(events_[i], i + 1 == events_.size());
    check_order();
    return std::move(faults_);
  }

 private:
  void fail(std::string what) { faults_.push_back(std::move(what)); }
  void need(bool good, const std::string& what) {
    if (!good) fail(what);
  }

  void split(std::string_view bytes) {
    need(bytes.ends_with("\n\n") || bytes.ends_with("\r\n\r\n"), "no blank line at the end");
    bool open = false;
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      std::string_view line = bytes.substr(0, end);
      bytes.remove_prefix(end == bytes.npos ? bytes.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty()) {
        open = false;  // several in a row are keep-alives
        continue;
      }
      if (!open) events_.emplace_back();
      open = true;
      take_line(line, events_.back());
    }
  }

  void take_line(std::string_view line, Event& event) {
    constexpr std::string_view kName = "event: ";
    constexpr std::string_view kData = "data: ";
    if (line.starts_with(kName)) {
      need(is_named_, "a name where none belongs: " + std::string(line));
      need(event.data.empty() && event.name.empty(), "a name in the wrong place");
      event.name = line.substr(kName.size());
    } else if (line.starts_with(kData)) {
      need(event.data.empty(), "two lines of data in one event");
      event.data = line.substr(kData.size());
    } else {
      fail("neither a name nor data: " + std::string(line));
    }
  }

  void check(const Event& event, bool is_last) {
    if (event.data == "[DONE]") {
      need(format_ == "openai", "[DONE] where none belongs");
      need(is_last, "[DONE] before the end");
      has_end_mark_ = true;
      return;
    }
    Json body = Json::parse(event.data, nullptr, false);
    need(body.is_object(), "not one JSON object: " + event.data);
    if (!body.is_object()) return;
    need(!body.contains("error") || body["error"].is_null(), "an error: " + event.data);
    if (is_named_) check_type(event, body);
    if (format_ == "openai") {
      need(body.value("object", "") == "chat.completion.chunk", "not a chunk: " + event.data);
      need(body.contains("choices") && body["choices"].is_array(), "no choices: " + event.data);
    }
    if (format_ == "gemini") {
      need(body.contains("candidates") || body.contains("usageMetadata") ||
               body.contains("promptFeedback"),
           "not an answer: " + event.data);
    }
    bodies_.push_back(std::move(body));
  }

  void check_type(const Event& event, const Json& body) {
    const std::string type = body.value("type", "");
    need(event.name == type, "named '" + event.name + "', but its type is '" + type + "'");
    const auto& known = format_ == "anthropic" ? kAnthropicTypes : kResponsesTypes;
    need(known.contains(type), "no client knows a '" + type + "'");
  }

  void check_order() {
    if (format_ == "openai") need(has_end_mark_, "no [DONE]");
    if (bodies_.empty() || !is_named_) return;
    const std::string first = bodies_.front().value("type", "");
    const std::string last = bodies_.back().value("type", "");
    if (format_ == "anthropic") {
      need(first == "message_start", "begins with " + first);
      need(last == "message_stop", "ends with " + last);
      check_blocks();
    } else {
      need(first == "response.created", "begins with " + first);
      need(last == "response.completed" || last == "response.incomplete", "ends with " + last);
      for (std::size_t i = 0; i < bodies_.size(); ++i) {
        need(bodies_[i].value("sequence_number", Json()) == Json(i), "numbers with a gap");
      }
    }
  }

  /// One block is open at a time, and their indices count up.
  void check_blocks() {
    int next = 0;
    bool open = false;
    for (const Json& body : bodies_) {
      const std::string type = body.value("type", "");
      if (!type.starts_with("content_block")) continue;
      if (type == "content_block_start") {
        need(!open, "a block inside another");
        open = true;
        ++next;
      }
      need(open && body.value("index", -1) == next - 1, "a block out of order");
      if (type == "content_block_stop") open = false;
      if (type != "content_block_delta") continue;
      const std::string delta = body["delta"].value("type", "");
      need(kAnthropicDeltas.contains(delta), "no client knows a '" + delta + "'");
    }
    need(!open, "a block that does not end");
  }

  std::string_view format_;
  bool is_named_;
  bool has_end_mark_ = false;
  std::vector<Event> events_;
  std::vector<Json> bodies_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> stream_faults(std::string_view format, std::string_view bytes) {
  return Rules(format).judge(bytes);
}

}  // namespace arouter::test
