// HTTP to the daemon (or to any server of the OpenAI format): one blocking request at a time, which
// Ctrl-C ends.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace httplib {
struct Request;
}

namespace arouter {

/// Fields of an answer's head that the commands read; "" when absent.
struct AnswerHead {
  int status = 0;
  std::string content_type;
  std::string provider;       // X-ARouter-Provider
  std::string model;          // X-ARouter-Model
  std::string generation_id;  // X-Generation-Id
  std::string request_id;     // X-Request-Id
};

/// What of TLS and the way differs from the system's; "" and 0 where nothing does.
struct Reach {
  std::string ca_file{}, cert_file{}, key_file{};  // PEM
  std::string proxy_host{};
  std::uint16_t proxy_port = 0;
};

class Client {
 public:
  /// `base_url`: http or https, without the "/v1" that paths begin with. `key`: "" sends none.
  Client(std::string base_url, Secret key) : base_url_(std::move(base_url)), key_(std::move(key)) {}

  /// The same client with a field more in the head of every request.
  Client with_field(std::string name, Secret value) const;
  Client with_reach(Reach reach) const;

  /// The body of a 2xx answer of at most 32 MiB; `body` is sent as JSON unless it is "". Errors:
  /// upstream_unreachable, upstream_timeout, upstream_truncated; for any other status the server's
  /// own words, as answer_error() reads them. Ctrl-C makes an error of any kind: ask
  /// Interrupt::happened() first.
  Result<std::string> call(std::string_view method, std::string_view path, std::string body) const;
  Result<std::string> get(std::string_view path) const { return call("GET", path, {}); }

  /// POST: sends `body` as JSON and hands over the pieces of a 2xx answer as they come, until
  /// `piece` returns false (then the connection is closed, and that is no error). Errors as for
  /// call().
  using Piece = std::function<bool(std::string_view)>;
  Result<AnswerHead> post(std::string_view path, std::string body, const Piece& piece) const;

  const std::string& base_url() const { return base_url_; }

 private:
  struct Exchange;
  Result<AnswerHead> send(Exchange& exchange) const;
  httplib::Request request_of(Exchange& exchange, const std::string& base_path) const;

  std::string base_url_;
  Secret key_;
  std::vector<std::pair<std::string, Secret>> fields_{};
  Reach reach_{};
};

/// What a refusal says: message and code of its OpenAI error object, else a short form of the body;
/// `detail` holds the request id. Pure.
Error answer_error(const AnswerHead& head, std::string_view body);

/// "…/v1/" and "…/" become "…": what people put into a base URL variable.
std::string without_version(std::string_view base_url);

}  // namespace arouter
