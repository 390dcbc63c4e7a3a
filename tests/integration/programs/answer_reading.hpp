// An answer as a client of its format reads it, whole or from its events, and the next request that
// a program makes of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace arouter::test {

using OrderedJson = nlohmann::ordered_json;

struct ReadCall {
  std::string id;  // "" where the format has none
  std::string name;
  std::string arguments;  // JSON text
};

struct ReadAnswer {
  std::string text{};
  std::string thought{};
  std::vector<ReadCall> calls{};
  bool has_usage = false;
  /// What goes back as the model's turn: the message of chat and Messages, Gemini's content, the
  /// items of Responses.
  OrderedJson turn{};
  std::vector<std::string> faults{};  // what is missing or of the wrong type; none is good
};

ReadAnswer read_whole(std::string_view format, std::string_view body);
/// Of bytes that keep the rules of stream_rules.hpp.
ReadAnswer read_events(std::string_view format, std::string_view bytes);

/// The body with the model's turn and the results of its calls behind it. `result`: what a result
/// looks like in the program, with "$id" and "$name" for the call's.
OrderedJson with_results(std::string_view format, OrderedJson body, const ReadAnswer& answer,
                         const OrderedJson& result);

}  // namespace arouter::test
