// What is learnt of bytes that pass unchanged: enough to route, to account and to know the end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/json_scan.hpp"
#include "shared/sse.hpp"
#include "shared/usage.hpp"

namespace arouter {

/// Where a request says how it is to be routed, in every format: fields that are arouter's own and
/// do not travel, each with its key's place.
struct RoutingFields {
  JsonMember provider{}, models{}, route{}, plugins{}, session_id{};
  bool any() const {
    return provider.value.is_set() || models.value.is_set() || route.value.is_set() ||
           plugins.value.is_set();
  }
};

/// Of a request.
struct Peek {
  std::string model{};  // as the client named it, never empty where the body names it
  std::string user{};
  bool stream = false;
  bool include_usage = false;   // OpenAI: the client asked for the usage chunk of a stream
  std::int64_t max_tokens = 0;  // of the answer; 0: not said
  bool count_only = false;      // tokens are to be counted: no answer, so no max_tokens
  JsonValue model_value{};      // absent when the path names the model, or only `models`
  std::vector<JsonValue> inner_models{};  // Gemini: of each request of a batch
  RoutingFields routing{};
  // What tells one conversation from another.
  JsonValue cache_key{};  // prompt_cache_key
  JsonValue system{};     // where instructions stand apart from the messages
  JsonValue messages{};   // a list; of Responses also one text
  JsonValue tools{};
  JsonValue stream_options{};  // OpenAI
  JsonValue include_usage_value{};
  std::size_t last_brace = 0;  // offset of the body's closing brace
};

/// Of a whole answer, or of one event of a stream.
struct ReplyFacts {
  std::string id{};              // the provider's own; "" when it stands elsewhere
  std::string finish_reason{};   // of the first choice, as the format spells it; "" when none yet
  bool finished = false;         // any choice has one
  std::optional<Usage> usage{};  // what is known up to here, when the counts can be read
  JsonValue usage_value{};       // where the usage object lies in the text
  bool has_answer = false;       // it is a part of an answer, not only usage or a keep-alive
  bool is_error = false;
  bool is_end = false;  // it is the format's end mark
  // Responses: where there is one; and of an error, that clients wait for a response.failed behind.
  std::optional<std::int64_t> sequence_number{};
  bool awaits_failed_event = false;
  // Of text, thoughts, refusals and tool calls of all choices; 0 beside a usage that was reported.
  std::size_t content_bytes = 0;
};

/// Reads a stream that passes, one per answer: usage may be spread over its events.
class StreamReader {
 public:
  virtual ~StreamReader() = default;
  /// `block` has data. Errors: upstream_malformed.
  virtual Result<ReplyFacts> read(const SseBlock& block) = 0;
  /// Whether the body's end ends the stream well (Gemini has no end mark): after a finish reason.
  virtual bool ends_with_body() const { return false; }
};

}  // namespace arouter
