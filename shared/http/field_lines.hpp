// What request and response heads have in common: lines under limits, header fields, framing.
//
// Every read is left to right and stops at the first byte at fault, and a limit is reached at a
// fixed byte: so the outcome is the same wherever the network cuts the head.
#pragma once

#include "shared/http/byte_class.hpp"
#include "shared/http/head.hpp"

namespace arouter {

/// `text` without the blanks and tabs around it.
std::string_view trim_blanks(std::string_view text);
/// Cuts the next member off a comma-separated list; `more` is true before the first. False when the
/// list is used up.
bool next_member(std::string_view& list, bool& more, std::string_view& member);

enum class Scan : std::uint8_t { more, whole, refused };

/// Why a head is refused. Static text: nothing is allocated until the answer is decided.
struct HeadFault {
  ErrorKind kind = ErrorKind::bad_request;
  const char* code = "bad_request";
  const char* what = nullptr;  // null: no fault
};
inline HeadFault bad_framing(const char* what) {
  return {ErrorKind::bad_request, "bad_framing", what};
}

/// A position in a head, and the end of the window that the current line must fit in.
class HeadCursor {
 public:
  HeadCursor(std::string_view bytes, std::size_t head_limit)
      : bytes_(bytes), head_limit_(head_limit) {}

  /// Begins a line of at most `limit` bytes, its CRLF included; `too_long` is the fault beyond.
  void open_line(std::size_t limit, HeadFault too_long);
  bool at_end() const { return at_ == end_; }
  char peek() const { return bytes_[at_]; }
  void skip() { ++at_; }
  std::size_t position() const { return at_; }

  /// The bytes of `wanted` from here on; the cursor stands behind them.
  std::string_view take(ByteClass wanted);
  /// CRLF, or a refusal that says `what` stood there instead.
  Scan take_line_end(const char* what);
  /// The window is used up: more bytes may come, or the line is too long.
  Scan out_of_bytes();
  Scan refuse(HeadFault fault);
  const HeadFault& fault() const { return fault_; }

 private:
  std::string_view bytes_;
  std::size_t head_limit_;
  std::size_t at_ = 0, end_ = 0;
  HeadFault too_long_, fault_;
};

/// The fields that decide framing and reuse, noted while they pass.
struct FramingFields {
  std::size_t hosts = 0, lengths = 0, codings = 0;  // how often each was sent
  std::string_view host, length, coding;            // the first of each
  bool close = false, keep_alive = false;           // options of Connection
  bool expects_continue = false, expects_other = false;

  void note(const HeaderField& field);
  /// Reads Content-Length and Transfer-Encoding. `framing` stays as it is when neither was sent.
  HeadFault decide(int minor_version, BodyFraming& framing, std::uint64_t& length_out) const;
};

/// Reads field lines up to and with the blank line.
Scan read_fields(HeadCursor& cursor, const HeadLimits& limits, HeaderFields& fields,
                 FramingFields& framing);

}  // namespace arouter
