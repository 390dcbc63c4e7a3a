#include "daemon/upstream/answer.hpp"

#include "shared/errors/blame.hpp"

namespace arouter::daemon {

namespace {

constexpr HeadLimits kLimits{.request_line = 8 * 1024, .field = 32 * 1024, .head = 64 * 1024};
constexpr int kMostInterim = 8;
constexpr std::chrono::seconds kHeadWithin{15};  // from its first byte to its last

Error malformed(std::string why) {
  return upstream_error(ErrorKind::upstream_malformed, "the provider's answer is malformed",
                        std::move(why));
}

}  // namespace

UpstreamAnswer::~UpstreamAnswer() {
  if (failed_ || connection_ == nullptr || !head_.keep_alive || !may_reuse_) return;
  if (at_end_) {
    if (rest_.empty()) pool_.keep(std::move(connection_));  // bytes nobody asked for: not reused
  } else if (chunked_ && rest_.empty()) {
    pool_.finish(std::move(connection_), std::move(*chunked_));
  }
}

Error UpstreamAnswer::broken(UpstreamRead how) const {
  switch (how) {
    case UpstreamRead::timeout:
      return upstream_error(ErrorKind::upstream_timeout, "the provider did not answer in time");
    case UpstreamRead::cancelled: {
      Error cancelled = upstream_error(ErrorKind::upstream_truncated, "the call was cancelled");
      cancelled.code = kCancelledCode;
      return cancelled;
    }
    default:
      return upstream_error(ErrorKind::upstream_truncated,
                            "the provider ended the connection before its answer was complete");
  }
}

Awaitable<Result<void>> UpstreamAnswer::read_head(TimePoint deadline, bool to_head) {
  connection_->set_deadline(deadline);
  bool head_begun = false;
  for (int interim = 0;;) {
    if (in_.empty() || !rest_.empty()) {
      // Nothing yet, or an interim head was taken off the front.
      in_ = std::exchange(rest_, std::string());
    }
    const Result<bool> whole =
        in_.empty() ? Result<bool>(false) : decode_response_head(in_, kLimits, to_head, head_);
    if (!whole) co_return malformed(whole.error().message);
    if (!*whole) {
      if (!in_.empty() && !std::exchange(head_begun, true)) {
        connection_->set_deadline(std::min(deadline, Clock::now() + kHeadWithin));
      }
      const UpstreamRead how = co_await connection_->read_some(in_);
      if (how == UpstreamRead::timeout && Clock::now() < deadline) {
        co_return malformed("its head did not end within " + std::to_string(kHeadWithin.count()) +
                            " seconds");
      }
      if (how != UpstreamRead::data) co_return broken(how);
      continue;
    }
    if (std::exchange(head_begun, false)) connection_->set_deadline(deadline);
    if (head_.status >= 200) break;
    if (head_.status == 101) co_return malformed("101 without an upgrade");
    if (++interim > kMostInterim) co_return malformed("too many interim responses");
    rest_ = in_.substr(head_.size);
    if (rest_.empty()) in_.clear();
  }
  rest_ = in_.substr(head_.size);
  left_ = head_.content_length;
  if (head_.framing == BodyFraming::chunked) chunked_.emplace(ErrorKind::upstream_malformed);
  at_end_ =
      head_.framing == BodyFraming::none || (head_.framing == BodyFraming::length && left_ == 0);
  failed_ = false;
  co_return Result<void>{};
}

Result<bool> UpstreamAnswer::take_by_length(std::string& body) {
  const std::size_t size = std::min<std::uint64_t>(left_, rest_.size());
  body.append(rest_, 0, size);
  rest_.erase(0, size);
  left_ -= size;
  at_end_ = left_ == 0;
  return size > 0;
}

Result<bool> UpstreamAnswer::take_chunked(std::string& body) {
  const std::size_t before = body.size();
  const Result<std::size_t> used = chunked_->feed(rest_, body);
  if (!used) return malformed(used.error().message);
  rest_.erase(0, *used);
  at_end_ = chunked_->done();
  return body.size() > before;
}

/// True when `body` has grown.
Result<bool> UpstreamAnswer::take_body(std::string& body) {
  if (rest_.empty()) return false;
  if (head_.framing == BodyFraming::chunked) return take_chunked(body);
  if (head_.framing == BodyFraming::length) return take_by_length(body);
  body += rest_;
  rest_.clear();
  return true;
}

Awaitable<Result<bool>> UpstreamAnswer::read_body(std::string& body, TimePoint deadline) {
  connection_->set_deadline(deadline);
  for (;;) {
    if (at_end_) co_return false;
    const std::size_t before = body.size();
    Result<bool> grown = take_body(body);
    if (!grown) failed_ = true;
    const std::uint64_t taken = body.size() - before;
    if (taken > rest_limit_) {
      failed_ = true;
      co_return broken(UpstreamRead::cancelled);
    }
    rest_limit_ -= taken;
    if (!grown || *grown) co_return grown;
    if (at_end_) co_return false;
    const UpstreamRead how = co_await connection_->read_some(rest_);
    if (how == UpstreamRead::data) continue;
    if (how == UpstreamRead::end && head_.framing == BodyFraming::until_close) {
      at_end_ = true;
      head_.keep_alive = false;
      co_return false;
    }
    failed_ = true;
    co_return broken(how);
  }
}

}  // namespace arouter::daemon
