// What typed lines mean in a conversation: questions of one or more lines, and commands. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arouter {

/// Lines between two """ are one text. Anything else is a text of its own.
class TypedText {
 public:
  /// The whole text when `line` completes one.
  std::optional<std::string> add(std::string_view line);
  bool is_open() const { return open_; }
  void drop();

 private:
  std::string text_;
  bool open_ = false;
};

struct SlashCommand {
  std::string name;      // "model"
  std::string argument;  // "acme/model-a", "" when there is none
};
/// "/model acme/model-a". Nothing for a text that does not begin with "/"; a blank before it makes
/// it a question.
std::optional<SlashCommand> decode_command(std::string_view text);

}  // namespace arouter
