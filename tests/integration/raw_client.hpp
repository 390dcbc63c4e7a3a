// An HTTP client that hides nothing: raw bytes out, raw and decoded bytes in, and how it ended.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "shared/http/chunked.hpp"
#include "shared/http/head.hpp"
#include "tests/integration/gate.hpp"
#include "tests/integration/sockets.hpp"

namespace arouter::test {

struct RawResponse {
  int status = 0;         // 0: no head came; -1: it was not HTTP
  std::string head;       // raw, blank line included
  std::string body;       // decoded
  bool complete = false;  // the body came to its end by its own framing
  BodyFraming framing = BodyFraming::none;

  /// The value of the first field of that name, "" when absent.
  std::string field(std::string_view name) const;
};

/// One connection. Every wait ends within kPatience. Threads: one.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(connect_to_loopback(port)) {}

  /// False when the other side is gone.
  bool send(std::string_view bytes) { return write_all(socket_.get(), bytes); }
  /// A write per piece; each leaves as a segment of its own.
  bool send_pieces(const std::vector<std::string>& pieces);
  void half_close();
  void reset();

  /// The next response, an interim one included. `to_head`: no body follows whatever the head says.
  RawResponse read_response(bool to_head = false);

  /// The same in steps: the head, then the body as far as `text`, then the rest.
  const RawResponse& read_head(bool to_head = false);
  bool read_body_until(std::string_view text);
  const RawResponse& read_rest();

  /// Reads to the end of the connection: fin, reset, or timeout when it stays open. What came in
  /// between is in leftover().
  ReadEnd read_ending();
  const std::string& leftover() const { return in_; }

 private:
  bool read_more();
  void take_body();

  Descriptor socket_;
  std::string in_;  // received, not yet taken
  RawResponse response_;
  std::uint64_t left_ = 0;  // of a body with a length
  std::unique_ptr<ChunkedDecoder> decoder_;
  ReadEnd ended_ = ReadEnd::data;
};

/// A request with Host, Content-Type, Content-Length and a bearer key (none when it is empty).
std::string post(std::uint16_t port, std::string_view path, std::string_view key,
                 std::string_view body, std::string_view fields = {});
std::string get(std::uint16_t port, std::string_view path, std::string_view key,
                std::string_view fields = {});
/// One request on a connection of its own.
RawResponse call(std::uint16_t port, std::string_view request);

}  // namespace arouter::test
