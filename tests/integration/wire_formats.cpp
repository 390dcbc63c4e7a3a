#include "tests/integration/wire_formats.hpp"

#include <algorithm>

namespace arouter::test {

namespace {

using nlohmann::json;

std::string event(std::string_view data, std::string_view name = {}) {
  std::string text;
  if (!name.empty()) text = "event: " + std::string(name) + "\n";
  return text + "data: " + std::string(data) + "\n\n";
}

/// An event whose data says its own name.
std::string named(std::string_view type, std::string_view members) {
  return event(R"({"type":")" + std::string(type) + "\"" + std::string(members) + "}", type);
}

constexpr std::string_view kOpenaiUsage =
    R"("usage":{"prompt_tokens":20,"completion_tokens":7,"total_tokens":27,)"
    R"("prompt_tokens_details":{"cached_tokens":8},)"
    R"("completion_tokens_details":{"reasoning_tokens":3}})";
constexpr std::string_view kGeminiUsage =
    R"("usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":4,"totalTokenCount":27,)"
    R"("cachedContentTokenCount":8,"thoughtsTokenCount":3})";
constexpr std::string_view kResponsesUsage =
    R"("usage":{"input_tokens":20,"input_tokens_details":{"cached_tokens":8},"output_tokens":7,)"
    R"("output_tokens_details":{"reasoning_tokens":3},"total_tokens":27})";

StreamWire openai_stream() {
  const auto chunk_of = [](std::string_view members) {
    return event(R"({"id":"up-1","object":"chat.completion.chunk","created":1750000000,)"
                 R"("model":"up-model",)" +
                 std::string(members) + "}");
  };
  return {.opening = chunk_of(R"("choices":[{"index":0,"delta":{"role":"assistant"}}])"),
          .delta = chunk_of(R"("choices":[{"index":0,"delta":{"content":"half"}}])"),
          .closing = chunk_of(R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}])") +
                     chunk_of(R"("choices":[],)" + std::string(kOpenaiUsage)),
          .mark = event("[DONE]")};
}

StreamWire anthropic_stream() {
  return {
      .opening =
          named("message_start", R"(,"message":{"id":"up-1","type":"message","role":"assistant",)"
                                 R"("model":"up-model","content":[],"stop_reason":null,)"
                                 R"("stop_sequence":null,"usage":{"input_tokens":12,)"
                                 R"("cache_read_input_tokens":8,"output_tokens":1}})") +
          named("content_block_start", R"(,"index":0,"content_block":{"type":"text","text":""})"),
      .delta =
          named("content_block_delta", R"(,"index":0,"delta":{"type":"text_delta","text":"half"})"),
      .closing =
          named("content_block_stop", R"(,"index":0)") +
          named("message_delta", R"(,"delta":{"stop_reason":"end_turn","stop_sequence":null},)"
                                 R"("usage":{"output_tokens":7,)"
                                 R"("output_tokens_details":{"thinking_tokens":3}})"),
      .mark = named("message_stop", "")};
}

StreamWire gemini_stream() {
  const auto piece = [](std::string_view candidate, std::string_view more) {
    return event(R"({"candidates":[{)" + std::string(candidate) +
                 R"(}],"modelVersion":"up-model","responseId":"up-1")" + std::string(more) + "}");
  };
  return {.opening = "",
          .delta = piece(R"("content":{"role":"model","parts":[{"text":"half"}]})", ""),
          .closing = piece(R"("content":{"role":"model","parts":[]},"finishReason":"STOP")",
                           "," + std::string(kGeminiUsage)),
          .mark = ""};
}

std::string response_object(std::string_view status, std::string_view more) {
  return R"({"id":"up-1","object":"response","created_at":1750000000,"model":"up-model",)"
         R"("status":")" +
         std::string(status) + "\"," + std::string(more) + "}";
}

constexpr std::string_view kMessageItem =
    R"({"type":"message","id":"msg_1","status":"completed","role":"assistant",)"
    R"("content":[{"type":"output_text","text":"half","annotations":[]}]})";

StreamWire responses_stream() {
  constexpr std::string_view kPlace = R"(,"item_id":"msg_1","output_index":0,"content_index":0)";
  const auto placed = [&](std::string_view type, std::string_view members) {
    return named(type, std::string(kPlace) + std::string(members));
  };
  return {
      .opening = named("response.created",
                       R"(,"response":)" + response_object("in_progress", R"("output":[])")) +
                 named("response.output_item.added",
                       R"(,"output_index":0,"item":{"type":"message","id":"msg_1",)"
                       R"("status":"in_progress","role":"assistant","content":[]})") +
                 placed("response.content_part.added",
                        R"(,"part":{"type":"output_text","text":"","annotations":[]})"),
      .delta = placed("response.output_text.delta", R"(,"delta":"half")"),
      .closing = placed("response.output_text.done", R"(,"text":"half")") +
                 named("response.output_item.done",
                       R"(,"output_index":0,"item":)" + std::string(kMessageItem)),
      .mark = named("response.completed",
                    R"(,"response":)" +
                        response_object("completed", R"("output":[)" + std::string(kMessageItem) +
                                                         "]," + std::string(kResponsesUsage)))};
}

