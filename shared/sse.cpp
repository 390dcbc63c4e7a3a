// One pass over the bytes: fields are noted as offsets while their lines go by, since the caller
// may move the buffer between two calls.
#include "shared/sse.hpp"

#include "shared/bytes.hpp"

namespace arouter {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Offset of the first LF or CR at or after `from`; the size of `bytes` when there is none.
std::size_t find_line_end(std::string_view bytes, std::size_t from) noexcept {
  const char* const end = bytes.data() + bytes.size();
  const char* const found = bytes::find(
      bytes.data() + from, end,
      [](auto many) { return bytes::equal_to(many, '\n') | bytes::equal_to(many, '\r'); },
      [](char c) { return c == '\n' || c == '\r'; });
  return static_cast<std::size_t>(found - bytes.data());
}

/// Where the value of the field `name` begins in `line`; npos when the line is another's.
std::size_t value_begin(std::string_view line, std::string_view name) noexcept {
  if (!line.starts_with(name)) return std::string_view::npos;
  if (line.size() == name.size()) return line.size();  // no colon: the value is empty
  if (line[name.size()] != ':') return std::string_view::npos;
  const std::size_t begin = name.size() + 1;
  return begin < line.size() && line[begin] == ' ' ? begin + 1 : begin;
}

}  // namespace

Result<bool> SseScanner::next(std::string_view bytes, SseBlock& block) {
  if (!begun_ && !begin_block(bytes)) return false;
  for (;;) {
    const std::size_t end = find_line_end(bytes, scanned_);
    scanned_ = end;
    if (end - begin_ > max_block_bytes_) return too_long();
    if (end == bytes.size()) return false;
    const bool empty = end == line_begin_;
    const bool cr = bytes[end] == '\r';
    const bool cr_is_last = cr && end + 1 == bytes.size();
    if (cr_is_last && !empty) return false;  // one more byte tells CR from CRLF
    if (empty && end + 1 - begin_ > max_block_bytes_) return too_long();
    const bool crlf = cr && !cr_is_last && bytes[end + 1] == '\n';
    const std::size_t next_line = end + (crlf ? 2 : 1);
    if (empty) {
      block = take_block(bytes.substr(0, next_line));
      skip_lf_ = cr_is_last;
      return true;
    }
    take_line(bytes, line_begin_, end);
    line_begin_ = scanned_ = next_line;
  }
}

bool SseScanner::begin_block(std::string_view bytes) {
  std::size_t begin = 0;
  if (at_stream_start_) {
    const std::string_view head = bytes.substr(0, kByteOrderMark.size());
    if (head == kByteOrderMark) {
      begin = kByteOrderMark.size();
    } else if (kByteOrderMark.starts_with(head)) {
      return false;  // nothing yet, or a part of the mark
    }
  } else if (skip_lf_) {
    if (bytes.empty()) return false;
    if (bytes[0] == '\n') begin = 1;
  }
  at_stream_start_ = skip_lf_ = false;
  begun_ = true;
  begin_ = line_begin_ = scanned_ = begin;
  data_ = name_ = {};
  data_lines_ = 0;
  return true;
}

void SseScanner::take_line(std::string_view bytes, std::size_t begin, std::size_t end) {
  const std::string_view line = bytes.substr(begin, end - begin);
  if (const std::size_t at = value_begin(line, "data"); at != std::string_view::npos) {
    if (data_lines_ == 1) joined_ = bytes.substr(data_.begin, data_.size);
    if (data_lines_ >= 1) (joined_ += '\n') += line.substr(at);
    data_ = {begin + at, line.size() - at};
    if (data_lines_ < 2) ++data_lines_;
  } else if (const std::size_t name_at = value_begin(line, "event");
             name_at != std::string_view::npos) {
    name_ = {begin + name_at, line.size() - name_at};
  }
}

SseBlock SseScanner::take_block(std::string_view raw) {
  begun_ = false;
  SseBlock block;
  block.raw = raw;
  block.name = raw.substr(name_.begin, name_.size);
  block.has_data = data_lines_ > 0;
  block.data = data_lines_ > 1 ? std::string_view(joined_) : raw.substr(data_.begin, data_.size);
  return block;
}

Error SseScanner::too_long() const {
  return upstream_error(ErrorKind::upstream_malformed,
                        "an event of the provider's stream is longer than " +
                            std::to_string(max_block_bytes_) + " bytes");
}

}  // namespace arouter
