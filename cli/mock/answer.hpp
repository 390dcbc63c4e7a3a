// What is answered, before any format spells it: blocks of thought, text and tool calls.
//
// Pure: equal questions have equal answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mock/question.hpp"

namespace arouter::mock {

enum class BlockKind : std::uint8_t { reasoning, text, call };

struct Block {
  BlockKind kind = BlockKind::text;
  std::string text;   // of a call: its arguments
  std::string name;   // of the tool
  bool whole = true;  // max_tokens left it uncut
};

enum class Finish : std::uint8_t { stop, stop_sequence, length, tool_calls };

struct Choice {
  std::vector<Block> blocks;  // reasoning, then a text or calls; any may be missing
  std::int64_t tokens = 0;    // reasoning included
  std::int64_t reasoning_tokens = 0;
  Finish finish = Finish::stop;
  std::string stop;  // the stop sequence met
};

/// A whole answer.
struct Answer {
  std::string model;
  std::int64_t prompt_tokens = 0;
  std::int64_t cached_tokens = 0;      // of the prompt
  std::int64_t completion_tokens = 0;  // of all choices, reasoning included
  std::int64_t reasoning_tokens = 0;
  bool include_usage = false;
  Reasoning reasoning;
  std::vector<EchoedMember> echo;
  std::vector<Choice> choices;  // at least one
};

/// What differs between two answers to the same question.
struct Stamp {
  std::string id;            // 16 hexadecimal digits; each format puts its prefix before it
  std::int64_t created = 0;  // Unix seconds
};

/// Answers with `tokens` words, or fewer where the question asks for it, unless tools, a schema,
/// images or a tool's result say what the answer is.
Answer make_answer(const Question& question, std::int64_t tokens);

/// The id of the `block`th block of a choice; unique as long as the answer's id is.
std::string block_id(std::string_view prefix, const Stamp& stamp, std::size_t choice,
                     std::size_t block);

/// JSON text of a call's arguments; "{}" when the call was cut, which leaves no JSON.
std::string_view arguments_of(const Block& call);

}  // namespace arouter::mock
