#include "tests/unit/shared/validate/recording.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace arouter::validate {

namespace {

constexpr std::string_view kJsonFields =
    "Content-Type: application/json\r\nx-request-id: req-1\r\n";
constexpr std::string_view kStreamFields =
    "Content-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n"
    "x-request-id: req-1\r\n";

std::string head_of(std::string_view status, std::string_view fields) {
  return "HTTP/1.1 " + std::string(status) + "\r\n" + std::string(fields);
}

std::vector<std::string> counted(int count) {
  constexpr std::string_view kWords[] = {"one", "two", "three", "four", "five", "six", "seven"};
  std::vector<std::string> pieces;
  for (int i = 0; i < count; ++i) {
    pieces.push_back((i == 0 ? "" : ", ") + std::string(kWords[static_cast<std::size_t>(i) % 7]) +
                     (i < 7 ? "" : "-" + std::to_string(i / 7)));
  }
  return pieces;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  return text;
}

std::string framed(const RecordedAnswer& answer) {
  if (!answer.raw.empty()) return answer.raw;
  if (answer.probe.method == "HEAD") return answer.head + "\r\n";
  if (answer.head.find("event-stream") == std::string::npos) {
    return answer.head + "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n" +
           answer.body;
  }
  std::string bytes = answer.head + "Transfer-Encoding: chunked\r\n\r\n";
  // Odd cuts, so that events never end where chunks do.
  for (std::size_t at = 0; at < answer.body.size(); at += 100) {
    constexpr std::string_view hex = "0123456789abcdef";
    const std::string piece = answer.body.substr(at, 100);
    bytes += hex[piece.size() / 16];
    bytes += hex[piece.size() % 16];
    bytes += "\r\n" + piece + "\r\n";
  }
  return bytes + "0\r\n\r\n";
}

constexpr std::string_view kListBody =
    R"({"object":"list","data":[{"id":"model-a","object":"model","created":1790000000,)"
    R"("owned_by":"acme"},{"id":"model-b","object":"model","created":1790000000,)"
    R"("owned_by":"acme"}]})";

constexpr std::string_view kMetadata =
    R"({"id":"acme/model-a","name":"Model A","description":"A model.","context_length":8192,)"
    R"("architecture":{"input_modalities":["text"],"output_modalities":["text"],)"
    R"("tokenizer":"cl100k_base","instruct_type":"chatml"},)"
    R"("pricing":{"prompt":"0.000002","completion":"0.000006","image":"0"},)"
    R"("supported_parameters":["tools","temperature","max_tokens","structured_outputs"]})";

int prompt_tokens(const Probe& probe) {
  return 20 + static_cast<int>(probe.body.size()) / 4;
}

}  // namespace

std::string answer_body(std::string_view id, std::string_view text, int prompt, int completion,
                        std::string_view finish) {
  return R"({"id":")" + std::string(id) + R"(","object":"chat.completion","created":)" +
         std::to_string(kNow) +
         R"(,"model":"model-a","choices":[{"index":0,"message":{"role":"assistant","content":")" +
         std::string(text) + R"("},"finish_reason":")" + std::string(finish) +
         R"("}],"usage":{"prompt_tokens":)" + std::to_string(prompt) + R"(,"completion_tokens":)" +
         std::to_string(completion) + R"(,"total_tokens":)" + std::to_string(prompt + completion) +
         "}}";
}

std::string chunk_event(std::string_view id, std::string_view delta, std::string_view finish) {
  return R"(data: {"id":")" + std::string(id) + R"(","object":"chat.completion.chunk","created":)" +
         std::to_string(kNow) + R"(,"model":"model-a","choices":[{"index":0,"delta":)" +
         std::string(delta) + R"(,"finish_reason":)" + std::string(finish) + "}]}\n\n";
}

std::string usage_event(std::string_view id, int prompt, int completion) {
  return R"(data: {"id":")" + std::string(id) + R"(","object":"chat.completion.chunk","created":)" +
         std::to_string(kNow) + R"(,"model":"model-a","choices":[],"usage":{"prompt_tokens":)" +
         std::to_string(prompt) + R"(,"completion_tokens":)" + std::to_string(completion) +
         R"(,"total_tokens":)" + std::to_string(prompt + completion) + "}}\n\n";
}

std::string stream_body(std::string_view id, const std::vector<std::string>& pieces,
                        std::string_view finish) {
  std::string body = chunk_event(id, R"({"role":"assistant","content":""})", "null");
  for (const std::string& piece : pieces) {
    body += chunk_event(id, R"({"content":")" + piece + "\"}", "null");
  }
  return body + chunk_event(id, "{}", "\"" + std::string(finish) + "\"");
}

std::string error_body(std::string_view message) {
  return R"({"error":{"message":")" + std::string(message) +
         R"(","type":"invalid_request_error","param":null,"code":null}})";
}

