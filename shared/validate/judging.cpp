#include "shared/validate/judging.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace arouter::validate {

namespace {

constexpr std::size_t kExcerptBefore = 30;
constexpr std::size_t kExcerptLength = 88;

/// Fills excerpt and caret with the bytes around `offset`.
void show(Evidence& evidence, std::string_view body, std::size_t offset) {
  const std::size_t begin = offset > kExcerptBefore ? offset - kExcerptBefore : 0;
  const std::size_t caret = std::min(offset, body.size());
  evidence.excerpt = printable(body.substr(begin, caret - begin));
  evidence.caret = evidence.excerpt.size();
  evidence.excerpt += printable(body.substr(caret, kExcerptLength - (caret - begin)));
}

bool is_readable_answer(const Exchange& exchange) {
  return exchange.expect == Expect::answer && exchange.ok() && exchange.json.whole() &&
         exchange.json.root().is(JsonType::object) && !error_in(exchange.json.root()).present();
}

/// An event stream that came whole and holds at least one JSON object.
bool is_usable_stream(const Exchange& exchange) {
  if (exchange.expect != Expect::stream || !exchange.ok() || !exchange.response.complete) {
    return false;
  }
  if (exchange.sse.endless) return false;
  return std::any_of(exchange.sse.events.begin(), exchange.sse.events.end(),
                     [](const auto& event) { return event.json.root().is(JsonType::object); });
}

}  // namespace

void keep_worse(Judgement& worst, Judgement next) {
  if (next.kind == Judgement::Kind::inconclusive && worst.kind == Judgement::Kind::good) {
    worst = std::move(next);
    return;
  }
  if (next.kind != Judgement::Kind::broken) return;
  if (worst.kind != Judgement::Kind::broken || next.severity < worst.severity) {
    worst = std::move(next);
  }
}

Judgement good() {
  return {};
}

Judgement broken(std::string message, Evidence evidence) {
  return {Judgement::Kind::broken, Severity::must, std::move(message), std::move(evidence)};
}

Judgement lesser(Severity severity, std::string message, Evidence evidence) {
  return {Judgement::Kind::broken, severity, std::move(message), std::move(evidence)};
}

Judgement skipped(std::string why) {
  return {Judgement::Kind::skipped, Severity::must, std::move(why), {}};
}

Judgement inconclusive(std::string why) {
  return {Judgement::Kind::inconclusive, Severity::must, std::move(why), {}};
}

Evidence at(const Exchange& exchange) {
  Evidence evidence;
  evidence.exchange = exchange.probe;
  return evidence;
}

Evidence at(const Exchange& exchange, std::size_t offset) {
  Evidence evidence = at(exchange);
  evidence.offset = static_cast<std::int64_t>(offset);
  show(evidence, exchange.response.body, offset);
  return evidence;
}

Evidence at(const Exchange& exchange, const JsonRef& value) {
  Evidence evidence = at(exchange, value.begin());
  evidence.path = value.path();
  return evidence;
}

Evidence at(const Exchange& exchange, std::size_t index, const JsonRef& value) {
  const SseEvent& event = exchange.sse.events[index];
  Evidence evidence = at(exchange, event.data_begin + value.begin());
  evidence.event = static_cast<std::int64_t>(index) + 1;
  evidence.path = value.path();
  return evidence;
}

Evidence at_text(std::string name, std::string_view text, std::size_t offset) {
  Evidence evidence;
  evidence.exchange = std::move(name);
  evidence.offset = static_cast<std::int64_t>(offset);
  show(evidence, text, offset);
  return evidence;
}

Evidence at_text(std::string name, std::string_view text, const JsonRef& value) {
  Evidence evidence = at_text(std::move(name), text, value.begin());
  evidence.path = value.path();
  return evidence;
}

Evidence at_header(const Exchange& exchange, std::string_view name) {
  Evidence evidence = at(exchange);
  const std::string* value = exchange.response.find(name);
  evidence.excerpt = value == nullptr
                         ? "HTTP/1." + std::to_string(exchange.response.minor_version) + " " +
                               std::to_string(exchange.status())
                         : printable(std::string(name) + ": " + value->substr(0, kExcerptLength));
  return evidence;
}

std::string printable(std::string_view bytes) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += "\\x";
      out += hex[byte >> 4];
      out += hex[byte & 15];
    } else {
      out += c;
    }
  }
  return out;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::string media_type(const Exchange& exchange) {
  const std::string* type = exchange.response.find("content-type");
  if (type == nullptr) return {};
  std::string media = lower_case(std::string_view(*type).substr(0, type->find(';')));
  while (media.ends_with(' ')) media.pop_back();
  return media;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string out = "\"" + printable(text.substr(0, kMost));
  return out + (text.size() > kMost ? "…\"" : "\"");
}

std::string kind_name(const JsonRef& value) {
  switch (value.type()) {
    case JsonType::absent:
      return "missing";
    case JsonType::null:
      return "null";
    case JsonType::boolean:
      return "a boolean";
    case JsonType::number:
      return "the number " + printable(value.lexeme().substr(0, 40));
    case JsonType::string:
      return "the string " + quoted(value.text());
    case JsonType::array:
      return "an array";
    case JsonType::object:
      return "an object";
  }
  return "unknown";
}

