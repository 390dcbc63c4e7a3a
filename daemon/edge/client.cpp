#include "daemon/edge/client.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>

namespace arouter::daemon {

namespace {

constexpr std::chrono::seconds kNoProgress{60};
constexpr std::chrono::seconds kLastWords{1};

}  // namespace

Client::Client(Socket socket, Deadlines& deadlines)
    : socket_(std::move(socket)),
      deadline_(deadlines, [this] { cancel(); }),
      ahead_(std::make_unique_for_overwrite<std::array<char, kAhead>>()) {
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
}

void Client::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);  // completes the read: whoever waits for it is woken by that
}

void Client::abort() {
  aborted_ = true;
  cancel();
}

void Client::start_read() {
  if (reading_ || ended_ != ClientRead::data || ahead_size_ != 0) return;
  reading_ = true;
  socket_.async_read_some(
      asio::buffer(*ahead_),
      [self = shared_from_this()](const boost::system::error_code& failure, std::size_t size) {
        self->take_read(failure, size);
      });
}

void Client::take_read(const boost::system::error_code& failure, std::size_t size) {
  reading_ = false;
  ahead_size_ = size;
  if (failure == asio::error::eof) {
    ended_ = ClientRead::end;
    if (on_gone_) after_fin();
  } else if (failure && failure != asio::error::operation_aborted) {
    ended_ = ClientRead::reset;
    leave();
  }
  arrived_.fire();
}

/// Finds out whether the client has left or has only closed its sending side.
void Client::after_fin() {
  if (!probe_.empty() && !writing_) {
    // A probe that does not fit whole would break the answer's framing; then the socket is full
    // and the next write finds out.
    const ssize_t sent =
        ::send(socket_.native_handle(), probe_.data(), probe_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0 && static_cast<std::size_t>(sent) != probe_.size()) return leave();
  }
  socket_.async_wait(Socket::wait_error,
                     [weak = weak_from_this()](const boost::system::error_code& failure) {
                       const std::shared_ptr<Client> self = weak.lock();
                       if (self != nullptr && !failure) self->leave();
                     });
}

void Client::leave() {
  gone_ = true;
  if (const std::function<void()> tell = std::exchange(on_gone_, nullptr)) tell();
}

Awaitable<ClientRead> Client::read_more(std::string& in, TimePoint deadline) {
  if (ahead_size_ == 0 && ended_ == ClientRead::data) {
    deadline_.set(deadline);
    start_read();
    co_await arrived_.wait();
    deadline_.clear();
  }
  if (ahead_size_ != 0) {
    in.append(ahead_->data(), ahead_size_);
    ahead_size_ = 0;
    co_return ClientRead::data;
  }
  co_return ended_ == ClientRead::data ? ClientRead::timeout : ended_;
}

void Client::watch(std::function<void()> on_gone) {
  on_gone_ = std::move(on_gone);
  if (ended_ == ClientRead::end) return after_fin();
  start_read();
}

Awaitable<bool> Client::write(std::string_view bytes) {
  const std::array<std::string_view, 1> pieces{bytes};
  co_return co_await write(pieces);
}

Awaitable<bool> Client::write(std::span<const std::string_view> pieces) {
  std::array<iovec, 8> vectors{};
  std::size_t count = 0;
  for (const std::string_view piece : pieces) {
    if (piece.empty()) continue;
    vectors[count++] = {const_cast<char*>(piece.data()), piece.size()};  // sendmsg only reads
  }
  std::size_t first = 0;
  while (first < count) {
    if (gone_) co_return false;
    msghdr message{};
    message.msg_iov = &vectors[first];
    message.msg_iovlen = count - first;
    const ssize_t sent = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      writing_ = true;
      deadline_.set_in(aborted_ ? kLastWords : kNoProgress);
      const auto [failure] = co_await socket_.async_wait(Socket::wait_write, kAwaitTuple);
      deadline_.clear();
      writing_ = false;
      if (failure) {
        leave();
        co_return false;
      }
      continue;
    }
    if (sent < 0) {
      leave();
      co_return false;
    }
    auto left = static_cast<std::size_t>(sent);
    while (first < count && left >= vectors[first].iov_len) left -= vectors[first++].iov_len;
    if (left > 0) {
      vectors[first].iov_base = static_cast<char*>(vectors[first].iov_base) + left;
      vectors[first].iov_len -= left;
    }
  }
  co_return true;
}

void Client::shut_down_sending() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Client::reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

void Client::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace arouter::daemon
