#include "shared/validate/transcript.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace arouter::validate {

namespace {

/// How many bytes at `at` spell `c` in one of the ways servers echo text; 0 when none.
std::size_t spelled_length(std::string_view text, std::size_t at, char c) {
  if (text[at] == c) return 1;
  constexpr std::string_view hex = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  const auto is_hex_of = [&](std::size_t from) {
    return from + 2 <= text.size() &&
           std::tolower(static_cast<unsigned char>(text[from])) == hex[byte >> 4] &&
           std::tolower(static_cast<unsigned char>(text[from + 1])) == hex[byte & 15];
  };
  if (text.substr(at, 4) == "\\u00" && is_hex_of(at + 4)) return 6;
  if (text[at] == '%' && is_hex_of(at + 1)) return 3;
  if (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == c) return 2;
  return 0;
}

std::size_t spelled_length(std::string_view text, std::size_t at, std::string_view secret) {
  std::size_t end = at;
  for (const char c : secret) {
    if (end >= text.size()) return 0;
    const std::size_t length = spelled_length(text, end, c);
    if (length == 0) return 0;
    end += length;
  }
  return end - at;
}

/// The base64 digits of `secret` that do not depend on its neighbours, when it begins `shift` bytes
/// into a group of three.
std::string base64_core(std::string_view secret, std::size_t shift) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string padded(shift, '\0');
  padded.append(secret);
  std::string all;
  for (std::size_t i = 0; i + 3 <= padded.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(padded[i + k]));
    };
    const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    for (const int bits : {18, 12, 6, 0}) all += digits[group >> bits & 63];
  }
  // The first digits mix in the bytes before the secret.
  constexpr std::array<std::size_t, 3> mixed{0, 2, 3};
  return all.substr(std::min(all.size(), mixed[shift]));
}

bool mask_literal(std::string& text, std::string_view wanted) {
  bool found = false;
  if (wanted.size() < 8) return false;
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at)) {
    text.replace(at, wanted.size(), wanted.size(), '*');
    found = true;
  }
  return found;
}

}  // namespace

bool mask_secret(std::string& text, std::string_view secret, std::size_t shortest) {
  if (secret.empty() || secret.size() < shortest) return false;
  bool found = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t length = spelled_length(text, at, secret);
    if (length == 0) continue;
    text.replace(at, length, length, '*');
    found = true;
  }
  for (std::size_t shift = 0; shift < 3; ++shift) {
    found = mask_literal(text, base64_core(secret, shift)) || found;
  }
  return found;
}

namespace {

void decode_wire(Exchange& exchange) {
  ResponseReader reader(exchange.method == "HEAD");
  reader.feed(exchange.wire);
  if (exchange.peer_closed) reader.end_of_input();
  const bool has_head = reader.has_head();
  exchange.response = reader.take();
  if (exchange.failure != Failure::none || exchange.response.complete) return;
  if (exchange.left_open || exchange.hung_up) {
    exchange.response.complete = true;  // not the peer's fault, or told by sse.terminates
  } else {
    exchange.failure = has_head ? Failure::cut : Failure::closed;
  }
}

void mask_answer(Exchange& exchange, std::string_view secret) {
  WireResponse& response = exchange.response;
  bool found = mask_secret(response.excess, secret);
  for (HeaderLine& field : response.fields) found = mask_secret(field.value, secret) || found;
  const bool in_body = mask_secret(response.body, secret);
  const bool in_wire = mask_secret(exchange.wire, secret);
  // Chunk sizes in the middle of a key hide it from the search.
  if (in_body && !in_wire) exchange.wire.clear();
  exchange.echoed_key = found || in_body || in_wire;
}

}  // namespace

void read_answer(Exchange& exchange, std::string_view secret) {
  decode_wire(exchange);
  mask_answer(exchange, secret);
  const std::string& body = exchange.response.body;
  const std::string* type = exchange.response.find("content-type");
  const bool says_stream = type != nullptr && type->find("event-stream") != std::string::npos;
  const bool asked_stream = exchange.expect == Expect::stream;
  const bool success = exchange.status() >= 200 && exchange.status() < 300;
  if (success && (asked_stream || says_stream)) exchange.sse = read_sse(body);
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool opens_json = first != std::string::npos && (body[first] == '{' || body[first] == '[');
  if (!asked_stream || opens_json) exchange.json = JsonTree::read(body);
}

const Exchange* Transcript::find(std::string_view probe) const {
  for (const Exchange& exchange : exchanges) {
    if (exchange.probe == probe) return &exchange;
  }
  return nullptr;
}

std::int64_t arrival_ms(const Exchange& exchange, std::size_t offset) {
  const auto later = std::find_if(exchange.arrivals.begin(), exchange.arrivals.end(),
                                  [&](const Arrival& arrival) { return arrival.body > offset; });
  return later == exchange.arrivals.end() ? -1 : later->at_ms;
}

}  // namespace arouter::validate
