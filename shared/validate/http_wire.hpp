// One HTTP/1.x response as it came over the wire, with every break of the framing noted.
//
// Source: RFC 9112. shared/http refuses what this reader survives: a validator has to say what is
// wrong and still judge the rest. Incremental, so that the network side knows when the answer ends.
// Memory: head and body are kept; the caller caps how much it feeds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/http/head.hpp"

namespace arouter::validate {

struct HeaderLine {
  std::string name;
  std::string value;
};

struct WireFault {
  enum class Part : std::uint8_t { head, body };
  Part part = Part::head;
  std::size_t offset = 0;  // in the bytes of this response
  std::string what;
};

struct WireResponse {
  int status = 0;  // 0: not even a status line came
  int minor_version = 1;
  std::vector<HeaderLine> fields;  // in order, as sent
  std::string body;                // transfer coding removed
  BodyFraming framing = BodyFraming::until_close;
  std::vector<WireFault> faults;  // at most 16
  bool complete = false;          // the framing ended as announced
  std::string excess;             // bytes that came after the end

  /// The first field of that name, case ignored; null when absent.
  const std::string* find(std::string_view name) const;
  bool announces_close() const;  // Connection: close, or HTTP/1.0 without keep-alive
};

/// Reads one response. Interim (1xx) heads are skipped.
class ResponseReader {
 public:
  explicit ResponseReader(bool request_was_head) : request_was_head_(request_was_head) {}

  void feed(std::string_view bytes);
  /// The peer closed: completes an answer delimited by the close, breaks any other.
  void end_of_input();
  bool done() const { return state_ == State::done; }
  bool has_head() const { return state_ != State::head; }
  const WireResponse& response() const { return response_; }
  WireResponse take() { return std::move(response_); }

 private:
  enum class State : std::uint8_t {
    head,
    length,
    close,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    done
  };

  bool step();  // false when more bytes are needed
  bool step_head();
  bool step_chunk_size();
  bool step_chunk_end();
  bool step_trailer();
  bool take_body(std::size_t most);
  void decode_head(std::string_view head);
  void decode_field(std::string_view line, std::size_t offset);
  void choose_framing();
  /// The next line without its end; false when it is not whole. Notes a bare LF.
  bool take_line(std::string_view& line, WireFault::Part part);
  void note(WireFault::Part part, std::size_t offset, std::string what);

  bool request_was_head_;
  State state_ = State::head;
  std::string buffer_;
  std::size_t at_ = 0;       // read so far in buffer_
  std::size_t dropped_ = 0;  // bytes of the response before buffer_
  std::uint64_t left_ = 0;   // of the body, or of the current chunk
  WireResponse response_;
};

}  // namespace arouter::validate
