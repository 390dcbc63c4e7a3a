#include <cstdio>

#include "tests/unit/shared/validate/mutants.hpp"

namespace arouter::validate {

namespace {

/// The answer of `probe` as raw bytes, so that its framing can be spoiled.
std::string raw_of(Recording& recording, std::string_view probe, std::string_view framing) {
  return recording.head(probe) + std::string(framing) + "\r\n\r\n" + recording.body(probe);
}

std::string length_of(Recording& recording, std::string_view probe, std::size_t more = 0) {
  return "Content-Length: " + std::to_string(recording.body(probe).size() + more);
}

/// The whole body as one chunk, without the CRLF after its data.
std::string one_chunk(Recording& recording, std::string_view probe) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", recording.body(probe).size());
  return size + recording.body(probe);
}

}  // namespace

std::vector<Mutant> transport_mutants() {
  return {
      {"http.status-200", Outcome::fail,
       [](Recording& r) { r.swap_head("basic", "200 OK", "201 Created"); }},
      {"http.no-redirect", Outcome::fail,
       [](Recording& r) {
         r.answer_with("parts", "307 Temporary Redirect", "{}");
         r.head("parts") += "Location: https://other.example/v1/chat/completions\r\n";
       }},
      {"http.ct-json", Outcome::warn,
       [](Recording& r) { r.swap_head("cap", "application/json", "text/plain"); }},
      {"http.body-complete", Outcome::fail,
       [](Recording& r) {
         r.answer("parallel-1").raw = raw_of(r, "parallel-1", length_of(r, "parallel-1", 10));
         r.answer("parallel-1").adjust = [](Exchange& e) { e.peer_closed = true; };
       }},
      {"http.body-complete", Outcome::fail,
       [](Recording& r) {
         r.answer("unicode").raw =
             r.head("unicode") + "Transfer-Encoding: chunked\r\n\r\n5\r\ndata:";
         r.answer("unicode").adjust = [](Exchange& e) { e.peer_closed = true; };
       }},
      {"http.head-syntax", Outcome::fail,
       [](Recording& r) {
         r.answer("cap").raw = raw_of(r, "cap", "X-Note: a\n" + length_of(r, "cap"));
       }},
      {"http.head-syntax", Outcome::fail,
       [](Recording& r) {
         r.answer("cap").raw = raw_of(r, "cap", "X Note: a\r\n" + length_of(r, "cap"));
       }},
      {"http.chunk-syntax", Outcome::fail,
       [](Recording& r) {
         r.answer("cap").raw = r.head("cap") + "Transfer-Encoding: chunked\r\n" +
                               length_of(r, "cap") + "\r\n\r\n" + one_chunk(r, "cap") +
                               "\r\n0\r\n\r\n";
       }},
      {"http.chunk-syntax", Outcome::fail,
       [](Recording& r) {
         r.answer("cap").raw = r.head("cap") + "Transfer-Encoding: chunked\r\n\r\n" +
                               one_chunk(r, "cap") + "0\r\n\r\n";
       }},
      {"http.version", Outcome::info,
       [](Recording& r) { r.swap_head("basic", "HTTP/1.1", "HTTP/1.0"); }},
      {"http.keepalive", Outcome::warn,
       [](Recording& r) {
         r.answer("basic-again").adjust = [](Exchange& e) {
           e.second_on_connection = true;
           e.wire.clear();
           e.peer_closed = true;
         };
       }},
      {"http.keepalive", Outcome::warn,
       [](Recording& r) {
         r.answer("basic").adjust = [](Exchange& e) { e.peer_closed = true; };
         r.answer("basic-again").adjust = [](Exchange&) {};
       }},
      {"http.no-leftover", Outcome::fail,
       [](Recording& r) { r.answer("cap").raw = raw_of(r, "cap", length_of(r, "cap")) + "\r\n"; }},
      {"http.encoding", Outcome::fail,
       [](Recording& r) { r.head("cap") += "Content-Encoding: br\r\n"; }},
      {"http.gzip-stream", Outcome::warn,
       [](Recording& r) {
         RecordedAnswer& packed = r.answer("stream-gzip");
         packed.arrivals = {{0, 0, 5}, {0, packed.body.size(), 2'000}};
       }},
      {"http.expect-path", Outcome::info,
       [](Recording& r) { r.answer_with("trailing-slash", "404 Not Found", "{}"); }},
      {"http.base-v1", Outcome::fail,
       [](Recording& r) {
         r.finish = [](Transcript& t) { t.right_base_url = "https://api.acme.example"; };
       }},
      {"http.request-id", Outcome::info,
       [](Recording& r) { r.swap_head("cap", "x-request-id: req-1\r\n", ""); }},
      {"http.options-head", Outcome::info,
       [](Recording& r) { r.answer_with("options", "500 Internal Server Error", "{}"); }},
      {"http.concurrent", Outcome::fail,
       [](Recording& r) { std::swap(r.body("parallel-1"), r.body("parallel-4")); }},
      {"http.abort-recover", Outcome::warn,
       [](Recording& r) { r.answer_with("after-abort", "500 Internal Server Error", "{}"); }},
  };
}

std::vector<Mutant> sse_mutants() {
  return {
      {"sse.content-type", Outcome::fail,
       [](Recording& r) {
         r.answer("unicode").raw =
             "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n"
             "Cache-Control: no-cache\r\n" +
             length_of(r, "unicode") + "\r\n\r\n" + r.body("unicode");
       }},
      {"sse.is-stream", Outcome::fail,
       [](Recording& r) { r.body("unicode") = answer_body("x", "one", 20, 1, "stop"); }},
      {"http.dropped", Outcome::warn,
       [](Recording& r) { r.head("cap") += "X-ARouter-Dropped: seed, logit_bias\r\n"; }},
      {"http.dropped", Outcome::warn,
       [](Recording& r) {
         r.head("unknown-param") += "X-ARouter-Dropped: x_arouter_probe, max_tokens\r\n";
       }},
      {"http.dropped", Outcome::warn,
       [](Recording& r) { r.head("cap") += "X-ARouter-Dropped: x_arouter_probes\r\n"; }},
      {"sse.not-ndjson", Outcome::fail, [](Recording& r) { r.swap_all("unicode", "data: ", ""); }},
      {"sse.not-ndjson", Outcome::fail,
       [](Recording& r) { r.swap("unicode", "data: [DONE]", "{\"done\":true}\n\ndata: [DONE]"); }},
      {"sse.event-separator", Outcome::fail,
       [](Recording& r) { r.swap("unicode", "\n\ndata: ", "\ndata: "); }},
      {"sse.final-blank-line", Outcome::warn, [](Recording& r) { r.body("unicode").pop_back(); }},
      {"sse.json-per-event", Outcome::fail,
       [](Recording& r) { r.swap("unicode", "data: [DONE]", "data: boom\n\ndata: [DONE]"); }},
      {"sse.json-per-event", Outcome::fail,
       [](Recording& r) { r.swap("unicode", ", two\"}", ", two\",,}"); }},
      {"sse.keepalive-as-data", Outcome::fail,
       [](Recording& r) { r.body("unicode").insert(0, "data: : keepalive\n\n"); }},
      {"sse.keepalive-as-data", Outcome::fail,
       [](Recording& r) { r.body("unicode").insert(0, "data:\n\n"); }},
      {"sse.keepalive-inside-event", Outcome::fail,
       [](Recording& r) {
         r.swap("unicode", "{\"content\":\", two\"}", "{\"content\":\n: ping\n\n\", two\"}");
       }},
      {"sse.keepalive-event-empty", Outcome::warn,
       [](Recording& r) { r.body("unicode").insert(0, "event: keepalive\n\n"); }},
      {"sse.line-prefix", Outcome::fail,
       [](Recording& r) { r.swap("unicode", "\n\ndata: ", "\n\n data: "); }},
      {"sse.line-prefix", Outcome::fail,
       [](Recording& r) { r.swap("unicode", "\n\ndata: ", "\n\nData: "); }},
      {"sse.utf8", Outcome::fail, [](Recording& r) { r.swap("unicode", ", two", ", tw\xC3"); }},
      {"sse.replacement-char", Outcome::warn,
       [](Recording& r) {
         r.swap("unicode", "\", two\"", "\", \xEF\xBF\xBD\"");
         r.swap("unicode", "\", three\"", "\"\xEF\xBF\xBD, three\"");
       }},
      {"sse.surrogates", Outcome::fail,
       [](Recording& r) { r.swap("unicode", ", two", "\\ud83d"); }},
      {"sse.bom", Outcome::info, [](Recording& r) { r.body("unicode").insert(0, "\xEF\xBB\xBF"); }},
      {"sse.line-endings", Outcome::info,
       [](Recording& r) { r.swap("unicode", "\n\n", "\r\n\r\n"); }},
      {"sse.line-endings", Outcome::info, [](Recording& r) { r.swap_all("unicode", "\n", "\r"); }},
      {"sse.space", Outcome::info, [](Recording& r) { r.swap("unicode", "data: ", "data:"); }},
      {"sse.id-with-comments", Outcome::info,
       [](Recording& r) { r.body("unicode").insert(0, ": ping\n\nid: 1\n"); }},
      {"sse.unexpected-name", Outcome::warn,
       [](Recording& r) { r.body("unicode").insert(0, "event: delta\n"); }},
      {"sse.unexpected-name", Outcome::info,
       [](Recording& r) { r.body("unicode").insert(0, "event: message\n"); }},
      {"sse.incremental", Outcome::warn,
       [](Recording& r) {
         r.answer("stream-usage").arrivals = {{0, 200, 100},
                                              {0, r.body("stream-usage").size(), 1'950}};
       }},
      {"sse.cache-headers", Outcome::info,
       [](Recording& r) { r.swap_head("unicode", "Cache-Control: no-cache\r\n", ""); }},
      {"sse.idle-gap", Outcome::info,
       [](Recording& r) {
         r.answer("unicode").arrivals = {{0, 10, 100}, {0, r.body("unicode").size(), 31'000}};
       }},
      {"sse.terminates", Outcome::fail,
       [](Recording& r) { r.answer("unicode").adjust = [](Exchange& e) { e.left_open = true; }; }},
  };
}

}  // namespace arouter::validate
