// The provider behind the mock's sockets: a request in, its answer out. Keys, models, planned
// failures; what a request means and how an answer is spelled is the formats' business.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/mock/answer.hpp"
#include "cli/mock/event_stream.hpp"
#include "cli/mock/mock.hpp"
#include "cli/mock/prompt_cache.hpp"
#include "cli/mock/routes.hpp"
#include "shared/http/head.hpp"

namespace arouter::mock {

/// What goes back to a client.
struct Reply {
  std::string bytes;                    // a whole answer; of a stream, its head
  std::unique_ptr<EventStream> stream;  // the events that follow; null when none do
  bool chunked = true;                  // the stream's coding; else it ends with the connection
  bool close = false;                   // the connection ends behind it
  bool delayed = false;                 // a model call: `latency` comes first
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
  /// A request with what was found out about it.
  struct Visit {
    const RequestHead& head;
    std::string_view body;
    std::int64_t now_s;
    Route route;
  };

  Reply answer_model_call(const Visit& visit);
  Reply answer_question(const Visit& visit, const Call& call);
  Reply answer_embedding(const Visit& visit, const Call& call);
  Reply answer_stream(const Visit& visit, Answer answer, const Stamp& stamp);
  Reply answer_model(const Visit& visit);
  Reply answer_error(const Visit& visit, const Error& error, std::string_view fields = {});
  Reply answer_json(const Visit& visit, int status, std::string_view request_id,
                    std::string_view body, std::string_view fields = {});
  bool serves(std::string_view model) const;
  int planned_failure();
  std::string next_id();

  MockOptions options_;
  PromptCache cache_;
  std::int64_t created_ = 0;  // of the models
  std::uint64_t draws_;       // state of fail_rate's draws
  std::uint64_t ids_;         // differs from run to run, so that ids do too
};

}  // namespace arouter::mock
