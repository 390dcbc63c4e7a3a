// Answers as HTTP bytes.
#pragma once

#include <string>
#include <string_view>

namespace arouter::mock {

struct AnswerHead {
  int status = 200;
  std::string_view request_id;
  std::string_view request_id_field = "x-request-id";
  std::string_view fields{};  // further lines, each with its CRLF
  bool keep_alive = true;
  bool says_keep_alive = false;  // HTTP/1.0 wants to be told
};

/// A whole answer; without the body's bytes, but with its length, when `to_head`.
std::string encode_answer(const AnswerHead& head, std::string_view body, bool to_head = false);
/// The head of a stream; its end is that of the connection unless it is `chunked`.
std::string encode_stream_head(const AnswerHead& head, std::string_view content_type, bool chunked);
/// Appends `bytes` (not empty) as one chunk of the chunked coding.
void append_chunk(std::string& out, std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace arouter::mock
