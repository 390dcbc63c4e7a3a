// Event streams as bytes: what every decoder of server-sent events relies on.
#include <algorithm>

#include "shared/utf8.hpp"
#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

bool is_json_document(const Exchange& exchange) {
  return exchange.sse.data_lines == 0 && exchange.json.clean() &&
         exchange.json.root().is(JsonType::object);
}

/// Lines of JSON and no data line at all: another format, which only its own rule judges.
bool is_ndjson(const Exchange& exchange) {
  return exchange.sse.data_lines == 0 && !exchange.sse.bare_json.empty();
}

/// Every answer that is meant as an event stream: neither one JSON document nor NDJSON.
Judgement each_sse(const Transcript& transcript,
                   const std::function<Judgement(const Exchange&)>& judge) {
  bool judged = false;
  Judgement found = each_event_stream(transcript, [&](const Exchange& exchange) {
    if (is_json_document(exchange) || is_ndjson(exchange)) return good();
    judged = true;
    return judge(exchange);
  });
  if (!judged) return inconclusive("no streaming request was answered with an event stream");
  return found;
}

Judgement content_type(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    const std::string* type = exchange.response.find("content-type");
    if (type == nullptr) return broken("a stream has no Content-Type", at_header(exchange, ""));
    const std::string media = media_type(exchange);
    if (media == "text/event-stream") return good();
    return broken("a stream is sent as " + quoted(*type), at_header(exchange, "content-type"));
  });
}

Judgement is_stream(const Transcript& transcript) {
  return each_event_stream(transcript, [](const Exchange& exchange) {
    if (!is_json_document(exchange)) return good();
    return broken("stream: true is answered by one JSON document", at(exchange, 0));
  });
}

Judgement not_ndjson(const Transcript& transcript) {
  return each_event_stream(transcript, [](const Exchange& exchange) {
    if (is_json_document(exchange) || exchange.sse.bare_json.empty()) return good();
    return broken("a line of JSON stands without \"data:\" before it",
                  at(exchange, exchange.sse.bare_json.front()));
  });
}

Judgement first_noted(const Transcript& transcript, std::vector<std::size_t> SseStream::*noted,
                      const char* message) {
  return each_sse(transcript, [&](const Exchange& exchange) {
    const std::vector<std::size_t>& offsets = exchange.sse.*noted;
    return offsets.empty() ? good() : broken(message, at(exchange, offsets.front()));
  });
}

Judgement event_separator(const Transcript& transcript) {
  return first_noted(transcript, &SseStream::joined,
                     "two events are separated by one line end: decoders join them into one");
}

Judgement line_prefix(const Transcript& transcript) {
  return first_noted(transcript, &SseStream::misprefixed,
                     "a data line does not begin with \"data:\" exactly");
}

Judgement keepalive_inside_event(const Transcript& transcript) {
  return first_noted(transcript, &SseStream::split_by_comment,
                     "a comment is written into the middle of an event's JSON");
}

Judgement final_blank_line(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    // A cut stream has a finding of its own.
    if (!exchange.sse.unfinished || !exchange.response.complete) return good();
    return broken("the last event is not ended by a blank line",
                  at(exchange, exchange.sse.events.back().begin));
  });
}

Judgement json_per_event(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    const SseStream& sse = exchange.sse;
    for (std::size_t i = 0; i < sse.events.size(); ++i) {
      const SseEvent& event = sse.events[i];
      if (event.kind != SseEvent::Kind::json) continue;
      const bool last = i + 1 == sse.events.size();
      if (last && event.json.cut() && !exchange.response.complete) continue;
      const auto& split = sse.split_by_comment;
      if (std::find(split.begin(), split.end(), event.data_begin) != split.end()) continue;
      for (const JsonFault& fault : event.json.faults()) {
        if (fault.kind != JsonFault::Kind::syntax) continue;  // sse.utf8
        Evidence evidence = at(exchange, event.data_begin + fault.offset);
        evidence.event = static_cast<std::int64_t>(i) + 1;
        return broken("an event's data is not JSON: " + fault.what, evidence);
      }
    }
    return good();
  });
}

