// The chunked transfer coding, strictly (RFC 9112 section 7.1), incrementally.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

/// Decodes one chunked body, whatever the read boundaries.
///
/// Trailer fields are checked and dropped; a trailer that names Content-Length, Transfer-Encoding,
/// Host or Authorization is refused. Chunk extensions are allowed up to 256 bytes each and 4 KiB
/// per body, and the wire may not be more than 16 times the body after the first 16 KiB. Memory: no
/// body bytes are kept. Threads: one decoder per body.
class ChunkedDecoder {
 public:
  /// `errors` is the kind to fail with: bad_request for requests, upstream_malformed for responses.
  explicit ChunkedDecoder(ErrorKind errors) : errors_(errors) {}

  /// Consumes bytes from the front of `bytes` and appends body bytes to `body`. Returns the number
  /// consumed; less than all of them only when done(): the rest is not ours.
  /// Errors: the kind given; headers_too_large when a request's trailer outgrows 4 KiB. The decoder
  /// is spent then.
  Result<std::size_t> feed(std::string_view bytes, std::string& body);

  /// The last chunk and its trailer have been read.
  bool done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t {
    size,
    extension_start,  // behind ';'
    extension_name,
    extension_value_start,  // behind '='
    extension_token,
    extension_quoted,
    extension_escape,  // behind '\' in a quoted value
    extension_end,     // behind the closing quote
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer_name,
    trailer_value,
    trailer_lf,
    end_lf,
    done
  };
  /// A step takes one byte and returns why it is refused, or null.
  const char* step(char byte);
  const char* step_size(char byte);
  const char* step_extension(char byte);
  const char* step_trailer(char byte);
  const char* end_extension(char byte);
  const char* go_on(bool allowed, State next, const char* fault);
  Error malformed(const char* why) const;

  ErrorKind errors_;
  State state_ = State::size;
  int size_digits_ = 0;
  std::uint64_t left_ = 0;      // of the current chunk
  std::size_t extension_ = 0;   // bytes of the current extension
  std::size_t extensions_ = 0;  // bytes of all of them
  std::uint64_t wire_ = 0, body_ = 0;
  std::size_t trailers_ = 0;  // bytes of all trailer lines
  std::string trailer_name_;
};

}  // namespace arouter
