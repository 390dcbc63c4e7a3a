#include "daemon/stages/upstream_head.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "daemon/edge/answer.hpp"
#include "daemon/upstream/request_head.hpp"
#include "shared/http/head.hpp"

namespace arouter::daemon {

namespace {

// What providers of any format read and no proxy should eat.
constexpr std::array<std::string_view, 6> kForwarded{"idempotency-key", "http-referer",
                                                     "x-title",         "traceparent",
                                                     "tracestate",      "x-client-request-id"};

constexpr std::string_view kBearerLine = "Authorization: Bearer ";

bool is_among(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view each) { return same_name(name, each); });
}

/// Appends the line that every request of the format needs, unless the client sent it.
void append_needed_line(std::string& head, const Format& format) {
  const std::string_view line = format.needed_lines();
  const std::string_view name = line.substr(0, line.find(':'));
  if (name.empty()) return;
  for (std::size_t end = head.find("\r\n"); end + 2 < head.size();) {
    const std::size_t begin = end + 2;
    const bool there = head.size() > begin + name.size() && head[begin + name.size()] == ':' &&
                       same_name(std::string_view(head).substr(begin, name.size()), name);
    if (there) return;
    end = head.find("\r\n", begin);
  }
  head += line;
}

}  // namespace

UpstreamRequest::~UpstreamRequest() {
  explicit_bzero(head.data(), head.size());
}

const Secret* credential_of(const Exchange& exchange) {
  if (exchange.caller_key != nullptr) return &exchange.caller_key->value;
  if (exchange.token != nullptr) return exchange.token.get();
  const Provider& provider = *exchange.endpoint->provider;
  const ProviderKey* key = exchange.runtime->health_of(provider).key_of(exchange.turn);
  return key == nullptr ? nullptr : &key->value;
}

void begin_head(UpstreamRequest& request, std::string_view method, std::string_view target,
                const Provider& provider) {
  request.proxy = provider.reading_proxy();
  begin_request_head(request.head, method, target, provider);
}

void forward_fields(std::string& head, const HeaderFields& fields,
                    std::span<const std::string_view> more) {
  for (const HeaderField& field : fields.all()) {
    if (is_among(field.name, kForwarded) || is_among(field.name, more)) {
      append_field(head, field.name, field.value);
    }
  }
}

void end_head(UpstreamRequest& request, const Format& format, const Exchange& exchange) {
  request.credential = credential_of(exchange);
  std::string& head = request.head;
  append_needed_line(head, format);
  const Secret none;
  const Secret& key = request.credential != nullptr ? *request.credential : none;
  const Secret& pass = request.proxy != nullptr ? request.proxy->authorization : none;
  const bool is_token = request.credential != nullptr && request.credential == exchange.token.get();
  const std::string_view line = is_token ? kBearerLine : format.key_line();
  head.reserve(head.size() + line.size() + key.reveal().size() + pass.reveal().size() + 32);
  if (!pass.empty()) append_field(head, "Proxy-Authorization", pass.reveal());
  // A key with control characters would be another header: it is not sent, and refused upstream.
  if (request.credential != nullptr && is_field_value(key.reveal())) {
    head += line;
    head += key.reveal();
    head += "\r\n";
  }
  head += "\r\n";
}

}  // namespace arouter::daemon
