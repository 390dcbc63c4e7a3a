// The request's half of the proxy; the answer's is relay_proxied.cpp.
#include "daemon/stages/proxy.hpp"

#include <array>

#include "daemon/edge/answer.hpp"
#include "daemon/edge/proxy_path.hpp"
#include "shared/formats/registry.hpp"
#include "shared/http/query.hpp"

namespace arouter::daemon {

namespace {

// What describes a body or says what is wanted, in the words of any provider.
constexpr std::array<std::string_view, 24> kForwarded{"accept",
                                                      "accept-language",
                                                      "anthropic-beta",
                                                      "anthropic-version",
                                                      "content-disposition",
                                                      "content-encoding",
                                                      "content-language",
                                                      "content-range",
                                                      "content-type",
                                                      "if-match",
                                                      "if-modified-since",
                                                      "if-none-match",
                                                      "if-range",
                                                      "if-unmodified-since",
                                                      "openai-beta",
                                                      "originator",
                                                      "range",
                                                      "session_id",
                                                      "x-goog-api-client",
                                                      "x-goog-fieldmask",
                                                      "x-goog-request-params",
                                                      "x-goog-upload-command",
                                                      "x-goog-upload-offset",
                                                      "x-goog-upload-protocol"};

/// The endpoint whose price counts: the catalogue's, or one without any.
const Endpoint* find_endpoint(Exchange& exchange) {
  const Provider& provider = *exchange.proxied;
  const std::string& model = exchange.request.model;
  const Catalog& catalog = *exchange.runtime->catalog;
  const auto listed = catalog.by_id.find(provider.name + "/" + model);
  if (!model.empty() && listed != catalog.by_id.end()) {
    exchange.model = listed->second->id;
    return &listed->second->endpoints.front();
  }
  exchange.proxied_endpoint.emplace();
  exchange.proxied_endpoint->provider = &provider;
  exchange.proxied_endpoint->model = model;
  exchange.proxied_endpoint->timeouts = provider.timeouts;
  return &*exchange.proxied_endpoint;
}

/// Reads the model of a call that we know. A body that cannot be read is the provider's to refuse.
void peek_known(Exchange& exchange, const RouteMatch& known) {
  exchange.route.call = known.call;
  const Format* format = find_format(known.format);
  Result<Peek> peeked = format->peek(known.call, exchange.body);
  if (!peeked) return;
  exchange.is_known = true;
  exchange.format = format;
  exchange.request = std::move(*peeked);
  if (known.tail.empty()) return;
  if (Result<std::string> model = percent_decode(known.tail)) {
    exchange.request.model = std::move(*model);
  }
  exchange.request.stream = known.stream;
}

}  // namespace

Result<void> route_proxied(Exchange& exchange) {
  const Result<std::string_view> rest = check_proxied_path(exchange.head.path);
  if (!rest) return rest.error();
  exchange.is_known = false;
  const RouteMatch known = find_route(*rest);
  if (known.id == RouteId::call && exchange.head.method == "POST") peek_known(exchange, known);
  exchange.upstream_format = exchange.format;
  exchange.endpoint = find_endpoint(exchange);
  exchange.attempt = 1;
  return {};
}

UpstreamRequest proxied_request(Exchange& exchange) {
  const Provider& provider = *exchange.proxied;
  const RequestHead& client = exchange.head;
  UpstreamRequest request;
  request.is_head = client.method == "HEAD";
  std::string target = proxied_target(provider, *check_proxied_path(client.path));
  const std::string query = without_query_value(client.query, "key");  // a client's key, maybe
  if (!query.empty()) target += "?" + query;
  begin_head(request, client.method, target, provider);
  std::string& head = request.head;
  const bool has_body = client.framing != BodyFraming::none;
  if (has_body || client.method == "POST" || client.method == "PUT" || client.method == "PATCH") {
    append_field(head, "Content-Length", std::to_string(exchange.body.size()));
  }
  forward_fields(head, client.fields, kForwarded);
  // The key goes where this provider looks for it, whatever the path is called.
  const bool speaks = provider.speaks(exchange.format);
  end_head(request, speaks ? *exchange.format : *provider.formats.front(), exchange);
  request.body = exchange.body;
  return request;
}

}  // namespace arouter::daemon
