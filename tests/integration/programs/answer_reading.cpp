#include "tests/integration/programs/answer_reading.hpp"

namespace arouter::test {

namespace {

OrderedJson parse(std::string_view text) {
  return OrderedJson::parse(text, nullptr, false);
}

/// The objects of all events, in order, without the end mark.
std::vector<OrderedJson> events_of(std::string_view bytes) {
  constexpr std::string_view kData = "data: ";
  std::vector<OrderedJson> events;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    const std::string_view line = bytes.substr(at, end - at);
    at = end + 1;
    if (!line.starts_with(kData)) continue;
    OrderedJson event = parse(line.substr(kData.size()));
    if (event.is_object()) events.push_back(std::move(event));
  }
  return events;
}

std::string text_of(const OrderedJson& holder, const char* key) {
  return holder.contains(key) && holder[key].is_string() ? holder[key].get<std::string>() : "";
}

void need(ReadAnswer& answer, bool good, const std::string& what) {
  if (!good) answer.faults.push_back(what);
}

/// Members of `holder` that must be there, with their types: "id:s created:n choices:a usage:o".
void need_members(ReadAnswer& answer, const OrderedJson& holder, std::string_view wanted) {
  while (!wanted.empty()) {
    const std::size_t end = std::min(wanted.find(' '), wanted.size());
    const std::string name(wanted.substr(0, end - 2));
    const char type = wanted[end - 1];
    wanted.remove_prefix(std::min(end + 1, wanted.size()));
    const OrderedJson member = holder.contains(name) ? holder[name] : OrderedJson();
    const bool good = (type == 's' && member.is_string()) ||
                      (type == 'n' && member.is_number_integer()) ||
                      (type == 'a' && member.is_array()) || (type == 'o' && member.is_object());
    need(answer, good, name + " is " + member.dump());
  }
}

void check_arguments(ReadAnswer& answer) {
  for (const ReadCall& call : answer.calls) {
    need(answer, parse(call.arguments).is_object(), "arguments of a call: " + call.arguments);
    need(answer, !call.name.empty(), "a call without a name");
  }
}

// Chat completions.

constexpr std::string_view kChatUsage = "prompt_tokens:n completion_tokens:n total_tokens:n";

void take_chat_message(ReadAnswer& answer, OrderedJson message) {
  need(answer, text_of(message, "role") == "assistant", "no assistant");
  answer.text = text_of(message, "content");
  answer.thought = text_of(message, "reasoning");
  for (const OrderedJson& call : message.value("tool_calls", OrderedJson::array())) {
    need_members(answer, call, "id:s type:s function:o");
    answer.calls.push_back({text_of(call, "id"), text_of(call["function"], "name"),
                            text_of(call["function"], "arguments")});
  }
  OrderedJson turn{{"role", "assistant"}, {"content", nullptr}};
  if (!answer.text.empty()) turn["content"] = answer.text;
  if (message.contains("tool_calls")) turn["tool_calls"] = message["tool_calls"];
  answer.turn = std::move(turn);
}

ReadAnswer read_chat(const OrderedJson& body) {
  ReadAnswer answer;
  need_members(answer, body, "id:s object:s created:n model:s choices:a usage:o");
  if (!answer.faults.empty()) return answer;
  need_members(answer, body["usage"], kChatUsage);
  answer.has_usage = true;
  need_members(answer, body["choices"][0], "index:n finish_reason:s message:o");
  if (answer.faults.empty()) take_chat_message(answer, body["choices"][0]["message"]);
  return answer;
}

void add_text(OrderedJson& holder, const char* key, const OrderedJson& delta) {
  if (!delta.contains(key) || !delta[key].is_string()) return;
  holder[key] = text_of(holder, key) + text_of(delta, key);
}

void add_chat_delta(OrderedJson& message, const OrderedJson& delta) {
  if (delta.contains("role")) message["role"] = delta["role"];
  add_text(message, "content", delta);
  add_text(message, "reasoning", delta);
  for (const OrderedJson& piece : delta.value("tool_calls", OrderedJson::array())) {
    OrderedJson& calls = message["tool_calls"];
    const std::size_t index = piece.value("index", std::size_t{0});
    while (calls.size() <= index) {
      calls.push_back({{"type", "function"}, {"function", OrderedJson::object()}});
    }
    OrderedJson& call = calls[index];
    if (piece.contains("id")) call["id"] = piece["id"];
    add_text(call["function"], "name", piece["function"]);
    add_text(call["function"], "arguments", piece["function"]);
  }
}

ReadAnswer read_chat_events(const std::vector<OrderedJson>& events) {
  ReadAnswer answer;
  OrderedJson message = OrderedJson::object();
  bool ended = false;
  for (const OrderedJson& event : events) {
    need_members(answer, event, "id:s created:n model:s choices:a");
    need(answer, text_of(event, "id") == text_of(events[0], "id"), "two ids in one stream");
    if (event.contains("usage") && event["usage"].is_object()) {
      answer.has_usage = true;
      need_members(answer, event["usage"], kChatUsage);
    }
    if (event["choices"].empty()) continue;
    add_chat_delta(message, event["choices"][0]["delta"]);
    ended |= event["choices"][0].contains("finish_reason") &&
             event["choices"][0]["finish_reason"].is_string();
  }
  need(answer, ended, "no finish_reason");
  take_chat_message(answer, message);
  return answer;
}

// Responses.

void take_items(ReadAnswer& answer, const OrderedJson& items) {
  for (const OrderedJson& item : items) {
    need_members(answer, item, "type:s id:s");
    const std::string type = text_of(item, "type");
    if (type == "function_call") {
      need_members(answer, item, "call_id:s name:s arguments:s status:s");
      answer.calls.push_back(
          {text_of(item, "call_id"), text_of(item, "name"), text_of(item, "arguments")});
    } else if (type == "message") {
      need_members(answer, item, "role:s status:s content:a");
      for (const OrderedJson& part : item["content"]) {
        need_members(answer, part, "type:s text:s annotations:a");
        answer.text += text_of(part, "text");
      }
    } else if (type == "reasoning") {
      need_members(answer, item, "summary:a");
      for (const OrderedJson& part : item["summary"]) answer.thought += text_of(part, "text");
    }
  }
  answer.turn = items;
}

ReadAnswer read_response(const OrderedJson& body) {
  ReadAnswer answer;
  need_members(answer, body, "id:s object:s created_at:n model:s status:s output:a usage:o");
  if (!answer.faults.empty()) return answer;
  answer.has_usage = true;
  need_members(answer, body["usage"], "input_tokens:n output_tokens:n total_tokens:n");
  need(answer, body["status"] == "completed", "status " + body["status"].dump());
  take_items(answer, body["output"]);
  return answer;
}

ReadAnswer read_response_events(const std::vector<OrderedJson>& events) {
  if (events.empty()) return {.faults = {"no events"}};
  OrderedJson done = OrderedJson::array();
  std::string deltas;
  for (const OrderedJson& event : events) {
    const std::string type = text_of(event, "type");
    if (type == "response.output_item.done") done.push_back(event["item"]);
    if (type == "response.output_text.delta") deltas += text_of(event, "delta");
  }
  ReadAnswer answer = read_response(events.back().value("response", OrderedJson()));
  need(answer, done == answer.turn, "the items done are not those of the response");
  need(answer, deltas == answer.text, "the deltas are not the text");
  return answer;
}

// Messages.

void take_blocks(ReadAnswer& answer, const OrderedJson& blocks) {
  for (const OrderedJson& block : blocks) {
    const std::string type = text_of(block, "type");
    if (type == "tool_use") {
      need_members(answer, block, "id:s name:s input:o");
      answer.calls.push_back({text_of(block, "id"), text_of(block, "name"), block["input"].dump()});
    } else if (type == "thinking") {
      need_members(answer, block, "thinking:s signature:s");
      answer.thought += text_of(block, "thinking");
    } else if (type == "redacted_thinking") {
      need_members(answer, block, "data:s");
    } else {
      need(answer, type == "text", "a block of type " + type);
      need_members(answer, block, "text:s");
      answer.text += text_of(block, "text");
    }
  }
  answer.turn = {{"role", "assistant"}, {"content", blocks}};
}

ReadAnswer read_message(const OrderedJson& body) {
  ReadAnswer answer;
  need_members(answer, body, "id:s type:s role:s model:s content:a stop_reason:s usage:o");
  if (!answer.faults.empty()) return answer;
  need_members(answer, body["usage"], "input_tokens:n output_tokens:n");
  need(answer, body.contains("stop_sequence"), "no stop_sequence");
  answer.has_usage = true;
  take_blocks(answer, body["content"]);
  return answer;
}

void add_block_delta(OrderedJson& block, std::string& input, const OrderedJson& delta) {
  add_text(block, "text", delta);
  add_text(block, "thinking", delta);
  add_text(block, "signature", delta);
  input += text_of(delta, "partial_json");
}

ReadAnswer read_message_events(const std::vector<OrderedJson>& events) {
  OrderedJson message = OrderedJson::object();
  std::string input;
  for (const OrderedJson& event : events) {
    const std::string type = text_of(event, "type");
    if (type == "message_start") message = event["message"];
    if (type == "content_block_start") message["content"].push_back(event["content_block"]);
    if (type == "content_block_delta") {
      add_block_delta(message["content"].back(), input, event["delta"]);
    }
    if (type == "content_block_stop" && !input.empty()) {
      message["content"].back()["input"] = parse(input);
      input.clear();
    }
    if (type == "message_delta") {
      message.merge_patch(event["delta"]);
      message["stop_sequence"] = event["delta"]["stop_sequence"];
      message["usage"].merge_patch(event["usage"]);
    }
  }
  return read_message(message);
}

// Gemini.

void take_parts(ReadAnswer& answer, const OrderedJson& parts) {
  for (const OrderedJson& part : parts) {
    answer.turn["parts"].push_back(part);
    if (part.contains("functionCall")) {
      const OrderedJson& call = part["functionCall"];
      need_members(answer, call, "name:s args:o");
      answer.calls.push_back({text_of(call, "id"), text_of(call, "name"), call["args"].dump()});
    } else if (part.value("thought", false)) {
      answer.thought += text_of(part, "text");
    } else {
      answer.text += text_of(part, "text");
    }
  }
}

ReadAnswer read_contents(const std::vector<OrderedJson>& bodies) {
  ReadAnswer answer;
  answer.turn = {{"role", "model"}, {"parts", OrderedJson::array()}};
  bool ended = false;
  for (const OrderedJson& body : bodies) {
    need_members(answer, body, "modelVersion:s responseId:s");
    if (body.contains("usageMetadata")) {
      answer.has_usage = true;
      need_members(answer, body["usageMetadata"], "promptTokenCount:n totalTokenCount:n");
    }
    if (!body.contains("candidates")) continue;
    const OrderedJson& candidate = body["candidates"][0];
    if (candidate.contains("content") && candidate["content"].contains("parts")) {
      need(answer, text_of(candidate["content"], "role") == "model", "no role");
      take_parts(answer, candidate["content"]["parts"]);
    }
    ended |= candidate.contains("finishReason");
  }
  need(answer, ended, "no finishReason");
  return answer;
}

/// The template with the call's id and name in their places; without an id, without its member.
OrderedJson filled(const OrderedJson& form, const ReadCall& call) {
  if (form.is_string()) {
    if (form == "$id") return call.id;
    if (form == "$name") return call.name;
  }
  if (!form.is_object() && !form.is_array()) return form;
  OrderedJson out = form.is_array() ? OrderedJson::array() : OrderedJson::object();
  for (const auto& [key, value] : form.items()) {
    if (value == "$id" && call.id.empty()) continue;
    if (form.is_array()) {
      out.push_back(filled(value, call));
    } else {
      out[key] = filled(value, call);
    }
  }
  return out;
}

}  // namespace

