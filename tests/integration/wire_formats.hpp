// The four formats, as short bytes that mean the same: what a client asks, what a provider answers,
// and how each is told of an error. For tests that go through every pair of client and provider.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/world.hpp"

namespace arouter::test {

inline constexpr std::array<std::string_view, 4> kFormats{"openai", "anthropic", "gemini",
                                                          "responses"};

// What every answer below reports, and what it costs at the price of a WireWorld's models.
inline constexpr std::string_view kInput = "20", kCached = "8", kOutput = "7", kReasoning = "3";
inline constexpr std::string_view kPicoUsd = "74000000";

/// How a client asks "hi" of a model.
struct Ask {
  std::string_view format;
  std::string model;
  bool stream = false;
  std::string more{};     // members of the body, each with a leading comma
  bool as_array = false;  // Gemini without alt=sse
};
/// A member of the body: who is to be asked first.
std::string order_of(const std::vector<std::string>& providers);
std::string ask_path(const Ask& ask);
std::string ask_body(const Ask& ask);

/// What a provider streams, piece by piece, each whole events; a piece may be "".
struct StreamWire {
  std::string opening;  // before any text
  std::string delta;    // the text "half"
  std::string closing;  // the finish reason, and usage where it stands before the mark
  std::string mark;     // the end mark; "" for Gemini, whose streams end with the body
  std::string whole() const { return opening + delta + closing + mark; }
};
StreamWire stream_wire(std::string_view format);
/// A whole answer, "half".
std::string reply_wire(std::string_view format);
/// An error as an event, and as the body of an answer. `message` needs no escapes.
std::string error_event_wire(std::string_view format, std::string_view message);
std::string error_wire(std::string_view format, int status, std::string_view message);

/// The text that a client reads in an answer or stream of its format.
std::string text_of(std::string_view format, const RawResponse& answer);
/// Whether a stream has what the format's clients take for its good end.
bool has_success_mark(std::string_view format, std::string_view body);

/// What a client is told: of an answer's body, or in the last event of a stream.
struct Told {
  std::string code;  // error.code, or what the format has in its place; "" when nothing was told
  std::string message;
};
Told told_by(std::string_view format, const RawResponse& answer);
/// The code that a client of the format sees for the error with that status.
std::string told_code(std::string_view format, std::string_view code, int status);

/// A daemon with a provider of each format, "to-openai" and so on, all of them one script player.
/// Each has the models "m" and "other". `provider_lines`: more lines of each; `server_lines`: of
/// [server].
struct WireWorld : World {
  explicit WireWorld(const std::string& provider_lines = {}, const std::string& tail = {},
                     const std::string& server_lines = {});

  std::string request(const Ask& ask, std::string_view fields = {}) const;
  RawResponse ask(const Ask& ask, std::string_view fields = {}) const;
};
/// "to-gemini/m"
std::string model_of(std::string_view provider_format);

}  // namespace arouter::test
