#include "daemon/stages/translate.hpp"

#include "daemon/edge/answer.hpp"
#include "daemon/request_limits.hpp"
#include "shared/formats/output_cap.hpp"

namespace arouter::daemon {

namespace {

Result<std::string> translate_embeddings(Exchange& exchange) {
  std::optional<EmbeddingsRequest>& request = exchange.translation.embeddings;
  if (!request) {
    Result<EmbeddingsRequest> decoded =
        exchange.format->embeddings()->decode_request(exchange.body, exchange.translation.decoded);
    if (!decoded) return decoded.error();
    request = std::move(*decoded);
  }
  exchange.losses = exchange.translation.decoded;
  request->model = exchange.endpoint->model;
  return exchange.upstream_format->embeddings()->encode_request(*request, exchange.losses);
}

Result<std::string> translate_chat(Exchange& exchange) {
  std::optional<chat::Request>& request = exchange.translation.chat;
  if (!request) {
    Result<chat::Request> decoded = exchange.format->decode_request(exchange.body, exchange.request,
                                                                    exchange.translation.decoded);
    if (!decoded) return decoded.error();
    request = std::move(*decoded);
    request->stream = exchange.request.stream;
  }
  exchange.losses = exchange.translation.decoded;
  request->model = exchange.endpoint->model;
  // Where there is one, the client named none.
  if (const std::int64_t most = output_cap(exchange, *exchange.endpoint); most != 0) {
    request->max_tokens = most;
  }
  if (exchange.route.call == CallKind::count_tokens) {
    return exchange.upstream_format->encode_count_request(*request, exchange.losses);
  }
  return exchange.upstream_format->encode_request(
      *request, exchange.endpoint->max_completion_tokens, exchange.losses);
}

Result<std::string> make_body(Exchange& exchange) {
  const Endpoint& endpoint = *exchange.endpoint;
  if (!exchange.is_translated()) {
    std::string body =
        exchange.upstream_format->pass_request(exchange.body, exchange.request, endpoint.model);
    const std::int64_t most = output_cap(exchange, endpoint);
    if (most == 0) return body;
    return cap_output(body, exchange.upstream_format->cap_path(endpoint.model), most);
  }
  const CallKind call = exchange.route.call;
  if (call == CallKind::embeddings || call == CallKind::one_embedding) {
    return translate_embeddings(exchange);
  }
  return translate_chat(exchange);
}

Error would_lose(const Exchange& exchange) {
  Error error =
      client_error(ErrorKind::bad_request, "provider '" + exchange.endpoint->provider->name +
                                               "' cannot be given: " + exchange.losses.list() +
                                               " (the request says require_parameters)");
  error.code = "unsupported_parameters";
  error.param = exchange.losses.names().front();
  error.retryable = true;
  return error;
}

}  // namespace

Result<UpstreamRequest> translate(Exchange& exchange) {
  Result<std::string> body = make_body(exchange);
  if (!body) return body.error();
  if (exchange.preferences.require_parameters && !exchange.losses.empty()) {
    return would_lose(exchange);
  }

  const Provider& provider = *exchange.endpoint->provider;
  UpstreamRequest request;
  request.body = std::move(*body);
  const bool stream = exchange.request.stream;
  const std::string target = exchange.upstream_format->target(
      exchange.upstream_call(), provider.origin.base_path, exchange.endpoint->model, stream);
  begin_head(request, "POST", target, provider);
  std::string& head = request.head;
  append_field(head, "Content-Type", "application/json");
  append_field(head, "Accept", stream ? "text/event-stream" : "application/json");
  append_field(head, "Content-Length", std::to_string(request.body.size()));
  std::span<const std::string_view> own;
  if (!exchange.is_translated()) own = exchange.upstream_format->forwarded();
  forward_fields(head, exchange.head.fields, own);
  end_head(request, *exchange.upstream_format, exchange);
  return request;
}

}  // namespace arouter::daemon
