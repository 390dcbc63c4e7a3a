// Conversations and answers that nobody thought of: legal, with every field set now and then.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "shared/chat/reply.hpp"
#include "shared/chat/request.hpp"

namespace arouter::golden {

/// The same seed makes the same things. No two texts, ids or names that it makes are equal, texts
/// hold no empty line, and no value is the default of the APIs.
class ChatMaker {
 public:
  explicit ChatMaker(std::uint32_t seed) : random_(seed) {}

  chat::Request request();
  chat::Reply reply();
  /// A stream that is legal by reply.hpp, from start to end.
  std::vector<chat::Event> events();

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool coin(std::size_t of = 2) { return below(of) == 0; }
  template <class T, std::size_t Count>
  T one_of(const std::array<T, Count>& values) {
    return values[below(Count)];
  }

  std::string word(const char* stem);
  std::string words();
  std::string cache_control();
  std::string arguments();
  chat::Signature signature();
  chat::Text text();
  chat::Media media(bool is_answer);
  chat::ToolCall call();
  chat::Thinking thinking();
  chat::ToolResult result(const chat::ToolCall& call);
  std::vector<chat::Part> answer_parts();
  chat::Message instructions(chat::Role role);
  chat::Message user();
  chat::Message results_of(const chat::Message& assistant);
  void converse(chat::Request& request);
  void set_tools(chat::Request& request);
  void set_output(chat::Request& request);
  void set_reasoning(chat::Request& request);
  void set_sampling(chat::Request& request);
  void set_account(chat::Request& request);
  Usage usage();
  chat::FinishReason finish(const std::vector<chat::Part>& parts);
  void append_part(std::vector<chat::Event>& events, const chat::Part& part, std::int64_t choice,
                   std::int64_t index);
  void append_pieces(std::vector<chat::Event>& events, const std::string& text, chat::Event event);

  std::mt19937 random_;
  std::size_t count_ = 0;  // of things made
};

/// What the events of a stream amount to.
chat::Reply assemble(const std::vector<chat::Event>& events);

}  // namespace arouter::golden
