// The provider behind the mock's sockets: a request in, its answer out. Routes, keys, planned
// failures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cli/mock/answers.hpp"
#include "cli/mock/mock.hpp"
#include "shared/http/head.hpp"

namespace arouter::mock {

/// What goes back to a client.
struct Reply {
  std::string bytes;                 // a whole answer; of a stream, its head
  std::optional<ChatStream> stream;  // the events that follow
  bool chunked = true;               // the stream's coding; else it ends with the connection
  bool close = false;                // the connection ends behind it
  bool delayed = false;              // a model call: `latency` comes first
};

/// Threads: one.
class Provider {
 public:
  explicit Provider(MockOptions options);

  /// `now_s`: Unix seconds.
  Reply answer(const RequestHead& head, std::string_view body, std::int64_t now_s);
  /// The last answer on a connection whose bytes make no sense any more.
  Reply refuse(const Error& error);
  const MockOptions& options() const { return options_; }

 private:
  enum class Route : std::uint8_t { unknown, chat, models, model };
  struct Target {
    Route route = Route::unknown;
    std::string_view model;  // percent-encoded
  };
  static Target find_route(std::string_view path);

  Reply answer_chat_call(const RequestHead& head, std::string_view body, std::int64_t now_s);
  Reply answer_model(const RequestHead& head, std::string_view encoded_name);
  Reply answer_error(const RequestHead& head, const Error& error);
  Reply answer_json(const RequestHead& head, int status, std::string_view body,
                    std::string_view fields = {});
  bool accepts_key(const RequestHead& head) const;
  bool serves(std::string_view model) const;
  int planned_failure();
  std::string next_id();

  MockOptions options_;
  std::int64_t created_ = 0;  // of the models
  std::uint64_t draws_;       // state of fail_rate's draws
  std::uint64_t ids_;         // differs from run to run, so that ids do too
};

}  // namespace arouter::mock
