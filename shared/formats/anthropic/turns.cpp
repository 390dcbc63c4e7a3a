#include "shared/formats/anthropic/turns.hpp"

#include <algorithm>

#include "shared/formats/anthropic/content.hpp"

namespace arouter::anthropic {

namespace {

using chat::Message;
using chat::Part;
using chat::Role;
using chat::Text;
using chat::Thinking;
using chat::ToolCall;

bool is_instruction(const Message& message) {
  return message.role == Role::system || message.role == Role::developer;
}

/// Parts messages into turns. Holds those that it has made.
class TurnMaker {
 public:
  explicit TurnMaker(chat::Losses& losses) : losses_(losses) {}

  void take(const Message& message) {
    if (!message.name.empty()) losses_.add("messages.name");
    for (const Part& part : message.parts) {
      if (const auto* result = std::get_if<chat::ToolResult>(&part)) {
        turn(true).results.push_back(result);
      } else if (takes(message.role, part)) {
        turn(message.role != Role::assistant).words.push_back(&part);
      }
    }
  }

  std::vector<Turn> finish() { return std::move(turns_); }

 private:
  /// The last turn when it is that side's, else a new one.
  Turn& turn(bool is_user) {
    if (turns_.empty() || turns_.back().is_user != is_user) turns_.push_back({.is_user = is_user});
    return turns_.back();
  }

  bool takes(Role role, const Part& part) {
    if (const auto* text = std::get_if<Text>(&part)) {
      note_signature(text->signature);
      return !is_blank(text->text);
    }
    if (const auto* refusal = std::get_if<chat::Refusal>(&part)) return !is_blank(refusal->text);
    if (const auto* media = std::get_if<chat::Media>(&part)) return takes_seen(role, *media);
    if (const auto* call = std::get_if<ToolCall>(&part)) {
      note_signature(call->signature);
      return role == Role::assistant;
    }
    const auto& thinking = std::get<Thinking>(part);
    const bool is_own = thinking.signature.format == kFormat && !thinking.signature.bytes.empty();
    if (!is_own) losses_.add("messages.thinking");
    return is_own && role == Role::assistant;
  }

  /// Texts and calls are signed by others alone.
  void note_signature(const chat::Signature& signature) {
    if (!signature.bytes.empty()) losses_.add("messages.thinking");
  }

  bool takes_seen(Role role, const chat::Media& media) {
    if (role != Role::assistant && takes_media(media)) return true;
    std::string unwritten;
    JsonWriter nowhere(unwritten);
    if (role == Role::assistant) {
      losses_.add("messages.assistant.media");
    } else {
      write_media(nowhere, media, losses_);  // notes what it is that is lost
    }
    return false;
  }

  chat::Losses& losses_;
  std::vector<Turn> turns_;
};

const Part& opening_line() {
  static const Part line = Text{.text = "The conversation begins here."};
  return line;
}

void write_part(JsonWriter& writer, const Part& part, chat::Losses& losses) {
  if (const auto* text = std::get_if<Text>(&part)) {
    write_text(writer, text->text, text->cache_control);
  } else if (const auto* refusal = std::get_if<chat::Refusal>(&part)) {
    write_text(writer, refusal->text);
  } else if (const auto* media = std::get_if<chat::Media>(&part)) {
    write_media(writer, *media, losses);
  } else if (const auto* call = std::get_if<ToolCall>(&part)) {
    write_tool_use(writer, *call, encode_call_id(call->id));
  } else if (const auto* thinking = std::get_if<Thinking>(&part)) {
    write_thinking(writer, *thinking);
  }
}

/// The one text that a turn is, when it needs no block: shorter, and the same to the API.
const std::string* lone_text(const Turn& turn) {
  if (!turn.results.empty() || turn.words.size() != 1) return nullptr;
  const auto* text = std::get_if<Text>(turn.words[0]);
  return text != nullptr && text->cache_control.empty() ? &text->text : nullptr;
}

/// An answer to be continued must not end in blanks.
std::string_view trimmed_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

void write_turn(JsonWriter& writer, const Turn& turn, bool is_last, chat::Losses& losses) {
  writer.begin_object().string("role", turn.is_user ? "user" : "assistant");
  const bool trims = is_last && !turn.is_user;
  if (const std::string* text = lone_text(turn)) {
    writer.string("content", trims ? trimmed_end(*text) : std::string_view(*text));
    writer.end_object();
    return;
  }
  writer.begin_array("content");
  for (const chat::ToolResult* result : turn.results) write_tool_result(writer, *result, losses);
  for (const Part* part : turn.words) {
    const auto* text = trims && part == turn.words.back() ? std::get_if<Text>(part) : nullptr;
    if (text != nullptr) {
      write_text(writer, trimmed_end(text->text), text->cache_control);
    } else {
      write_part(writer, *part, losses);
    }
  }
  writer.end_array().end_object();
}

}  // namespace

bool Conversation::continues_unthought() const {
  if (turns.size() < 2 || turns.back().results.empty()) return false;
  const std::vector<const Part*>& words = turns[turns.size() - 2].words;
  return !words.empty() && !std::holds_alternative<Thinking>(*words.front());
}

std::vector<std::string> Conversation::called_tools() const {
  std::vector<std::string> names;
  for (const Turn& turn : turns) {
    for (const Part* part : turn.words) {
      const auto* call = std::get_if<ToolCall>(part);
      if (call == nullptr) continue;
      if (std::find(names.begin(), names.end(), call->name) == names.end()) {
        names.push_back(call->name);
      }
    }
  }
  return names;
}

Conversation plan_turns(const chat::Request& request, chat::Losses& losses) {
  const std::vector<Message>& messages = request.messages;
  auto first = std::find_if_not(messages.begin(), messages.end(), is_instruction);
  if (first == messages.end()) first = messages.begin();  // nobody else speaks: the user's words
  Conversation conversation;
  for (auto message = messages.begin(); message != first; ++message) {
    for (const Part& part : message->parts) {
      const auto* text = std::get_if<Text>(&part);
      if (text == nullptr) losses.add("messages.system.media");
      if (text != nullptr && !is_blank(text->text)) conversation.system.push_back(text);
    }
  }
  TurnMaker maker(losses);
  for (auto message = first; message != messages.end(); ++message) {
    if (is_instruction(*message)) losses.add("messages.system");
    maker.take(*message);
  }
  conversation.turns = maker.finish();
  std::vector<Turn>& turns = conversation.turns;
  if (turns.empty() || !turns.front().is_user) {
    turns.insert(turns.begin(), Turn{.is_user = true, .words = {&opening_line()}});
  }
  return conversation;
}

void write_turns(JsonWriter& writer, const Conversation& conversation, chat::Losses& losses) {
  writer.begin_array();
  for (const Turn& turn : conversation.turns) {
    write_turn(writer, turn, &turn == &conversation.turns.back(), losses);
  }
  writer.end_array();
}

}  // namespace arouter::anthropic