Judgement each_event(const Transcript& transcript,
                     const std::function<Judgement(const Exchange&, std::size_t)>& judge) {
  return each_sse(transcript, [&](const Exchange& exchange) {
    // The last event of a cut stream is not whole: http.body-complete tells of it.
    const std::size_t cut = exchange.sse.unfinished && !exchange.response.complete ? 1 : 0;
    for (std::size_t i = 0; i + cut < exchange.sse.events.size(); ++i) {
      Judgement found = judge(exchange, i);
      if (found.kind == Judgement::Kind::broken) return found;
    }
    return good();
  });
}

Judgement keepalive_as_data(const Transcript& transcript) {
  return each_event(transcript, [](const Exchange& exchange, std::size_t index) {
    const SseEvent& event = exchange.sse.events[index];
    if (event.kind != SseEvent::Kind::keepalive) return good();
    return broken("a keep-alive is sent as data: " + quoted(event.data),
                  at(exchange, index, JsonRef()));
  });
}

Judgement keepalive_event_empty(const Transcript& transcript) {
  return each_event(transcript, [](const Exchange& exchange, std::size_t index) {
    const SseEvent& event = exchange.sse.events[index];
    if (event.kind != SseEvent::Kind::nameless || event.name.empty()) return good();
    return broken("the event " + quoted(event.name) + " has no data line",
                  at(exchange, event.begin));
  });
}

Judgement utf8(const Transcript& transcript) {
  return each_event(transcript, [](const Exchange& exchange, std::size_t index) {
    const SseEvent& event = exchange.sse.events[index];
    const std::size_t bad = find_invalid_utf8(event.data);
    if (bad == std::string_view::npos) return good();
    Evidence evidence = at(exchange, event.data_begin + bad);
    evidence.event = static_cast<std::int64_t>(index) + 1;
    return broken("an event holds bytes that are not UTF-8", evidence);
  });
}

Judgement replacement_char(const Transcript& transcript) {
  bool judged = false;
  Judgement found = each_sse(transcript, [&](const Exchange& exchange) {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    if (exchange.request_body.find(kReplacement) != std::string::npos) return good();
    const Stream stream = read_stream(exchange);
    bool before = false;
    for (const Chunk& chunk : stream.chunks) {
      const JsonRef content = chunk.json["choices"].at(0)["delta"]["content"];
      const std::string text = content.text();
      judged = judged || std::any_of(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
      // A model may print U+FFFD by itself; a character cut in two leaves one at the end of a
      // delta and one at the start of the next.
      if (before && text.starts_with(kReplacement)) {
        return broken("a character is cut into U+FFFD over two deltas",
                      at(exchange, chunk.event, content));
      }
      if (!text.empty()) before = text.ends_with(kReplacement);
    }
    return good();
  });
  const bool broke = found.kind == Judgement::Kind::broken;
  return judged || broke ? found : inconclusive("no stream holds text beyond ASCII");
}

Judgement surrogates(const Transcript& transcript) {
  return each_event(transcript, [](const Exchange& exchange, std::size_t index) {
    const SseEvent& event = exchange.sse.events[index];
    if (event.json.lone_surrogates().empty()) return good();
    Evidence evidence = at(exchange, event.data_begin + event.json.lone_surrogates().front());
    evidence.event = static_cast<std::int64_t>(index) + 1;
    return broken("a delta holds half of a \\u surrogate pair", evidence);
  });
}

Judgement bom(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    return exchange.sse.bom ? broken("the stream begins with a byte order mark", at(exchange, 0))
                            : good();
  });
}

Judgement line_endings(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    const SseStream& sse = exchange.sse;
    const int kinds = (sse.lf > 0 ? 1 : 0) + (sse.crlf > 0 ? 1 : 0) + (sse.cr > 0 ? 1 : 0);
    if (kinds <= 1 && sse.cr == 0) return good();
    return broken("line ends: " + std::to_string(sse.lf) + " LF, " + std::to_string(sse.crlf) +
                      " CRLF, " + std::to_string(sse.cr) + " CR",
                  at(exchange));
  });
}

Judgement space(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    if (exchange.sse.without_space == 0) return good();
    return broken(std::to_string(exchange.sse.without_space) + " of " +
                      std::to_string(exchange.sse.data_lines) +
                      " data lines have no space after the colon",
                  at(exchange));
  });
}

Judgement id_with_comments(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    if (exchange.sse.ids == 0 || exchange.sse.comments == 0) return good();
    return broken("the stream has both id: lines and comments", at(exchange));
  });
}

