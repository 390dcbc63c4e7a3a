// One client of the mock: reads requests, one after the other, and writes their answers, at the
// pace that latency and chunk delay set. Never blocks.
//
// Threads: the server's one. Time comes from outside.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/mock/provider.hpp"
#include "shared/http/chunked.hpp"
#include "shared/http/head.hpp"

namespace arouter::mock {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// What the connections of a server share, so that an idle one costs little.
struct Workbench {
  explicit Workbench(MockOptions options) : provider(std::move(options)) {}

  Provider provider;
  RequestHead head;
  std::array<char, 64 * 1024> bytes;
  std::size_t buffered = 0;  // of requests that are still coming, over all connections
  TimePoint now{};
  std::int64_t now_s = 0;  // Unix seconds
};

class Connection {
 public:
  /// Takes over `socket`, which is connected and non-blocking.
  Connection(int socket, Workbench& bench);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void on_readable();
  void on_writable();
  /// Its time has come: due() has passed.
  void on_due();
  /// Ends it when it has made no progress for too long.
  void check_deadline();
  void on_hangup() { over_ = true; }

  int socket() const { return socket_; }
  bool is_over() const { return over_; }
  bool wants_reading() const;
  bool wants_writing() const { return sent_ < out_.size(); }
  /// When the next bytes may go out; nothing when no clock is waited for.
  std::optional<TimePoint> due() const { return due_; }

 private:
  enum class Ending : std::uint8_t { none, after_answer, lingering };

  void advance();
  bool compose();
  bool begin_reply();
  bool write_event();
  bool take_request();
  bool take_chunked(const RequestHead& head);
  bool await_body(const RequestHead& head);
  void answer(const RequestHead& head, std::string_view body, std::size_t size);
  void refuse(const Error& error);
  void flush();
  void end_when_done();
  void note_buffered();
  void extend_deadline(std::chrono::seconds patience) { deadline_ = bench_.now + patience; }

  int socket_;
  Workbench& bench_;
  std::string in_;                        // received, not yet answered
  std::unique_ptr<ChunkedDecoder> body_;  // of a request that comes in chunks
  std::string chunked_body_;
  std::size_t missing_ = 0;              // bytes until the request in in_ is whole, as far as known
  std::size_t noted_ = 0;                // our share of bench_.buffered
  std::optional<Reply> held_;            // not begun; due_ may hold it back
  std::unique_ptr<EventStream> stream_;  // begun, not ended
  bool stream_chunked_ = true;
  bool closes_ = false;  // the answer under way is the connection's last
  std::string out_;
  std::size_t sent_ = 0;  // of out_
  bool blocked_ = false;  // the client takes no more bytes for now
  std::optional<TimePoint> due_;
  TimePoint paced_at_{};  // when the last event was due
  TimePoint deadline_{};
  Ending ending_ = Ending::none;
  bool continue_sent_ = false;
  bool input_ended_ = false;
  bool over_ = false;
};

}  // namespace arouter::mock
