#include "daemon/stages/translate.hpp"

#include <array>
#include <cstring>

#include "daemon/edge/answer.hpp"
#include "shared/http/byte_class.hpp"

namespace arouter::daemon {

namespace {

// Attribution, tracing and beta switches: what providers read and no proxy should eat.
constexpr std::array<std::string_view, 7> kForwarded{
    "openai-beta", "idempotency-key", "http-referer",       "x-title",
    "traceparent", "tracestate",      "x-client-request-id"};

bool is_forwarded(std::string_view name) {
  for (const std::string_view each : kForwarded) {
    if (same_name(name, each)) return true;
  }
  return false;
}

/// Round robin by weight.
const ProviderKey* pick_key(const Provider& provider, Services& services) {
  if (provider.keys.empty()) return nullptr;
  if (provider.keys.size() == 1) return &provider.keys.front();
  std::uint64_t all = 0;
  for (const ProviderKey& key : provider.keys) all += key.weight;
  std::uint64_t turn = services.next_key++ % std::max<std::uint64_t>(all, 1);
  for (const ProviderKey& key : provider.keys) {
    if (turn < key.weight) return &key;
    turn -= key.weight;
  }
  return &provider.keys.front();
}

}  // namespace

UpstreamRequest::~UpstreamRequest() {
  explicit_bzero(head.data(), head.size());
}

UpstreamRequest translate(const Exchange& exchange, const Endpoint& endpoint, Services& services) {
  const Provider& provider = *endpoint.provider;
  UpstreamRequest request;
  request.key = pick_key(provider, services);
  request.body = openai::pass_request(exchange.body, exchange.request, endpoint.model);

  std::string& head = request.head;
  head.reserve(512);
  head += "POST " + provider.origin.base_path + "/chat/completions HTTP/1.1\r\n";
  append_field(head, "Host", provider.origin.host_header);
  append_field(head, "User-Agent", "arouter/" AROUTER_VERSION);
  append_field(head, "Content-Type", "application/json");
  append_field(head, "Accept", exchange.request.stream ? "text/event-stream" : "application/json");
  append_field(head, "Accept-Encoding", "identity");
  append_field(head, "Content-Length", std::to_string(request.body.size()));
  // A key with control characters would be another header: it is not sent, and refused upstream.
  if (request.key != nullptr && all_bytes(request.key->value.reveal(), kValueByte)) {
    head += "Authorization: Bearer ";
    head += request.key->value.reveal();
    head += "\r\n";
  }
  for (const HeaderField& field : exchange.head.fields.all()) {
    if (is_forwarded(field.name)) append_field(head, field.name, field.value);
  }
  head += "\r\n";
  return request;
}

}  // namespace arouter::daemon
