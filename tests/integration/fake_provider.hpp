// A provider that does what a test tells it, byte by byte, and remembers what it was sent.
//
//   FakeProvider provider;
//   Gate half;
//   provider.plays(Script().send(event_stream_head()).send(chunk("data:
//   …\n\n")).wait(half).reset());
//
// Each request takes the next script in line, else the one set by always(). After a script that
// does not end its connection the same connection may bring the next request.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/integration/gate.hpp"
#include "tests/integration/sockets.hpp"

namespace arouter::test {

/// What to do with one request, in order.
class Script {
 public:
  /// Plays as soon as a connection is accepted: no request is read first.
  Script& on_accept();
  /// Plays once the head is read; the body stays unread.
  Script& on_head();

  Script& send(std::string bytes);
  Script& dribble(std::string bytes);    // one byte a write
  Script& flood(std::string bytes);      // again and again, until the daemon closes the connection
  Script& wait(Gate gate);               // until the test opens it
  Script& reach(Gate gate);              // tells the test that the script came this far
  Script& await_client_gone(Gate gate);  // until the daemon closes the connection; then opens
  Script& stall();                       // nothing, until the daemon closes the connection
  Script& close();                       // FIN, with TLS's close message where there is TLS
  Script& close_without_notify();        // FIN alone: under TLS, a cut
  Script& reset();                       // RST

 private:
  friend class FakeProvider;
  enum class Start { body_read, head_read, accepted };
  enum class Act {
    send,
    dribble,
    flood,
    wait,
    reach,
    await_client_gone,
    close,
    close_silently,
    reset
  };
  struct Step {
    Act act;
    std::string bytes;
    Gate gate;
  };
  Script& add(Act act, std::string bytes = {}, Gate gate = {});

  Start start_ = Start::body_read;
  std::vector<Step> steps_;
};

struct RecordedRequest {
  std::string head;  // raw, blank line included
  std::string body;  // raw
  int connection = 0;

  /// The value of the first field of that name, "" when absent.
  std::string field(std::string_view name) const;
};

/// Threads: one that accepts, one per connection; its methods may be called from any.
class FakeProvider {
 public:
  FakeProvider() : FakeProvider(std::nullopt) {}
  explicit FakeProvider(std::optional<TlsIdentity> identity);
  ~FakeProvider();
  FakeProvider(const FakeProvider&) = delete;
  FakeProvider& operator=(const FakeProvider&) = delete;

  std::uint16_t port() const { return port_; }
  /// "http://127.0.0.1:PORT/v1", or https with a TLS identity.
  std::string base_url() const;

  void plays(Script script);   // the next request
  void always(Script script);  // whatever has no script of its own
  /// Whatever has no script of its own plays what `choose` makes of it, one call at a time.
  void answers(std::function<Script(const RecordedRequest&)> choose);

  std::vector<RecordedRequest> requests() const;
  /// Waits until `count` requests have come; fewer when they do not come in time.
  std::vector<RecordedRequest> wait_for_requests(std::size_t count) const;
  /// Connections accepted so far; under TLS, those whose handshake went well.
  int connections() const;

 private:
  void accept_loop();
  void serve(ServerStream& stream, int connection);
  bool serve_one(ServerStream& stream, int connection, std::string& in);
  bool play(const Script& script, ServerStream& stream, std::string& in);
  std::optional<Script> take_script(const RecordedRequest& request);
  std::optional<Script::Start> next_start() const;
  void record(RecordedRequest request);
  void note_gates(const Script& script);

  std::uint16_t port_ = 0;
  Descriptor listener_;
  std::shared_ptr<ssl_ctx_st> tls_;
  mutable std::mutex mutex_;
  mutable std::condition_variable recorded_;
  std::deque<Script> scripts_;
  std::optional<Script> always_;
  std::function<Script(const RecordedRequest&)> choose_;
  std::vector<RecordedRequest> requests_;
  std::vector<Gate> gates_;  // opened at the end, so that no script waits for ever
  std::set<ServerStream*> streams_;
  std::vector<std::thread> threads_;
  int connections_ = 0;
  bool stopping_ = false;
  std::thread acceptor_;
};

// What a provider of the OpenAI format sends.

/// A whole answer with Content-Length. `fields`: further lines, each with its CRLF.
std::string json_answer(int status, std::string_view body, std::string_view fields = {});
/// The head of a chunked event stream.
std::string event_stream_head();
/// `bytes` as one chunk of the chunked coding.
std::string chunk(std::string_view bytes);
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
/// A chat.completion with that content and 9 prompt and 5 completion tokens.
std::string chat_body(std::string_view content);
/// The events of a streamed answer up to and with [DONE]: one per piece, then the finish, then,
/// when `usage` is set, the usage of 9 prompt tokens and one completion token per piece.
std::vector<std::string> chat_events(const std::vector<std::string>& pieces, bool usage = true);
/// A script that streams chat_events(), each event in a chunk of its own.
Script streamed_chat(const std::vector<std::string>& pieces, bool usage = true);

}  // namespace arouter::test
