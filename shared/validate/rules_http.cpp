// Transport: HTTP/1.1 framing, connections, redirects.
#include <algorithm>

#include "shared/validate/judging.hpp"
#include "shared/validate/probes.hpp"
#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

bool is_model_call(const Exchange& exchange) {
  return exchange.expect == Expect::answer || exchange.expect == Expect::stream;
}

Judgement each_answered(const Transcript& transcript,
                        const std::function<Judgement(const Exchange&)>& judge) {
  bool judged = false;
  for (const Exchange& exchange : transcript.exchanges) {
    if (exchange.status() == 0 || exchange.failure == Failure::too_large) continue;
    judged = true;
    Judgement found = judge(exchange);
    if (found.kind == Judgement::Kind::broken) return found;
  }
  return judged ? good() : inconclusive("nothing was answered");
}

Judgement status_200(const Transcript& transcript) {
  const Exchange* basic = transcript.find("basic");
  if (basic == nullptr || !basic->answered()) return inconclusive("the plain chat got no answer");
  const int status = basic->status();
  if (status == 200) return good();
  if (status > 200 && status < 300) {
    return broken("a chat completion is answered with status " + std::to_string(status) +
                      " where 200 is meant",
                  at_header(*basic, ""));
  }
  return inconclusive("the plain chat was answered with status " + std::to_string(status));
}

Judgement no_redirect(const Transcript& transcript) {
  return each_answered(transcript, [](const Exchange& exchange) {
    const std::string* location = exchange.response.find("location");
    const bool redirect = exchange.status() >= 300 && exchange.status() < 400;
    if (!redirect || location == nullptr || !is_model_call(exchange)) return good();
    const std::string message =
        "a POST is redirected (" + std::to_string(exchange.status()) + ") to " + quoted(*location);
    const bool to_https = exchange.url.starts_with("http:") && location->starts_with("https:");
    if (to_https) return lesser(Severity::info, message + ": give the https address", at(exchange));
    return broken(message, at_header(exchange, "location"));
  });
}

Judgement json_content_type(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    const std::string* type = exchange.response.find("content-type");
    if (type == nullptr) return broken("a JSON answer has no Content-Type", at(exchange));
    const std::string media = media_type(exchange);
    if (media == "application/json" || media.ends_with("+json")) return good();
    return broken("a JSON answer is sent as " + quoted(*type), at_header(exchange, "content-type"));
  });
}

Judgement body_complete(const Transcript& transcript) {
  return each_answered(transcript, [](const Exchange& exchange) {
    if (exchange.failure != Failure::cut) return good();
    const char* how = exchange.response.framing == BodyFraming::chunked
                          ? " before the last chunk"
                          : " before Content-Length bytes had come";
    return broken("the connection ended after " + std::to_string(exchange.response.body.size()) +
                      " bytes of the body," + how,
                  at(exchange, exchange.response.body.size()));
  });
}

Judgement framing_faults(const Transcript& transcript, WireFault::Part part) {
  return each_answered(transcript, [&](const Exchange& exchange) {
    for (const WireFault& fault : exchange.response.faults) {
      if (fault.part != part) continue;
      return broken(fault.what + " (byte " + std::to_string(fault.offset) + " of the answer)",
                    at_header(exchange, "transfer-encoding"));
    }
    return good();
  });
}

Judgement head_syntax(const Transcript& transcript) {
  return framing_faults(transcript, WireFault::Part::head);
}

Judgement chunk_syntax(const Transcript& transcript) {
  return framing_faults(transcript, WireFault::Part::body);
}

Judgement version(const Transcript& transcript) {
  return each_answered(transcript, [](const Exchange& exchange) {
    if (exchange.response.minor_version == 1) return good();
    return broken("answers are HTTP/1.0: every request needs a new connection",
                  at_header(exchange, ""));
  });
}

Judgement keepalive(const Transcript& transcript) {
  const Exchange* first = transcript.find("basic");
  const Exchange* second = transcript.find("basic-again");
  if (first == nullptr || second == nullptr || !first->ok()) {
    return inconclusive("there was no answer to follow up on");
  }
  if (first->response.announces_close() || first->response.framing == BodyFraming::until_close) {
    return skipped("the server closes after each answer, and says so");
  }
  if (first->peer_closed) {
    return broken("the connection is closed after an answer that did not announce it", at(*first));
  }
  if (!second->second_on_connection) return inconclusive("no second request was made");
  if (second->failure == Failure::closed) {
    return broken("the connection was closed although the answer before did not announce it",
                  at(*second));
  }
  return good();
}