Judgement each_answer(const Transcript& transcript,
                      const std::function<Judgement(const Exchange&)>& judge) {
  Judgement worst;
  bool judged = false;
  for (const Exchange& exchange : transcript.exchanges) {
    if (!is_readable_answer(exchange)) continue;
    judged = true;
    keep_worse(worst, judge(exchange));
  }
  return judged ? worst : inconclusive("no successful chat answer with a JSON object to judge");
}

JsonRef error_in(const JsonRef& body) {
  if (!body["error"].absent_or_null()) return body["error"];
  const bool has_choices = body["choices"].is(JsonType::array);
  if (!body["detail"].absent_or_null() && !has_choices) return body["detail"];
  return body["object"].text() == "error" ? body["object"] : JsonRef();
}

Judgement judge_finish_reason(const JsonRef& value, Evidence evidence) {
  const std::string word = value.text();
  constexpr std::array<std::string_view, 5> legal{"stop", "length", "tool_calls", "content_filter",
                                                  "function_call"};
  if (std::find(legal.begin(), legal.end(), word) != legal.end()) return good();
  constexpr std::array<std::string_view, 10> wrong{
      "eos",   "eos_token", "end_turn", "stop_sequence", "max_tokens",
      "error", "null",      "STOP",     "MAX_TOKENS",    "tool_use"};
  const bool known_wrong = std::find(wrong.begin(), wrong.end(), word) != wrong.end();
  if (word.empty() || known_wrong) {
    return broken("finish_reason is " + kind_name(value), std::move(evidence));
  }
  return lesser(Severity::should, "finish_reason is the vendor's own word " + quoted(word),
                std::move(evidence));
}

Stream read_stream(const Exchange& exchange) {
  Stream stream;
  stream.exchange = &exchange;
  for (std::size_t i = 0; i < exchange.sse.events.size(); ++i) {
    const SseEvent& event = exchange.sse.events[i];
    if (event.kind == SseEvent::Kind::done) stream.dones.push_back(i);
    const JsonRef root = event.json.root();
    if (!root.is(JsonType::object) || !event.json.whole()) continue;
    const bool failed = !root["error"].absent_or_null();
    (failed ? stream.errors : stream.chunks).push_back({i, root});
  }
  return stream;
}

bool is_filter_chunk(const Chunk& chunk) {
  return chunk.json["choices"].is(JsonType::array) && chunk.json["choices"].size() == 0 &&
         (chunk.json["prompt_filter_results"].present() ||
          chunk.json["prompt_annotations"].present());
}

JsonRef usage_of(const Chunk& chunk) {
  const JsonRef usage = chunk.json["usage"];
  return usage.absent_or_null() ? JsonRef() : usage;
}

std::string joined_content(const Stream& stream) {
  std::string text;
  for (const Chunk& chunk : stream.chunks) {
    text += chunk.json["choices"].at(0)["delta"]["content"].text();
  }
  return text;
}

Judgement each_stream(const Transcript& transcript,
                      const std::function<Judgement(const Stream&)>& judge) {
  Judgement worst;
  bool judged = false;
  bool cut = false;
  for (const Exchange& exchange : transcript.exchanges) {
    cut = cut || (exchange.expect == Expect::stream && exchange.failure == Failure::cut);
    if (!is_usable_stream(exchange)) continue;
    const Stream stream = read_stream(exchange);
    if (!stream.errors.empty()) continue;
    judged = true;
    keep_worse(worst, judge(stream));
  }
  if (judged) return worst;
  if (cut) return skipped("every stream was cut: see http.body-complete");
  return inconclusive("no whole event stream with JSON events to judge");
}

Judgement one_stream(const Transcript& transcript, std::string_view probe,
                     const std::function<Judgement(const Stream&)>& judge) {
  const Exchange* exchange = transcript.find(probe);
  if (exchange == nullptr || !is_usable_stream(*exchange)) {
    return inconclusive("the stream \"" + std::string(probe) + "\" did not come whole");
  }
  const Stream stream = read_stream(*exchange);
  if (!stream.errors.empty()) return inconclusive("the stream broke off with an error");
  return judge(stream);
}

Judgement each_event_stream(const Transcript& transcript,
                            const std::function<Judgement(const Exchange&)>& judge) {
  Judgement worst;
  bool judged = false;
  for (const Exchange& exchange : transcript.exchanges) {
    const bool came = exchange.status() >= 200 && exchange.status() < 300 &&
                      (exchange.failure == Failure::none || exchange.failure == Failure::cut);
    if (exchange.expect != Expect::stream || !came) continue;
    judged = true;
    keep_worse(worst, judge(exchange));
  }
  return judged ? worst : inconclusive("no streaming request was answered with 200");
}

Judgement each_chunk(const Transcript& transcript,
                     const std::function<Judgement(const Stream&, const Chunk&)>& judge) {
  return each_stream(transcript, [&](const Stream& stream) {
    Judgement worst;
    for (const Chunk& chunk : stream.chunks) keep_worse(worst, judge(stream, chunk));
    return worst;
  });
}

Judgement each_refusal(const Transcript& transcript,
                       const std::function<Judgement(const Exchange&)>& judge) {
  Judgement worst;
  bool judged = false;
  for (const Exchange& exchange : transcript.exchanges) {
    if (exchange.expect != Expect::refusal || !exchange.answered()) continue;
    if (exchange.status() < 400 || exchange.throttled()) continue;
    judged = true;
    keep_worse(worst, judge(exchange));
  }
  return judged ? worst : inconclusive("no bad request was refused with an error status");
}

}  // namespace arouter::validate