/// The data of every event, or the elements of Gemini's array.
std::vector<json> events_of(const std::string& body) {
  std::vector<json> events;
  if (body.starts_with("[")) {
    const json array = json::parse(body, nullptr, false);
    if (array.is_array()) events.assign(array.begin(), array.end());
    return events;
  }
  for (std::size_t at = 0; (at = body.find("data: ", at)) != std::string::npos;) {
    at += 6;
    const std::size_t end = std::min(body.find('\n', at), body.size());
    json data = json::parse(body.substr(at, end - at), nullptr, false);
    if (data.is_object()) events.push_back(std::move(data));
    at = end;
  }
  return events;
}

bool is_stream(const RawResponse& answer) {
  return answer.field("content-type").starts_with("text/event-stream") ||
         answer.body.starts_with("[");
}

/// All strings at `key` anywhere inside, in their order.
void collect(const json& value, std::string_view key, std::string& out) {
  if (value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      if (name == key && member.is_string()) out += member.get<std::string>();
      collect(member, key, out);
    }
  } else if (value.is_array()) {
    for (const json& element : value) collect(element, key, out);
  }
}

std::string text_at(const json& value, const char* path) {
  const json::json_pointer pointer(path);
  if (!value.is_object() || !value.contains(pointer)) return {};
  const json& found = value.at(pointer);
  return found.is_string() ? found.get<std::string>() : found.dump();
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
  });
  return text;
}

}  // namespace

std::string order_of(const std::vector<std::string>& providers) {
  std::string order;
  for (const std::string& each : providers) order += (order.empty() ? "\"" : ",\"") + each + "\"";
  return R"(,"provider":{"order":[)" + order + "]}";
}

std::string ask_path(const Ask& ask) {
  if (ask.format == "anthropic") return "/v1/messages";
  if (ask.format == "responses") return "/v1/responses";
  if (ask.format == "openai") return "/v1/chat/completions";
  const std::string path = "/v1beta/models/" + ask.model;
  if (!ask.stream) return path + ":generateContent";
  return path + ":streamGenerateContent" + (ask.as_array ? "" : "?alt=sse");
}

std::string ask_body(const Ask& ask) {
  if (ask.format == "gemini") {
    return R"({"contents":[{"role":"user","parts":[{"text":"hi"}]}])" + ask.more + "}";
  }
  std::string body = R"({"model":")" + ask.model + "\"";
  if (ask.stream) body += R"(,"stream":true)";
  if (ask.format == "anthropic") body += R"(,"max_tokens":64)";
  if (ask.format == "responses") return body + R"(,"input":"hi","store":false)" + ask.more + "}";
  return body + R"(,"messages":[{"role":"user","content":"hi"}])" + ask.more + "}";
}

StreamWire stream_wire(std::string_view format) {
  if (format == "anthropic") return anthropic_stream();
  if (format == "gemini") return gemini_stream();
  return format == "responses" ? responses_stream() : openai_stream();
}

std::string reply_wire(std::string_view format) {
  if (format == "anthropic") {
    return R"({"id":"up-1","type":"message","role":"assistant","model":"up-model","content":)"
           R"([{"type":"text","text":"half"}],"stop_reason":"end_turn","stop_sequence":null,)"
           R"("usage":{"input_tokens":12,"cache_read_input_tokens":8,"output_tokens":7,)"
           R"("output_tokens_details":{"thinking_tokens":3}}})";
  }
  if (format == "gemini") {
    return R"({"candidates":[{"content":{"role":"model","parts":[{"text":"half"}]},)"
           R"("finishReason":"STOP","index":0}],"modelVersion":"up-model","responseId":"up-1",)" +
           std::string(kGeminiUsage) + "}";
  }
  if (format == "responses") {
    return response_object("completed", R"("output":[)" + std::string(kMessageItem) + "]," +
                                            std::string(kResponsesUsage));
  }
  return R"({"id":"up-1","object":"chat.completion","created":1750000000,"model":"up-model",)"
         R"("choices":[{"index":0,"message":{"role":"assistant","content":"half"},)"
         R"("finish_reason":"stop"}],)" +
         std::string(kOpenaiUsage) + "}";
}