Judgement no_leftover(const Transcript& transcript) {
  return each_answered(transcript, [](const Exchange& exchange) {
    if (exchange.response.excess.empty()) return good();
    Evidence evidence = at(exchange);
    evidence.excerpt = printable(exchange.response.excess.substr(0, 80));
    return broken(std::to_string(exchange.response.excess.size()) +
                      " bytes follow the end of the answer on the same connection",
                  evidence);
  });
}

Judgement encoding(const Transcript& transcript) {
  return each_answered(transcript, [](const Exchange& exchange) {
    if (exchange.probe == "stream-gzip") return good();  // the one that allows it
    const std::string* coding = exchange.response.find("content-encoding");
    const bool named = coding != nullptr && !coding->empty() && *coding != "identity";
    const bool gzip = exchange.response.body.starts_with("\x1f\x8b");
    if (!named && !gzip) return good();
    return broken("the body is compressed although only identity was accepted",
                  at_header(exchange, "content-encoding"));
  });
}

/// When the first byte of the body came; the head may come long before.
std::int64_t first_body_ms(const Exchange& exchange) {
  const std::int64_t first = arrival_ms(exchange, 0);
  return first < 0 ? exchange.duration_ms : first;
}

Judgement gzip_stream(const Transcript& transcript) {
  const Exchange* plain = transcript.find("stream-usage");
  const Exchange* packed = transcript.find("stream-gzip");
  if (plain == nullptr || packed == nullptr || !packed->ok() || !plain->ok()) {
    return skipped("streams are too short here to see whether compression holds them back");
  }
  const std::int64_t spread = plain->duration_ms - first_body_ms(*plain);
  const bool held = packed->duration_ms > 1'000 &&
                    packed->duration_ms - first_body_ms(*packed) < packed->duration_ms / 10;
  if (spread < plain->duration_ms / 2 || !held) return good();
  return broken("with Accept-Encoding: gzip the stream arrives all at once after " +
                    std::to_string(first_body_ms(*packed)) + " ms; without it bit by bit",
                at_header(*packed, "content-encoding"));
}

Judgement trailing_slash(const Transcript& transcript) {
  const Exchange* slash = transcript.find("trailing-slash");
  if (slash == nullptr || !slash->answered()) return inconclusive("no answer");
  if (slash->ok() || slash->throttled()) return good();
  return broken("/chat/completions/ (a slash at the end) gets " + std::to_string(slash->status()),
                at(*slash));
}

Judgement base_url(const Transcript& transcript) {
  if (transcript.right_base_url.empty()) return good();
  return broken("the base URL given answers 404; the routes are at " + transcript.right_base_url);
}

Judgement request_id(const Transcript& transcript) {
  return each_answer(transcript, [](const Exchange& exchange) {
    for (const HeaderLine& field : exchange.response.fields) {
      const std::string name = lower_case(field.name);
      for (const char* part : {"request-id", "requestid", "inference-id", "trace-id", "cf-ray"}) {
        if (name.find(part) != std::string::npos) return good();
      }
    }
    return broken("answers carry no request id header", at(exchange));
  });
}

/// A list of names without the one that no server knows: nobody relies on that.
std::string without_unknown_field(std::string_view list) {
  std::string rest;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string_view name = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (name.empty() || name == kUnknownField) continue;
    if (!rest.empty()) rest += ", ";
    rest += name;
  }
  return rest;
}

Judgement nothing_dropped(const Transcript& transcript) {
  return each_answered(transcript, [](const Exchange& exchange) {
    const std::string* dropped = exchange.response.find("x-arouter-dropped");
    const std::string lost = dropped == nullptr ? "" : without_unknown_field(*dropped);
    if (lost.empty()) return good();
    return broken("the server says that it could not pass on: " + quoted(lost),
                  at_header(exchange, "x-arouter-dropped"));
  });
}

