#include "daemon/edge/options.hpp"

#include <algorithm>
#include <array>

#include "daemon/edge/answer.hpp"
#include "daemon/edge/guard.hpp"
#include "shared/http/byte_class.hpp"

namespace arouter::daemon {

namespace {

/// Fields that the official libraries send from a browser.
constexpr std::string_view kAllowedHeaders =
    "authorization, content-type, accept, x-api-key, x-goog-api-key, x-goog-api-client, api-key, "
    "anthropic-version, anthropic-beta, anthropic-dangerous-direct-browser-access, openai-beta, "
    "openai-organization, openai-project, http-referer, x-title, x-session-id";
/// The official OpenAI and Anthropic libraries describe themselves in a family of fields; our own
/// are another.
constexpr std::array<std::string_view, 2> kFamilies{"x-stainless-", "x-arouter-"};
constexpr std::size_t kMostAsked = 2'048;

/// What a page may read of an answer, beside what every page may.
constexpr std::string_view kExposedHeaders =
    "X-Request-Id, X-Generation-Id, X-ARouter-Provider, X-ARouter-Model, X-ARouter-Source, "
    "X-ARouter-Dropped, X-ARouter-Explain, X-ARouter-Usage, X-ARouter-Upstream-Id, Retry-After, "
    "X-Should-Retry, Sunset";

bool is_family_field(std::string_view name) {
  for (const char byte : name) {
    if (byte != '-' && !(byte >= 'a' && byte <= 'z')) return false;
  }
  return std::any_of(kFamilies.begin(), kFamilies.end(), [&](std::string_view family) {
    return name.size() > family.size() && name.starts_with(family);
  });
}

/// The fixed list, with the fields of the families that the browser asks for: names cannot be
/// given by a pattern here.
std::string allowed_headers(const RequestHead& head) {
  std::string list(kAllowedHeaders);
  const std::string_view* asked = head.fields.find("access-control-request-headers");
  if (asked == nullptr || asked->size() > kMostAsked) return list;
  std::string_view rest = *asked;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string name;
    for (const char byte : rest.substr(0, end)) {
      if (byte != ' ' && byte != '\t') name += ascii_lower(byte);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (is_family_field(name)) list += ", " + name;
  }
  return list;
}

}  // namespace

Result<void> check_method(const RequestHead& head, const RouteMatch& route) {
  if (takes_method(route, head.method)) return {};
  const std::string_view* upgrade = head.fields.find("upgrade");
  if (upgrade != nullptr && route.id == RouteId::call && list_holds(*upgrade, "websocket")) {
    return client_error(ErrorKind::upgrade_required,
                        "there are no WebSockets here: send a POST; the answer can be a stream");
  }
  return client_error(ErrorKind::method_not_allowed,
                      "this route takes " + std::string(route.methods));
}

void append_allowed_origin(std::string& fields, const Exchange& exchange) {
  const auto origin = allowed_origin(exchange.head, exchange.config().server);
  if (origin.empty()) return;
  append_field(fields, "Access-Control-Allow-Origin", origin);
  append_field(fields, "Access-Control-Expose-Headers", kExposedHeaders);
  append_field(fields, "Vary", "Origin");
}

void answer_options(Exchange& exchange) {
  exchange.status = 204;
  AnswerHead head{
      .status = 204, .content_type = {}, .content_length = 0, .keep_alive = exchange.keep_alive};
  append_field(head.fields, "Allow", exchange.route.methods);
  if (!allowed_origin(exchange.head, exchange.config().server).empty()) {
    append_field(head.fields, "Access-Control-Allow-Methods", exchange.route.methods);
    append_field(head.fields, "Access-Control-Allow-Headers", allowed_headers(exchange.head));
  }
  append_allowed_origin(head.fields, exchange);
  exchange.tail = encode_head(head);
}

}  // namespace arouter::daemon
