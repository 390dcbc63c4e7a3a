// The request's half of the proxy; the answer's is relay_proxied.cpp.
#include "daemon/stages/proxy.hpp"

#include <array>

#include "daemon/edge/answer.hpp"
#include "daemon/edge/proxy_path.hpp"
#include "daemon/request_limits.hpp"
#include "shared/formats/output_cap.hpp"
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
  exchange.proxied_endpoint = unlisted_endpoint(provider, model);
  return &*exchange.proxied_endpoint;
}

Error not_allowed(const std::string& what, const char* code) {
  Error error = client_error(ErrorKind::forbidden, what + " is not allowed for this API key");
  error.code = code;
  return error;
}

/// What the configuration or the key says of prompts holds on every path.
Result<void> check_policy(const Exchange& exchange) {
  const RoutingConfig& rules = exchange.config().routing;
  const KeyRecord& key = *exchange.caller.key;
  const Endpoint& endpoint = *exchange.endpoint;
  const bool keeps = (rules.zdr || key.zdr) && !endpoint.zdr;
  const bool collects = (rules.deny_data_collection || key.deny_collection) && endpoint.collects;
  if (!keeps && !collects) return {};
  Error error = client_error(ErrorKind::forbidden,
                             "provider '" + exchange.proxied->name +
                                 "' does not promise what is asked of it for this API key: " +
                                 (keeps ? "zero data retention" : "no data collection"));
  error.code = "privacy_restricted";
  return error;
}

/// A key that is for some models only calls nothing else there.
Result<void> check_allowed(const Exchange& exchange) {
  const KeyRecord& key = *exchange.caller.key;
  const std::string& provider = exchange.proxied->name;
  const std::string& model = exchange.request.model;
  if (!allows_provider(key, provider)) {
    return not_allowed("provider '" + provider + "'", "provider_not_allowed");
  }
  if (!allows_model(key, provider + "/" + model)) {
    return not_allowed(model.empty() ? "a call that names no model" : "model '" + model + "'",
                       "model_not_allowed");
  }
  return check_policy(exchange);
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
  if (Result<void> allowed = check_allowed(exchange); !allowed) return allowed;
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
  request.body = exchange.body;
  if (const std::int64_t most = exchange.is_known ? output_cap(exchange, *exchange.endpoint) : 0;
      most != 0) {
    request.body =
        cap_output(exchange.body, exchange.format->cap_path(exchange.endpoint->model), most);
  }
  const bool has_body = client.framing != BodyFraming::none;
  if (has_body || client.method == "POST" || client.method == "PUT" || client.method == "PATCH") {
    append_field(head, "Content-Length", std::to_string(request.body.size()));
  }
  forward_fields(head, client.fields, kForwarded);
  // The key goes where this provider looks for it, whatever the path is called.
  const bool speaks = provider.speaks(exchange.format);
  end_head(request, speaks ? *exchange.format : *provider.formats.front(), exchange);
  return request;
}

}  // namespace arouter::daemon