Judgement options_head(const Transcript& transcript) {
  for (const char* probe : {"options", "head"}) {
    const Exchange* exchange = transcript.find(probe);
    if (exchange == nullptr || exchange->throttled()) continue;
    if (exchange->status() >= 500 && exchange->status() != 501) {
      return broken(
          exchange->method + " of the model list gets " + std::to_string(exchange->status()),
          at(*exchange));
    }
    if (exchange->failure == Failure::closed) {
      return broken(exchange->method + " of the model list gets no answer", at(*exchange));
    }
  }
  return good();
}

std::optional<std::int64_t> prompt_tokens(const Exchange& exchange) {
  return exchange.json.root()["usage"]["prompt_tokens"].integer();
}

/// The counts, put in order, belong to prompts that grow by the same length each: only then does
/// another order prove that answers were swapped, and not that cached tokens were left out.
bool rises_evenly(std::vector<std::int64_t> counts) {
  std::sort(counts.begin(), counts.end());
  std::int64_t least = counts[1] - counts[0];
  std::int64_t most = least;
  for (std::size_t i = 2; i < counts.size(); ++i) {
    least = std::min(least, counts[i] - counts[i - 1]);
    most = std::max(most, counts[i] - counts[i - 1]);
  }
  return least > 0 && most <= 2 * least;
}

/// Equal ids prove nothing here: they may be made of the time (chat.id-unique).
Judgement concurrent(const Transcript& transcript) {
  std::vector<const Exchange*> answers;
  for (const char* probe : {"parallel-1", "parallel-2", "parallel-3", "parallel-4"}) {
    const Exchange* exchange = transcript.find(probe);
    if (exchange != nullptr && exchange->ok() && prompt_tokens(*exchange)) {
      answers.push_back(exchange);
    }
  }
  if (answers.size() < 4) {
    return inconclusive("fewer than four parallel requests were answered with usage");
  }
  std::vector<std::int64_t> counts;
  counts.reserve(answers.size());
  for (const Exchange* exchange : answers) counts.push_back(prompt_tokens(*exchange).value_or(0));
  if (std::is_sorted(counts.begin(), counts.end()) && counts.front() < counts.back()) return good();
  if (!rises_evenly(counts)) return inconclusive("prompt token counts do not follow the prompts");
  for (std::size_t i = 1; i < counts.size(); ++i) {
    if (counts[i] >= counts[i - 1]) continue;
    return broken(
        "four parallel requests of growing length report prompt tokens in another order: " +
            std::to_string(counts[i]) + " after " + std::to_string(counts[i - 1]),
        at(*answers[i], answers[i]->json.root()["usage"]["prompt_tokens"]));
  }
  return good();
}

Judgement abort_recover(const Transcript& transcript) {
  const Exchange* abort = transcript.find("abort");
  const Exchange* after = transcript.find("after-abort");
  if (abort == nullptr || abort->status() != 200 || after == nullptr || after->attempts == 0) {
    return inconclusive("no stream could be broken off");
  }
  if (after->throttled() || after->ok()) return good();
  return broken("after a client hung up in the middle of a stream the next request fails: " +
                    (after->status() > 0 ? "status " + std::to_string(after->status())
                                         : after->failure_detail),
                at(*after));
}

constexpr std::string_view kRfc9112 = "RFC 9112 (HTTP/1.1)";
constexpr std::string_view kRfc9110 = "RFC 9110 (HTTP semantics)";