std::string error_wire(std::string_view format, int status, std::string_view message) {
  const std::string text = R"("message":")" + std::string(message) + "\"";
  if (format == "anthropic") {
    const char* type = status == 429   ? "rate_limit_error"
                       : status == 500 ? "api_error"
                       : status >= 500 ? "overloaded_error"
                                       : "invalid_request_error";
    return R"({"type":"error","error":{"type":")" + std::string(type) + "\"," + text + "}}";
  }
  if (format == "gemini") {
    const char* name = status == 429   ? "RESOURCE_EXHAUSTED"
                       : status == 500 ? "INTERNAL"
                       : status >= 500 ? "UNAVAILABLE"
                                       : "INVALID_ARGUMENT";
    return R"({"error":{"code":)" + std::to_string(status) + "," + text + R"(,"status":")" + name +
           "\"}}";
  }
  const char* code = status == 429   ? "rate_limit_exceeded"
                     : status == 500 ? "server_error"
                     : status >= 500 ? "overloaded"
                                     : "invalid_value";
  return R"({"error":{)" + text + R"(,"type":"some_error","param":null,"code":")" + code + "\"}}";
}

std::string error_event_wire(std::string_view format, std::string_view message) {
  if (format == "anthropic") return event(error_wire(format, 529, message), "error");
  if (format == "responses") {
    return named("error", R"(,"code":"overloaded","message":")" + std::string(message) +
                              R"(","param":null,"sequence_number":9)");
  }
  return event(error_wire(format, 503, message));
}

std::string text_of(std::string_view format, const RawResponse& answer) {
  std::string text;
  if (!is_stream(answer)) {
    const json body = json::parse(answer.body, nullptr, false);
    collect(body, format == "openai" ? "content" : "text", text);
    return text;
  }
  for (const json& each : events_of(answer.body)) {
    if (format == "openai") collect(each, "content", text);
    if (format == "anthropic" && each.value("type", "") == "content_block_delta") {
      collect(each, "text", text);
    }
    if (format == "gemini") collect(each, "text", text);
    if (format == "responses" && each.value("type", "") == "response.output_text.delta") {
      collect(each, "delta", text);
    }
  }
  return text;
}

bool has_success_mark(std::string_view format, std::string_view body) {
  const std::string_view mark = format == "openai"      ? "[DONE]"
                                : format == "anthropic" ? "message_stop"
                                : format == "gemini"    ? "\"finishReason\""
                                                        : "response.completed";
  return body.find(mark) != std::string_view::npos;
}

Told told_by(std::string_view format, const RawResponse& answer) {
  json told;
  if (is_stream(answer)) {
    for (json& each : events_of(answer.body)) {
      const bool is_error = each.contains("error") && each["error"].is_object();
      if (is_error || each.value("type", "") == "error") told = std::move(each);
    }
  } else {
    told = json::parse(answer.body, nullptr, false);
  }
  const char* code = format == "anthropic" ? "/error/type"
                     : format == "gemini"  ? "/error/details/0/reason"
                                           : "/error/code";
  Told found{text_at(told, code), text_at(told, "/error/message")};
  // A provider's own event of the Responses API says it without the object.
  if (found.message.empty()) found = {text_at(told, "/code"), text_at(told, "/message")};
  return found;
}

std::string told_code(std::string_view format, std::string_view code, int status) {
  if (format == "gemini") return upper(std::string(code));
  if (format != "anthropic") return std::string(code);
  if (status == 504) return "timeout_error";
  if (status == 503) return "overloaded_error";
  if (status == 429) return "rate_limit_error";
  if (status == 404) return "not_found_error";
  if (status == 401) return "authentication_error";
  return status < 500 ? "invalid_request_error" : "api_error";
}

std::string model_of(std::string_view provider_format) {
  return "to-" + std::string(provider_format) + "/m";
}

namespace {

std::string wire_config(const std::string& base_url, const std::string& provider_lines,
                        const std::string& tail, const std::string& server_lines) {
  std::string config =
      "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 2\n" + server_lines + "\n\n";
  for (const std::string_view format : kFormats) {
    config += "[[provider]]\nname = \"to-" + std::string(format) + "\"\nformat = \"" +
              std::string(format) + "\"\nbase_url = \"" + base_url +
              "\"\nkeys = [{ env = \"ACME_KEY\" }]\nbreaker = { failures = 0 }\n" + provider_lines +
              "\n";
    for (const char* id : {"m", "other"}) {
      config += "[[provider.model]]\nid = \"" + std::string(id) +
                "\"\npricing = { prompt = \"0.000002\", completion = \"0.000006\", "
                "input_cache_read = \"0.000001\" }\n\n";
    }
  }
  return config + tail;
}

}  // namespace

WireWorld::WireWorld(const std::string& provider_lines, const std::string& tail,
                     const std::string& server_lines)
    : World([&](const std::string& url) {
        return wire_config(url, provider_lines, tail, server_lines);
      }) {}

std::string WireWorld::request(const Ask& ask, std::string_view fields) const {
  return post(daemon.port(), ask_path(ask), daemon.key(), ask_body(ask), fields);
}

RawResponse WireWorld::ask(const Ask& ask, std::string_view fields) const {
  return call(daemon.port(), request(ask, fields));
}

}  // namespace arouter::test
