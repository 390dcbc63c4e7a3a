// A provider's answer as it comes: head first, then the body piece by piece.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "daemon/upstream/connection.hpp"
#include "daemon/upstream/pool.hpp"
#include "shared/http/chunked.hpp"
#include "shared/http/head.hpp"

namespace arouter::daemon {

/// Threads: its loop's. Not moved: the head refers into its own buffer.
class UpstreamAnswer {
 public:
  UpstreamAnswer(std::unique_ptr<UpstreamConnection> connection, UpstreamPool& pool)
      : connection_(std::move(connection)), pool_(pool) {}
  ~UpstreamAnswer();
  UpstreamAnswer(const UpstreamAnswer&) = delete;
  UpstreamAnswer& operator=(const UpstreamAnswer&) = delete;

  /// Reads the head, skipping up to eight interim ones, by `deadline`. `to_head`: no body follows
  /// it, whatever it says.
  /// Errors: upstream_timeout, upstream_truncated (nothing came: see silent()), upstream_malformed.
  Awaitable<Result<void>> read_head(TimePoint deadline, bool to_head = false);
  int status() const { return head_.status; }
  const HeaderFields& fields() const { return head_.fields; }
  /// Of the body, when the head says it.
  std::optional<std::uint64_t> content_length() const {
    if (head_.framing != BodyFraming::length) return std::nullopt;
    return head_.content_length;
  }
  /// The connection ended before a single byte came.
  bool silent() const { return in_.empty(); }
  /// Its head says that the connection ends with it.
  bool is_last() const { return !head_.keep_alive; }
  /// Whatever its head says, no other request follows over the connection.
  void never_reuse() { may_reuse_ = false; }

  /// Appends body bytes, at least one, by `deadline`. False: the body is at its end.
  /// Errors: upstream_timeout, upstream_truncated, upstream_malformed.
  Awaitable<Result<bool>> read_body(std::string& body, TimePoint deadline);

  /// Of the body at most so many more bytes are read; a longer one ends as if it was cancelled.
  void limit_rest(std::uint64_t bytes) { rest_limit_ = bytes; }
  void cancel() { connection_->cancel(); }

 private:
  Result<bool> take_body(std::string& body);
  Result<bool> take_by_length(std::string& body);
  Result<bool> take_chunked(std::string& body);
  Error broken(UpstreamRead how) const;

  std::unique_ptr<UpstreamConnection> connection_;
  UpstreamPool& pool_;
  ResponseHead head_;
  std::string in_;    // the head's bytes; head_ refers into them
  std::string rest_;  // what came behind the head and is not yet decoded
  std::uint64_t left_ = 0;
  std::uint64_t rest_limit_ = std::numeric_limits<std::uint64_t>::max();
  std::optional<ChunkedDecoder> chunked_;
  bool at_end_ = false;
  bool failed_ = true;  // until the head is read
  bool may_reuse_ = true;
};

}  // namespace arouter::daemon