ReadAnswer read_whole(std::string_view format, std::string_view text) {
  const OrderedJson body = parse(text);
  if (!body.is_object()) return {.faults = {"not an object: " + std::string(text)}};
  ReadAnswer answer;
  if (format == "openai") answer = read_chat(body);
  if (format == "responses") answer = read_response(body);
  if (format == "anthropic") answer = read_message(body);
  if (format == "gemini") answer = read_contents({body});
  check_arguments(answer);
  return answer;
}

ReadAnswer read_events(std::string_view format, std::string_view bytes) {
  const std::vector<OrderedJson> events = events_of(bytes);
  ReadAnswer answer;
  if (format == "openai") answer = read_chat_events(events);
  if (format == "responses") answer = read_response_events(events);
  if (format == "anthropic") answer = read_message_events(events);
  if (format == "gemini") answer = read_contents(events);
  check_arguments(answer);
  return answer;
}

OrderedJson with_results(std::string_view format, OrderedJson body, const ReadAnswer& answer,
                         const OrderedJson& result) {
  OrderedJson results = OrderedJson::array();
  for (const ReadCall& call : answer.calls) results.push_back(filled(result, call));
  if (format == "gemini") {
    body["contents"].push_back(answer.turn);
    body["contents"].push_back({{"role", "user"}, {"parts", results}});
  } else if (format == "anthropic") {
    body["messages"].push_back(answer.turn);
    body["messages"].push_back({{"role", "user"}, {"content", results}});
  } else if (format == "openai") {
    body["messages"].push_back(answer.turn);
    for (OrderedJson& each : results) body["messages"].push_back(each);
  } else {
    for (const OrderedJson& item : answer.turn) body["input"].push_back(item);
    for (OrderedJson& each : results) body["input"].push_back(each);
  }
  return body;
}

}  // namespace arouter::test