Judgement unexpected_name(const Transcript& transcript) {
  return each_event(transcript, [](const Exchange& exchange, std::size_t index) {
    const SseEvent& event = exchange.sse.events[index];
    if (event.name.empty() || event.kind == SseEvent::Kind::nameless) return good();
    const Evidence evidence = at(exchange, event.begin);
    const std::string message = "an event is named " + quoted(event.name);
    if (event.name == "message" || event.name == "error" ||
        event.name.find("completion") != std::string::npos) {
      return lesser(Severity::info, message, evidence);
    }
    return broken(message, evidence);
  });
}

Judgement incremental(const Transcript& transcript) {
  const Exchange* stream = transcript.find("stream-usage");
  if (stream == nullptr || !stream->ok() || stream->arrivals.empty()) {
    return inconclusive("no stream to time");
  }
  if (stream->duration_ms < 1'000 || stream->sse.events.size() < 20) {
    return inconclusive(
        "the stream is too short to tell: " + std::to_string(stream->sse.events.size()) +
        " events in " + std::to_string(stream->duration_ms) + " ms");
  }
  const std::size_t total = stream->arrivals.back().body;
  const std::int64_t first_late = stream->duration_ms - stream->duration_ms / 10;
  std::size_t early = 0;
  for (const Arrival& arrival : stream->arrivals) {
    if (arrival.at_ms < first_late) early = arrival.body;
  }
  if (early * 10 >= total) return good();
  return broken(std::to_string(100 - early * 100 / total) +
                    " % of the stream arrived in the last tenth of " +
                    std::to_string(stream->duration_ms) + " ms",
                at(*stream));
}

Judgement cache_headers(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    const std::string* cache = exchange.response.find("cache-control");
    if (exchange.response.find("x-accel-buffering") != nullptr ||
        (cache != nullptr && (cache->find("no-cache") != std::string::npos ||
                              cache->find("no-store") != std::string::npos ||
                              cache->find("no-transform") != std::string::npos))) {
      return good();
    }
    return broken("streams have neither Cache-Control: no-cache nor X-Accel-Buffering: no",
                  at(exchange));
  });
}

Judgement idle_gap(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    std::int64_t last = 0;
    for (const Arrival& arrival : exchange.arrivals) {
      if (arrival.at_ms - last > 30'000) {
        return broken(
            "nothing was sent for " + std::to_string((arrival.at_ms - last) / 1'000) + " s",
            at(exchange, arrival.body));
      }
      last = arrival.at_ms;
    }
    return good();
  });
}

Judgement terminates(const Transcript& transcript) {
  return each_sse(transcript, [](const Exchange& exchange) {
    if (!exchange.left_open) return good();
    return broken("the answer is still open 5 s after its end mark",
                  at(exchange, exchange.response.body.size()));
  });
}

constexpr std::string_view kWhatwg = "WHATWG HTML, server-sent events";
constexpr std::string_view kOpenAi = "OpenAI API reference, chat completion chunk";

