#include "cli/mock/answer.hpp"

#include <algorithm>
#include <limits>

#include "cli/mock/words.hpp"

namespace arouter::mock {

namespace {

constexpr std::int64_t kReasoningTokens = 8;
constexpr std::uint64_t kReasoningSalt = 0x7468696e6b;

std::string count_of(std::int64_t count, std::string_view thing) {
  return std::to_string(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string tell_sight(const Question& question) {
  std::string text = "I see ";
  if (question.images > 0) text += count_of(question.images, "image");
  if (question.images > 0 && question.files > 0) text += " and ";
  if (question.files > 0) text += count_of(question.files, "file");
  return text + ".";
}

/// Builds one choice, block by block, under the question's limit.
class ChoiceMaker {
 public:
  explicit ChoiceMaker(const Question& question)
      : question_(question),
        left_(question.max_tokens.value_or(std::numeric_limits<std::int64_t>::max())) {}

  Choice make(std::int64_t tokens, std::uint64_t index) {
    if (question_.reasoning.wanted) {
      add(BlockKind::reasoning, make_text(question_.hash ^ kReasoningSalt, kReasoningTokens));
      choice_.reasoning_tokens = choice_.tokens;
    }
    for (const ToolCall& call : question_.calls) add(BlockKind::call, call.arguments, call.name);
    if (question_.calls.empty()) add(BlockKind::text, text(tokens, index));
    choice_.finish = !question_.calls.empty() ? Finish::tool_calls : Finish::stop;
    // A cap that is just reached counts as the reason: a real model could not know better either.
    if (left_ == 0) choice_.finish = Finish::length;
    if (!choice_.blocks.empty() && choice_.blocks.back().kind == BlockKind::text) cut_at_stop();
    return std::move(choice_);
  }

 private:
  std::string text(std::int64_t tokens, std::uint64_t index) const {
    if (question_.content) return *question_.content;
    if (question_.reported) return "The tool says: " + *question_.reported;
    if (question_.images + question_.files > 0) return tell_sight(question_);
    return make_text(question_.hash + index, std::min(tokens, left_));
  }

  void add(BlockKind kind, std::string text, const std::string& name = {}) {
    if (left_ == 0) return;
    Block& block = choice_.blocks.emplace_back();
    block.kind = kind;
    block.text = std::move(text);
    block.name = name;
    std::int64_t pieces = count_pieces(block.text);
    if (pieces > left_) {
      block.text.resize(first_pieces(block.text, left_).size());
      block.whole = false;
      pieces = left_;
    }
    left_ -= pieces;
    choice_.tokens += pieces;
  }

  /// Ends the text in front of the first stop sequence in it.
  void cut_at_stop() {
    std::string& text = choice_.blocks.back().text;
    std::size_t first = std::string::npos;
    for (const std::string& stop : question_.stops) {
      const std::size_t at = text.find(stop);
      if (at >= first) continue;
      first = at;
      choice_.stop = stop;
    }
    if (first == std::string::npos) return;
    choice_.tokens -= count_pieces(text);
    text.resize(first);
    choice_.tokens += count_pieces(text);
    choice_.finish = Finish::stop_sequence;
  }

  const Question& question_;
  std::int64_t left_;
  Choice choice_;
};

}  // namespace

Answer make_answer(const Question& question, std::int64_t tokens) {
  Answer answer;
  answer.model = question.model;
  answer.prompt_tokens = question.prompt_tokens;
  answer.include_usage = question.include_usage;
  answer.reasoning = question.reasoning;
  answer.echo = question.echo;
  answer.choices.reserve(static_cast<std::size_t>(question.choices));
  for (std::int64_t i = 0; i < question.choices; ++i) {
    answer.choices.push_back(ChoiceMaker(question).make(tokens, static_cast<std::uint64_t>(i)));
    answer.completion_tokens += answer.choices.back().tokens;
    answer.reasoning_tokens += answer.choices.back().reasoning_tokens;
  }
  return answer;
}

std::string block_id(std::string_view prefix, const Stamp& stamp, std::size_t choice,
                     std::size_t block) {
  std::string id = std::string(prefix) + stamp.id + std::to_string(choice);
  if (block > 0) id += "_" + std::to_string(block);
  return id;
}

std::string_view arguments_of(const Block& call) {
  return call.whole ? std::string_view(call.text) : "{}";
}

}  // namespace arouter::mock
