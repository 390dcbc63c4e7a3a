// Response heads towards clients.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arouter::daemon {

struct AnswerHead {
  int status = 200;
  std::string_view content_type = "application/json";
  std::optional<std::size_t> content_length;  // nothing: chunked
  bool keep_alive = true;
  bool chunked_allowed = true;  // false towards HTTP/1.0: the body ends with the connection
  std::string fields{};         // more field lines, each with its CRLF
};

std::string encode_head(const AnswerHead& head);

/// Appends "name: value\r\n". A value that holds CR, LF, NUL or another control character is left
/// out whole: it would be another header.
void append_field(std::string& out, std::string_view name, std::string_view value);

/// The size line of a chunk of `size` bytes.
std::string chunk_size_line(std::size_t size);
inline constexpr std::string_view kChunkEnd = "\r\n";
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace arouter::daemon
