// What the mock says, as values and as bytes of the OpenAI format: plain, streamed, lists, errors.
//
// Source: OpenAI API reference, "Chat", "Chat streaming", "Models".
// Pure: equal requests with equal stamps give equal bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/mock/chat_request.hpp"
#include "shared/error.hpp"

namespace arouter::mock {

/// What differs between two answers to the same question.
struct AnswerStamp {
  std::string id;            // "chatcmpl-…"
  std::int64_t created = 0;  // Unix seconds
};

struct ChatChoice {
  std::string text;  // the content, or the arguments of the tool call
  std::int64_t tokens = 0;
  std::string_view finish_reason;
};

/// A whole answer, before it is spelled.
struct ChatReply {
  std::string model;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;  // of all choices
  bool include_usage = false;
  std::string tool;  // the tool that is called, "" when the text is content
  std::vector<ChatChoice> choices;
};

/// Answers with `tokens` words, or fewer where the request asks for it.
ChatReply answer_chat(const ChatRequest& request, std::int64_t tokens);

/// The body of a plain answer.
std::string encode_chat(const ChatReply& reply, const AnswerStamp& stamp);

/// A streamed answer, event by event, so that only the reply itself is kept.
class ChatStream {
 public:
  ChatStream(ChatReply reply, const AnswerStamp& stamp);
  /// The next event with its blank line, valid until the next call. Not behind the last one.
  std::string_view next();
  /// [DONE] was the last event.
  bool ended() const { return part_ == Part::ended; }

 private:
  enum class Part : std::uint8_t { role, text, finish, usage, done, ended };
  void begin_chunk();
  void end_chunk(std::string_view finish_reason);
  void write_role();
  void write_text();
  void write_finish();
  void write_usage();
  bool turn_to_unfinished();

  ChatReply reply_;
  std::string prefix_;  // of each event, up to the choices
  std::string event_;
  std::vector<std::size_t> sent_;  // bytes of each choice's text
  Part part_ = Part::role;
  std::size_t choice_ = 0;
};

std::string encode_models(std::span<const std::string> models, std::int64_t created);
std::string encode_model(std::string_view model, std::int64_t created);
std::string encode_error(const Error& error);

}  // namespace arouter::mock