constexpr Rule kRules[] = {
    {"http.status-200", Severity::must, Need::any, "A chat completion is answered with status 200.",
     "OpenAI API reference, chat completions",
     "clients that test for 200: ferro-labs/ai-gateway#243",
     "Answer a finished chat completion with 200.", status_200},
    {"http.no-redirect", Severity::must, Need::any, "POST requests are not redirected.", kRfc9110,
     "Go's client repeats a redirected POST as GET without a body: ferro-labs/ai-gateway#243",
     "Serve the route at the documented address; redirect only browsers.", no_redirect},
    {"http.ct-json", Severity::should, Need::any, "JSON answers say application/json.", kRfc9110,
     "clients that choose the parser by type: owndev/Open-WebUI-Functions#54",
     "Send Content-Type: application/json.", json_content_type},
    {"http.body-complete", Severity::must, Need::any, "Every answer ends as its framing announced.",
     "RFC 9112 section 8",
     "half answers taken as whole: npuichigo/openai_trtllm#31, dstackai/dstack#1208",
     "Send the last chunk, or exactly Content-Length bytes, before closing.", body_complete},
    {"http.head-syntax", Severity::must, Need::any, "The head of an answer is well-formed.",
     "RFC 9112 sections 2.2, 4 and 5", "strict parsers (Node's llhttp, arouter) refuse the answer",
     "End every line of the head in CRLF and write field names as tokens.", head_syntax},
    {"http.chunk-syntax", Severity::must, Need::any, "Chunked bodies are well-formed.",
     "RFC 9112 sections 6.3 and 7.1", "strict clients drop the connection; request smuggling",
     "Let the HTTP library frame the body; never set Content-Length beside it.", chunk_syntax},
    {"http.version", Severity::info, Need::any, "Answers are HTTP/1.1.", kRfc9112,
     "no connection reuse: each request pays for a handshake", "Answer in HTTP/1.1.", version},
    {"http.keepalive", Severity::should, Need::any,
     "A connection takes a second request unless its end was announced.", "RFC 9112 section 9.3",
     "pooled clients see resets at random: ggml-org/llama.cpp#10072",
     "Keep the connection open, or send Connection: close.", keepalive},
    {"http.no-leftover", Severity::must, Need::any, "Nothing follows the end of an answer.",
     "RFC 9112 section 6.3", "the next answer on the connection is misread",
     "Make Content-Length match the body.", no_leftover},
    {"http.encoding", Severity::must, Need::any,
     "Bodies are not compressed unless the client accepts it.", "RFC 9110 section 12.5.3",
     "clients without that decoder read binary as JSON", "Honour Accept-Encoding.", encoding},
    {"http.gzip-stream", Severity::should, Need::text, "Compression does not hold back a stream.",
     "RFC 9110 section 8.4",
     "nothing is shown until the end: lfnovo/open-notebook#750, "
     "Mng-dev-ai/agentrove#869, blinkk/rootjs#1209",
     "Exclude text/event-stream from compression, or flush after each event.", gzip_stream},
    {"http.expect-path", Severity::info, Need::any, "A slash at the end of the path is forgiven.",
     "none: a courtesy",
     "base URLs typed with one slash too many: sigoden/aichat#767, "
     "BerriAI/litellm#8350",
     "Route /chat/completions/ like /chat/completions.", trailing_slash},
    {"http.base-v1", Severity::must, Need::any, "The base URL given leads to the routes.",
     "OpenAI API reference", "every request gets 404: AgentsKit-io/agentskit#1009",
     "Publish the base URL that the routes are under.", base_url},
    {"http.request-id", Severity::info, Need::any, "Answers carry a request id header.",
     "OpenAI API reference, debugging requests", "support cannot find a request",
     "Send x-request-id with a value of your logs.", request_id},
    {"http.dropped", Severity::should, Need::any,
     "What a request asks for reaches the model: no X-ARouter-Dropped.", "ARouter API, routing",
     "an application that relies on a parameter which a translation loses",
     "Take the parameter in the format that the router speaks to you.", nothing_dropped},
    {"http.options-head", Severity::info, Need::any, "OPTIONS and HEAD do not crash the server.",
     kRfc9110, "health checks and browsers", "Answer 204, 200 or 405.", options_head},
    {"http.concurrent", Severity::must, Need::any, "Parallel requests get their own answers.",
     "RFC 9110 section 3.7",
     "one user reads another's answer: ggml-org/llama.cpp#10072, "
     "GopherSecurity/gopher-mcp#248",
     "Keep per-request state out of shared slots.", concurrent},
    {"http.abort-recover", Severity::should, Need::any,
     "A client that hangs up does not wedge the server.", "RFC 9110 section 9.2",
     "the next user waits for ever: EricLBuehler/mistral.rs#1874",
     "Cancel the generation when the write fails.", abort_recover},
};

}  // namespace

std::span<const Rule> http_rules() {
  return kRules;
}

}  // namespace arouter::validate
