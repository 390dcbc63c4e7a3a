// One client's connection: bytes in, bytes out, and the news that the client has left.
//
// Reading runs ahead: while a request is being answered the next read is already posted, into a
// buffer of its own. It costs nothing (the read is needed anyway), it takes at most one buffer of a
// pipelined request, and it is how a client that leaves is noticed at once.
//
// A FIN alone does not say that a client has left: it may have closed its sending side only. So a
// FIN during an answer is followed by a probe, an interim response that every client must skip (or
// a blank line inside an event stream); a client that is gone answers it with a reset.
//
// Threads: its loop's.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "daemon/deadlines.hpp"
#include "daemon/loop.hpp"

namespace arouter::daemon {

enum class ClientRead : std::uint8_t { data, end, reset, timeout };

class Client : public std::enable_shared_from_this<Client> {
 public:
  Client(Socket socket, Deadlines& deadlines);

  /// Appends at least one byte to `in`. Anything but `data` is final.
  Awaitable<ClientRead> read_more(std::string& in, TimePoint deadline);

  /// Writes all pieces (at most 8) in one system call where the socket takes them. False: the
  /// client has left, or took nothing for a minute.
  Awaitable<bool> write(std::span<const std::string_view> pieces);
  Awaitable<bool> write(std::string_view bytes);

  /// From now on the client's leaving calls `on_gone`, once. `probe`: what may be written to find
  /// out after a FIN, "" when nothing may.
  void watch(std::function<void()> on_gone);
  void unwatch() { on_gone_ = nullptr; }
  void set_probe(std::string_view probe) { probe_ = probe; }
  bool gone() const { return gone_; }

  void shut_down_sending();
  void reset();  // closes with RST
  void close();
  /// Ends whatever it waits for, as a deadline would.
  void cancel();
  /// The same, and from now on a write that has to wait is given a second.
  void abort();
  bool aborted() const { return aborted_; }

 private:
  void start_read();
  void take_read(const boost::system::error_code& failure, std::size_t size);
  void after_fin();
  void leave();

  static constexpr std::size_t kAhead = 8 * 1024;

  Socket socket_;
  Deadlines::Entry deadline_;
  Signal arrived_;
  std::unique_ptr<std::array<char, kAhead>> ahead_;
  std::size_t ahead_size_ = 0;
  ClientRead ended_ = ClientRead::data;  // how reading ended, once it has
  bool reading_ = false;
  bool writing_ = false;  // a piece is half written
  bool gone_ = false;
  bool aborted_ = false;
  std::string_view probe_;
  std::function<void()> on_gone_;
};

}  // namespace arouter::daemon
