// Pure part of the client: reading refusals and base URLs.
#include <array>

#include "cli/client.hpp"
#include "shared/json_scan.hpp"

namespace arouter {

namespace {

ErrorKind kind_of(int status) {
  switch (status) {
    case 400:
      return ErrorKind::bad_request;
    case 401:
      return ErrorKind::unauthorized;
    case 402:
      return ErrorKind::payment_required;
    case 403:
      return ErrorKind::forbidden;
    case 404:
      return ErrorKind::not_found;
    case 413:
      return ErrorKind::body_too_large;
    case 429:
      return ErrorKind::rate_limited;
    case 504:
      return ErrorKind::upstream_timeout;
    default:
      return ErrorKind::upstream_refused;
  }
}

/// The first words of a body that is no error object of ours: an HTML page, a line of text.
std::string excerpt_of(std::string_view body) {
  constexpr std::size_t kMost = 200;
  std::string text(body.substr(0, kMost));
  for (char& c : text) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  return body.size() > kMost ? text + "…" : text;
}

}  // namespace

Error answer_error(const AnswerHead& head, std::string_view body) {
  Error error = client_error(kind_of(head.status), "");
  error.status = static_cast<std::uint16_t>(head.status);
  if (!head.request_id.empty()) error.detail = "request " + head.request_id;

  std::array<JsonMember, 1> top{{{"error"}}};
  if (scan_object(body, top)) {
    std::array<JsonMember, 2> members{{{"message"}, {"code"}}};
    if (top[0].value.type == JsonType::object) find_members(body, top[0].value, members);
    error.message = decode_string(body, members[0].value).value_or("");
    error.code = decode_string(body, members[1].value).value_or("");
    // Some servers write {"error":"text"}.
    if (error.message.empty()) error.message = decode_string(body, top[0].value).value_or("");
  }
  if (error.message.empty()) {
    error.message = "the server answered with status " + std::to_string(head.status);
    if (!body.empty()) error.message += ": " + excerpt_of(body);
  }
  return error;
}

std::string without_version(std::string_view base_url) {
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  if (base_url.ends_with("/v1")) base_url.remove_suffix(3);
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  return std::string(base_url);
}

}  // namespace arouter
