// Server-sent events: finding them in a byte stream, incrementally, without copying their bytes.
//
// Source: WHATWG HTML, "Server-sent events" (parsing and interpreting an event stream).
// Lines end in LF, CR or CRLF, freely mixed; an empty line ends an event. `id` and `retry` are not
// kept: no format here needs them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

/// One block of lines up to and with the empty line that ends it. Comments-only blocks and bare
/// blank lines are blocks too (keep-alives): `has_data` is false then.
struct SseBlock {
  std::string_view raw;   // every byte of the block, as it came
  std::string_view name;  // value of the last "event:" field, "" when absent
  std::string_view data;  // "data:" lines joined with LF; refers into raw, or into the scanner
  bool has_data = false;
};

/// Cuts a byte stream into blocks, whatever the chunk boundaries.
///
/// The caller owns the buffer: it appends what it read, calls next() until that returns nothing,
/// and drops the bytes it has consumed. A CR at the very end of the buffer ends its line at once
/// when it ends a block; the LF that may follow then belongs to the next block's raw bytes.
/// Memory: no bytes are kept but the join of a multi-line data field.
/// Threads: one scanner per stream.
class SseScanner {
 public:
  explicit SseScanner(std::size_t max_block_bytes) : max_block_bytes_(max_block_bytes) {}

  /// Finds the first whole block in `bytes` (which begins at a block boundary). Returns true and
  /// fills `block`, false when more bytes are needed. Already scanned bytes are not scanned again
  /// as long as the caller passes the same start with more bytes behind it. Errors:
  /// upstream_malformed when a block outgrows the limit.
  Result<bool> next(std::string_view bytes, SseBlock& block);

 private:
  std::size_t max_block_bytes_;
  std::size_t scanned_ = 0;  // bytes of the unfinished block known to hold no empty line
  bool skip_lf_ = false;     // the previous block ended in CR: a leading LF is its second half
  std::string joined_;       // data of a block with several data lines
};

}  // namespace arouter
