#include "daemon/stages/authenticate.hpp"

#include <array>
#include <optional>

#include "shared/http/query.hpp"

namespace arouter::daemon {

namespace {

constexpr std::array<std::string_view, 3> kKeyHeaders{"x-api-key", "api-key", "x-goog-api-key"};
constexpr std::string_view kBearer = "bearer ";

Error unauthorized(const char* code, const char* message) {
  Error error = client_error(ErrorKind::unauthorized, message);
  error.code = code;
  return error;
}

Error ambiguous() {
  Error error = client_error(ErrorKind::bad_request, "the request carries two different API keys");
  error.code = "ambiguous_credentials";
  return error;
}

/// The token of "Bearer TOKEN"; nothing for any other scheme or spelling.
std::optional<std::string_view> bearer_token(std::string_view value) {
  if (value.size() <= kBearer.size() || !same_name(value.substr(0, kBearer.size()), kBearer)) {
    return std::nullopt;
  }
  const std::string_view token = value.substr(kBearer.size());
  if (token.find_first_of(" \t") != std::string_view::npos) return std::nullopt;
  return token;
}

/// Google's clients may write the key into the query; nobody else's do, and what stands in a URL
/// ends up in too many logs to be taken elsewhere.
bool takes_query_key(const Exchange& exchange) {
  const RouteId id = exchange.route.id;
  if (id != RouteId::call && id != RouteId::models && id != RouteId::model) return false;
  return dialect_of(exchange.head, exchange.route) == "gemini";
}

/// The one key in the query; "" when there is none.
Result<std::string> find_query_key(std::string_view query) {
  std::string key;
  while (const auto field = take_query_field(query)) {
    if (field->name != "key" || field->value.empty()) continue;
    Result<std::string> candidate = percent_decode(field->value);
    if (!candidate) return candidate;
    if (!key.empty() && key != *candidate) return ambiguous();
    key = std::move(*candidate);
  }
  return key;
}

/// The one key in the header; "" when there is none.
Result<std::string_view> find_header_key(const HeaderFields& fields) {
  std::string_view key;
  for (const HeaderField& field : fields.all()) {
    std::string_view candidate;
    if (same_name(field.name, "authorization")) {
      const auto token = bearer_token(field.value);
      if (!token) continue;
      candidate = *token;
    } else {
      bool names_key = false;
      for (const std::string_view name : kKeyHeaders) names_key |= same_name(field.name, name);
      if (!names_key || field.value.empty()) continue;
      candidate = field.value;
    }
    if (!key.empty() && key != candidate) return ambiguous();
    key = candidate;
  }
  return key;
}

/// The one key a request carries; "" when it carries none.
Result<std::string> find_key(const Exchange& exchange) {
  const Result<std::string_view> in_header = find_header_key(exchange.head.fields);
  if (!in_header) return in_header.error();
  if (!takes_query_key(exchange)) return std::string(*in_header);
  Result<std::string> in_query = find_query_key(exchange.head.query);
  if (!in_query || in_header->empty()) return in_query;
  if (!in_query->empty() && *in_query != *in_header) return ambiguous();
  return std::string(*in_header);
}

std::int64_t unix_s(const Exchange& exchange) {
  return exchange.started_us / 1'000'000;
}

Error forbidden(const char* code, const char* message) {
  Error error = client_error(ErrorKind::forbidden, message);
  error.code = code;
  return error;
}

/// What each type of key may do: those that manage keys call no model, and the other way round.
Result<void> check_type(const Exchange& exchange) {
  const KeyRecord& key = *exchange.caller.key;
  const RouteId route = exchange.route.id;
  const bool manages = key.type == KeyType::management;
  if (is_management(route) && !manages) {
    return forbidden("management_key_required",
                     "api keys are managed with a management key, as 'arouter keys' does");
  }
  const bool is_call = route == RouteId::call || route == RouteId::proxy;
  if (is_call && manages) {
    return forbidden("model_key_required",
                     "a management key calls no models; make one that does with POST "
                     "/api/v1/keys");
  }
  if (route == RouteId::metrics && !key.is_built_in) {
    return forbidden("local_key_required", "metrics are for the keys of the daemon's own machine");
  }
  return {};
}

}  // namespace

Result<void> authenticate(Exchange& exchange, Services& services) {
  const BuiltInKeys& built_in = services.shared.built_in;
  // Without keys anybody calls; nobody manages.
  if (exchange.config().auth == AuthMode::open && !is_management(exchange.route.id)) {
    exchange.caller.key = built_in.open();
    return {};
  }
  const Result<std::string> key = find_key(exchange);
  if (!key) return key.error();
  if (key->empty()) {
    return unauthorized("missing_api_key",
                        "missing or invalid Authorization header: send 'Authorization: Bearer KEY' "
                        "with a key of this daemon, such as the one that 'arouter serve' names");
  }
  exchange.caller.key = built_in.find(*key);
  if (exchange.caller.key == nullptr) {
    Result<std::shared_ptr<const KeyRecord>> found = services.keys.find(*key, unix_s(exchange));
    if (!found) return found.error();
    exchange.caller.key = std::move(*found);
  }
  if (exchange.caller.key == nullptr) {
    return unauthorized("invalid_api_key",
                        "invalid api key: this daemon knows the one in its state folder, "
                        "local.key, and those that 'arouter keys list' shows");
  }
  if (Result<void> good = check_in_force(*exchange.caller.key, unix_s(exchange)); !good) {
    return good;
  }
  return check_type(exchange);
}

Result<void> read_caller_keys(Exchange& exchange) {
  Result<std::vector<routing::CallerKey>> keys =
      routing::decode_caller_keys(exchange.head.fields, *exchange.runtime->catalog);
  if (!keys) return keys.error();
  exchange.caller_keys = std::move(*keys);
  return {};
}

}  // namespace arouter::daemon
