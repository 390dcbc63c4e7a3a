// A conversation as the API takes it: turns of user and assistant, one after the other.
#pragma once

#include <string>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/request.hpp"
#include "shared/json_writer.hpp"

namespace arouter::anthropic {

/// One message to be. The parts belong to the request.
struct Turn {
  bool is_user = true;
  std::vector<const chat::ToolResult*> results{};  // before everything else, or they are refused
  std::vector<const chat::Part*> words{};
};

/// A request's messages, parted into instructions and turns.
struct Conversation {
  std::vector<const chat::Text*> system{};
  std::vector<Turn> turns{};

  /// Whether the last turn answers tools that were called in a turn which did not begin with a
  /// thought: the API refuses to think by budget then.
  bool continues_unthought() const;
  /// Names of tools that were called, each once.
  std::vector<std::string> called_tools() const;
};

/// What the API cannot take is left out, and noted in `losses`. A conversation without a word of
/// the user begins with one: its instructions, or where there are none, a line that says so.
Conversation plan_turns(const chat::Request& request, chat::Losses& losses);

void write_turns(JsonWriter& writer, const Conversation& conversation, chat::Losses& losses);

}  // namespace arouter::anthropic
