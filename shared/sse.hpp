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
/// The caller owns the buffer: it appends what it read, calls next() until that returns false, and
/// drops the bytes it has consumed (block.raw of each). A CR at the very end of the buffer ends its
/// line at once when it ends a block; the LF that may follow then belongs to the next block's raw
/// bytes, or is left over alone at the end of the stream. All other bytes left over at the end are
/// an event that was cut short. A byte order mark at the start of the stream is part of the first
/// block's raw bytes and of no field.
/// Memory: no bytes are kept but the join of a multi-line data field.
/// Threads: one scanner per stream.
class SseScanner {
 public:
  explicit SseScanner(std::size_t max_block_bytes) : max_block_bytes_(max_block_bytes) {}

  /// Finds the first whole block in `bytes` (which begins at a block boundary). Returns true and
  /// fills `block`, false when more bytes are needed. Its views hold until the next call or until
  /// the caller's buffer changes. Already scanned bytes are not scanned again as long as the caller
  /// passes the same start with more bytes behind it. Errors: upstream_malformed when a block, less
  /// the mark and the LF halves of cut line ends, outgrows the limit; the scanner is spent then.
  Result<bool> next(std::string_view bytes, SseBlock& block);

 private:
  struct Place {
    std::size_t begin = 0, size = 0;
  };

  bool begin_block(std::string_view bytes);  // false when it takes more bytes to begin
  void take_line(std::string_view bytes, std::size_t begin, std::size_t end);
  SseBlock take_block(std::string_view raw);
  Error too_long() const;

  std::size_t max_block_bytes_;
  bool at_stream_start_ = true;  // a byte order mark may come
  bool skip_lf_ = false;         // the previous block ended in CR: a leading LF is its second half

  // Of the unfinished block, offsets from its first byte.
  bool begun_ = false;
  std::size_t begin_ = 0;  // of its first line
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;  // from line_begin_ to here stands no line end
  Place name_, data_;        // values of the last lines of their fields
  int data_lines_ = 0;       // 2 is two or more
  std::string joined_;       // data of a block with several data lines
};

}  // namespace arouter