constexpr Rule kRules[] = {
    {"sse.content-type", Severity::must, Need::any, "Streams are sent as text/event-stream.",
     kWhatwg, "SDKs refuse the stream: mistralai/mistral-vibe#619, BerriAI/litellm#20365",
     "Send Content-Type: text/event-stream.", content_type},
    {"sse.is-stream", Severity::must, Need::any, "stream: true is answered by an event stream.",
     kOpenAi, "nothing is shown, then a decoder error: mistralai/mistral-vibe#619",
     "Honour stream, or refuse it with 400.", is_stream},
    {"sse.not-ndjson", Severity::must, Need::any, "Every JSON text of a stream is in a data line.",
     kWhatwg, "spec-true decoders drop the line: ollama/ollama#4788, Helicone/helicone#3976",
     "Write \"data: \" before the JSON and a blank line after it.", not_ndjson},
    {"sse.event-separator", Severity::must, Need::any, "A blank line separates two events.",
     kWhatwg, "two JSON texts in one event: ggml-org/llama.cpp#14268",
     "End each event in two line ends.", event_separator},
    {"sse.final-blank-line", Severity::should, Need::any, "A blank line ends the last event.",
     kWhatwg, "spec-true decoders drop the last event: googleapis/js-genai",
     "Write two line ends after [DONE] as well.", final_blank_line},
    {"sse.json-per-event", Severity::must, Need::any, "Every event's data is one JSON text.",
     kOpenAi, "SDKs throw in the middle of an answer: mnfst/llm-gateway#2053",
     "Serialise one object per event with a JSON library.", json_per_event},
    {"sse.keepalive-as-data", Severity::must, Need::any, "Keep-alives are not sent as data.",
     kOpenAi,
     "SDK JSON error in the middle of an answer: anomalyco/opencode#50871, mnfst/llm-gateway#2053",
     "Send keep-alives as comments (\": ping\") or blank lines.", keepalive_as_data},
    {"sse.keepalive-inside-event", Severity::must, Need::any,
     "Keep-alives stand between events, not in them.", kWhatwg,
     "truncated JSON: james-6-23/codex2api#696", "Write keep-alives under the lock of the events.",
     keepalive_inside_event},
    {"sse.keepalive-event-empty", Severity::should, Need::any, "Named events have data.", kWhatwg,
     "clients that parse \"\" as JSON: diegosouzapw/OmniRoute#1146",
     "Send a comment instead of an event without data.", keepalive_event_empty},
    {"sse.line-prefix", Severity::must, Need::any, "Data lines begin with \"data:\", lower case.",
     kWhatwg, "the line is ignored: farion1231/cc-switch#5019", "Write \"data: \" at column 0.",
     line_prefix},
    {"sse.utf8", Severity::must, Need::any, "Events are UTF-8.", kWhatwg,
     "mojibake or a decoder error: ggml-org/llama.cpp#28926",
     "Hold back the bytes of a character until it is whole.", utf8},
    {"sse.replacement-char", Severity::should, Need::text, "Characters are not cut between deltas.",
     kOpenAi, "mojibake in every emoji: mudler/LocalAI#677, mlc-ai/mlc-llm#1142",
     "Hold back tokens that end inside a character.", replacement_char},
    {"sse.surrogates", Severity::must, Need::any, "Surrogate pairs stay in one delta.",
     "RFC 8259 section 8.2", "half an emoji in each delta: mlc-ai/mlc-llm#1142",
     "Hold back a high surrogate until its low one came.", surrogates},
    {"sse.bom", Severity::info, Need::any, "Streams have no byte order mark.", kWhatwg,
     "openai-python does not remove it", "Write UTF-8 without a mark.", bom},
    {"sse.line-endings", Severity::info, Need::any, "Lines end all alike, in LF or CRLF.", kWhatwg,
     "openai-python splits at LF LF, CR CR and CRLF CRLF only", "Use LF throughout.", line_endings},
    {"sse.space", Severity::info, Need::any, "A space follows \"data:\".", kWhatwg,
     "hand-written clients see nothing: openai/openai-python#498, davidmigloz/langchain_dart#778, "
     "tashfeenahmed/freellmapi#1087",
     "Write \"data: \" with a space.", space},
    {"sse.id-with-comments", Severity::info, Need::any, "Streams do not mix id: and comments.",
     kWhatwg, "openai-python up to 2.37 dispatches an empty event: theopenco/llmgateway#2334",
     "Leave out id: lines.", id_with_comments},
    {"sse.unexpected-name", Severity::should, Need::any, "Events of a chat stream are unnamed.",
     kOpenAi, "clients that filter on names drop them: googleapis/js-genai",
     "Leave out event: lines.", unexpected_name},
    {"sse.incremental", Severity::should, Need::text, "Streams arrive as they are made.", kOpenAi,
     "nothing is shown until the end: langgenius/dify#41755",
     "Flush after each event; turn off buffering in the proxy.", incremental},
    {"sse.cache-headers", Severity::info, Need::any, "Streams tell proxies not to buffer.",
     "RFC 9111, nginx documentation", "buffering proxies: Mng-dev-ai/agentrove#869",
     "Send Cache-Control: no-cache and X-Accel-Buffering: no.", cache_headers},
    {"sse.idle-gap", Severity::info, Need::text, "No silence is longer than 30 s.", kWhatwg,
     "idle timeouts on the way: deepseek-ai/DeepSeek-V3#1608", "Send \": ping\" every 15 s.",
     idle_gap},
    {"sse.terminates", Severity::must, Need::any, "A stream ends when its end mark was sent.",
     kOpenAi,
     "clients wait to their timeout: diegosouzapw/OmniRoute#6777, "
     "EricLBuehler/mistral.rs#1874",
     "Close the stream after [DONE].", terminates},
};

}  // namespace

std::span<const Rule> sse_rules() {
  return kRules;
}

}  // namespace arouter::validate
