// What was asked and what came back: the only thing the rules ever look at.
//
// The network side fills an Exchange per probe and calls read_answer(); from then on everything is
// pure, so the same transcript always gives the same findings. No key is in here: it is masked
// (same length, so that offsets and framing hold) before the bytes are stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/validate/http_wire.hpp"
#include "shared/validate/json_tree.hpp"
#include "shared/validate/sse_wire.hpp"

namespace arouter::validate {

/// Why there is no whole answer, from the network's point of view.
enum class Failure : std::uint8_t {
  none,
  connect,    // no connection: name, refused, unreachable
  tls,        // the handshake or the certificate
  timeout,    // a deadline of ours
  closed,     // the peer closed or reset before the first byte of an answer
  cut,        // the peer closed or reset in the middle of the answer
  too_large,  // more than 8 MiB
  not_run,    // the time budget ran out, or an earlier answer made it pointless
};

/// What the probe hopes for; decides which rules look at the exchange.
enum class Expect : std::uint8_t {
  answer,   // a chat completion
  stream,   // a chat completion, streamed
  refusal,  // a 4xx with an error object
  models,   // a list of models, or one
  other,
};

/// By the time `at_ms`, `body` bytes of the decoded body had come.
struct Arrival {
  std::size_t wire = 0;  // bytes of the raw answer
  std::size_t body = 0;
  std::int64_t at_ms = 0;  // since the exchange began
};

struct Exchange {
  std::string probe;  // "basic"; unique in a transcript
  Expect expect = Expect::other;
  std::string method = "POST";
  std::string url;
  std::vector<HeaderLine> request_fields;  // as sent; a shell variable for the key
  std::string request_body;
  std::int64_t max_tokens = 0;  // asked for; 0: none

  Failure failure = Failure::none;
  std::string failure_detail;  // "connection refused"
  std::string wire;          // the raw answer, head and framing included; "" when a key hides in it
  bool peer_closed = false;  // the connection ended after these bytes
  std::vector<Arrival> arrivals;
  std::int64_t began_unix_s = 0;
  std::int64_t duration_ms = 0;
  int attempts = 0;  // 0: never sent
  bool second_on_connection = false;
  bool hung_up = false;             // we closed in the middle, as the probe wants
  bool left_open = false;           // a stream was still open 5 s after its end mark
  bool saw_throttle = false;        // an attempt was answered 429 or 503
  bool throttle_said_when = false;  // with a Retry-After in seconds or as a date
  bool echoed_key = false;          // the answer held the caller's key (masked by now)

  // Filled by read_answer().
  WireResponse response;
  JsonTree json;  // of the body, unless that is an event stream
  SseStream sse;  // of the body of a 2xx to a streaming request

  int status() const { return response.status; }
  bool ok() const { return failure == Failure::none && status() >= 200 && status() < 300; }
  bool throttled() const { return status() == 429 || status() == 503; }
  bool answered() const { return failure == Failure::none && status() > 0; }
};

/// Decodes `wire` into response, json and sse, and masks `secret` in all of them. An answer that
/// ended too early gets Failure::cut or Failure::closed.
void read_answer(Exchange& exchange, std::string_view secret);

struct Transcript {
  std::string base_url;
  std::string model;
  std::string right_base_url;  // where the routes were found when base_url was wrong; "" else
  bool no_auth = false;        // the provider is said to need no key
  bool any_model = false;      // the provider is said to serve any model name
  bool sent_key = false;
  std::optional<JsonTree> metadata;  // what the provider declares about its models
  std::int64_t duration_ms = 0;      // of the whole run
  std::vector<Exchange> exchanges;   // in the order they were made

  const Exchange* find(std::string_view probe) const;
};

/// Overwrites every occurrence of `secret` in `text` with '*' of the same length: as it is, with
/// characters written as \uXXXX, \X or %XX, and inside base64. Returns whether any was found.
/// Secrets under `shortest` bytes are left alone: they are placeholders ("none", "test"), and
/// masking them in an answer would change words of the protocol.
bool mask_secret(std::string& text, std::string_view secret, std::size_t shortest = 8);

/// Milliseconds after the start at which byte `offset` of the body was there; -1 when it never was.
std::int64_t arrival_ms(const Exchange& exchange, std::size_t offset);

}  // namespace arouter::validate