Recording::Recording() : metadata(kMetadata) {
  const Probes probes({"model-a", "0123abcd", {}});
  add(probes.models("models"), head_of("200 OK", kJsonFields), std::string(kListBody));
  add_good(probes.basic("basic"));
  add_good(probes.basic("basic-again"));
  answer("basic-again").adjust = [](Exchange& exchange) { exchange.second_on_connection = true; };
  add_good(probes.stream());
  for (const Probe& probe : probes.answers()) add_good(probe);
  for (const Probe& probe : probes.credentials()) add_refusal(probe);
  answer_with("lower-bearer", "200 OK", answer_body("chatcmpl-lower", "one", 20, 1, "stop"));
  for (const Probe& probe : probes.refusals()) add_refusal(probe);
  for (const Probe& probe : probes.routes()) {
    add(probe, head_of("200 OK", kJsonFields), R"({"id":"model-a","object":"model"})");
  }
  answer_with("get-chat", "405 Method Not Allowed", error_body("use POST"));
  for (const Probe& probe : probes.parallel()) add_good(probe);
  add_good(probes.abort());
  answer("abort").adjust = [](Exchange& exchange) { exchange.hung_up = true; };
  add_good(probes.basic("after-abort"));
  add_good(probes.gzip_stream());
  answer("stream-gzip").arrivals = answer("stream-usage").arrivals;
  add(probes.models("models-again"), head_of("200 OK", kJsonFields), std::string(kListBody));
}

void Recording::add(const Probe& probe, std::string head, std::string body) {
  RecordedAnswer added;
  added.probe = probe;
  added.head = std::move(head);
  added.body = std::move(body);
  answers_.push_back(std::move(added));
}

void Recording::add_good(const Probe& probe) {
  const std::string id = "chatcmpl-" + probe.name;
  const int cap = static_cast<int>(probe.max_tokens);
  const int length = std::min(cap, 30);
  std::vector<std::string> pieces = counted(length);
  if (probe.name == "unicode") pieces.back() += " \U0001F600";
  const std::string_view reason = length == cap ? "length" : "stop";
  if (probe.body.find("\"stream\":true") == std::string::npos) {
    return add(probe, head_of("200 OK", kJsonFields),
               answer_body(id, joined(pieces), prompt_tokens(probe), length, reason));
  }
  std::string body = stream_body(id, pieces, reason);
  if (probe.body.find("include_usage") != std::string::npos) {
    // The options of the stream are no part of the prompt.
    Probe same = probe;
    same.body.resize(same.body.find(",\"stream\":"));
    same.body += "}";
    body += usage_event(id, prompt_tokens(same), length);
  }
  add(probe, head_of("200 OK", kStreamFields), body + "data: [DONE]\n\n");
  if (probe.name != "stream-usage") return;
  const std::size_t size = answers_.back().body.size();
  for (std::size_t i = 1; i <= 20; ++i) {
    answers_.back().arrivals.push_back({0, size * i / 20, static_cast<std::int64_t>(i) * 100});
  }
}

void Recording::add_refusal(const Probe& probe) {
  const bool unauthorized = probe.name.find("key") != std::string::npos;
  const bool unknown = probe.name.starts_with("unknown");
  add(probe,
      head_of(unauthorized ? "401 Unauthorized"
              : unknown    ? "404 Not Found"
                           : "400 Bad Request",
              std::string(kJsonFields) + (unauthorized ? "WWW-Authenticate: Bearer\r\n" : "")),
      error_body("this will not do"));
}

RecordedAnswer& Recording::answer(std::string_view probe) {
  for (RecordedAnswer& recorded : answers_) {
    if (recorded.probe.name == probe) return recorded;
  }
  FAIL("no such probe: " << probe);
  return answers_.front();
}

void Recording::swap(std::string_view probe, std::string_view from, std::string_view to) {
  std::string& text = body(probe);
  const std::size_t found = text.find(from);
  REQUIRE_MESSAGE(found != std::string::npos, from);
  text.replace(found, from.size(), to);
}

void Recording::swap_all(std::string_view probe, std::string_view from, std::string_view to) {
  std::string& text = body(probe);
  std::size_t found = text.find(from);
  REQUIRE_MESSAGE(found != std::string::npos, from);
  for (; found != std::string::npos; found = text.find(from, found + to.size())) {
    text.replace(found, from.size(), to);
  }
}

void Recording::swap_head(std::string_view probe, std::string_view from, std::string_view to) {
  std::string& text = head(probe);
  const std::size_t found = text.find(from);
  REQUIRE_MESSAGE(found != std::string::npos, from);
  text.replace(found, from.size(), to);
}

void Recording::answer_with(std::string_view probe, std::string_view status,
                            std::string body_text) {
  answer(probe).head = head_of(status, kJsonFields);
  answer(probe).body = std::move(body_text);
}

Transcript Recording::transcript() const {
  Transcript made;
  made.base_url = "https://api.acme.example/v1";
  made.model = "model-a";
  made.sent_key = true;
  made.duration_ms = 1'234;
  for (const RecordedAnswer& recorded : answers_) {
    Exchange exchange;
    exchange.probe = recorded.probe.name;
    exchange.expect = recorded.probe.expect;
    exchange.method = recorded.probe.method;
    exchange.url = made.base_url + recorded.probe.path;
    exchange.request_fields = {{"Authorization", "Bearer $KEY"},
                               {"Content-Type", "application/json"}};
    exchange.request_body = recorded.probe.body;
    exchange.max_tokens = recorded.probe.max_tokens;
    exchange.began_unix_s = kNow;
    exchange.attempts = 1;
    exchange.arrivals = recorded.arrivals;
    exchange.duration_ms = recorded.arrivals.empty() ? 20 : recorded.arrivals.back().at_ms;
    exchange.wire = framed(recorded);
    if (recorded.adjust) recorded.adjust(exchange);
    read_answer(exchange, "");
    made.exchanges.push_back(std::move(exchange));
  }
  made.metadata = JsonTree::read(metadata);
  if (finish) finish(made);
  return made;
}

}  // namespace arouter::validate
