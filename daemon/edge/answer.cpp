#include "daemon/edge/answer.hpp"

#include <array>
#include <charconv>

#include "shared/http/head.hpp"

namespace arouter::daemon {

namespace {

struct StatusRow {
  int status;
  std::string_view text;
};

// Codes with their reason phrases (RFC 9110 section 15), the frequent one first.
constexpr StatusRow kStatuses[] = {
    {200, "200 OK"},
    {204, "204 No Content"},
    {400, "400 Bad Request"},
    {401, "401 Unauthorized"},
    {402, "402 Payment Required"},
    {403, "403 Forbidden"},
    {404, "404 Not Found"},
    {405, "405 Method Not Allowed"},
    {408, "408 Request Timeout"},
    {409, "409 Conflict"},
    {413, "413 Content Too Large"},
    {414, "414 URI Too Long"},
    {415, "415 Unsupported Media Type"},
    {417, "417 Expectation Failed"},
    {422, "422 Unprocessable Content"},
    {426, "426 Upgrade Required"},
    {429, "429 Too Many Requests"},
    {431, "431 Request Header Fields Too Large"},
    {500, "500 Internal Server Error"},
    {501, "501 Not Implemented"},
    {502, "502 Bad Gateway"},
    {503, "503 Service Unavailable"},
    {504, "504 Gateway Timeout"},
    {505, "505 HTTP Version Not Supported"},
};

/// The status line's end: code and reason phrase.
std::string status_text(int status) {
  for (const StatusRow& row : kStatuses) {
    if (row.status == status) return std::string(row.text);
  }
  return std::to_string(status) + " ";
}

}  // namespace

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_field_value(value)) return;
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

std::string encode_head(const AnswerHead& head) {
  std::string out;
  out.reserve(384);
  out += "HTTP/1.1 ";
  out += status_text(head.status);
  out += "\r\n";
  if (!head.content_type.empty()) append_field(out, "Content-Type", head.content_type);
  const bool has_body = head.status != 204 && head.status != 304;
  if (has_body && head.content_length) {
    append_field(out, "Content-Length", std::to_string(*head.content_length));
  } else if (has_body && head.chunked_allowed) {
    out += "Transfer-Encoding: chunked\r\n";
  }
  if (!head.keep_alive) out += "Connection: close\r\n";
  out += head.fields;
  out += "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n\r\n";
  return out;
}

std::string chunk_size_line(std::size_t size) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  std::string line(digits.data(), end);
  line += "\r\n";
  return line;
}

}  // namespace arouter::daemon
