#include "cli/mock/http_answer.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace arouter::mock {

namespace {

std::string_view reason_of(int status) {
  constexpr std::array<std::pair<int, std::string_view>, 20> kReasons{
      {{200, "OK"},
       {204, "No Content"},
       {400, "Bad Request"},
       {401, "Unauthorized"},
       {402, "Payment Required"},
       {403, "Forbidden"},
       {404, "Not Found"},
       {405, "Method Not Allowed"},
       {408, "Request Timeout"},
       {413, "Content Too Large"},
       {414, "URI Too Long"},
       {415, "Unsupported Media Type"},
       {417, "Expectation Failed"},
       {422, "Unprocessable Content"},
       {429, "Too Many Requests"},
       {500, "Internal Server Error"},
       {502, "Bad Gateway"},
       {503, "Service Unavailable"},
       {504, "Gateway Timeout"},
       {529, "Overloaded"}}};
  for (const auto& [known, reason] : kReasons) {
    if (known == status) return reason;
  }
  return status < 500 ? "Refused" : "Failed";
}

void append_opening(std::string& out, const AnswerHead& head) {
  out += "HTTP/1.1 ";
  out += std::to_string(head.status);
  out += ' ';
  out += reason_of(head.status);
  out += "\r\n";
  out += head.request_id_field;
  out += ": ";
  out += head.request_id;
  out += "\r\n";
  if (!head.keep_alive) {
    out += "Connection: close\r\n";
  } else if (head.says_keep_alive) {
    out += "Connection: keep-alive\r\n";
  }
  out += head.fields;
}

}  // namespace

std::string encode_answer(const AnswerHead& head, std::string_view body, bool to_head) {
  std::string out;
  out.reserve(body.size() + head.fields.size() + 160);
  append_opening(out, head);
  if (head.status == 204) return out += "\r\n";
  out += "Content-Type: application/json\r\nContent-Length: ";
  out += std::to_string(body.size());
  out += "\r\n\r\n";
  if (!to_head) out += body;
  return out;
}

std::string encode_stream_head(const AnswerHead& head, std::string_view content_type,
                               bool chunked) {
  std::string out;
  append_opening(out, head);
  out += "Content-Type: ";
  out += content_type;
  out += "\r\nCache-Control: no-cache\r\nX-Accel-Buffering: no\r\n";
  out += chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n";
  return out;
}

void append_chunk(std::string& out, std::string_view bytes) {
  std::array<char, 16> size;
  const auto [end, fault] = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16);
  static_cast<void>(fault);  // sixteen digits are enough for any size
  out.append(size.data(), end);
  out += "\r\n";
  out += bytes;
  out += "\r\n";
}

}  // namespace arouter::mock
