#include "cli/chat/typed_text.hpp"

namespace arouter {

namespace {

constexpr std::string_view kMark = "\"\"\"";

}  // namespace

std::optional<std::string> TypedText::add(std::string_view line) {
  if (!open_) {
    if (!line.starts_with(kMark)) return std::string(line);
    line.remove_prefix(kMark.size());
    open_ = true;
  } else if (!text_.empty()) {
    text_ += '\n';
  }
  const bool closed = line.ends_with(kMark);
  if (closed) line.remove_suffix(kMark.size());
  text_ += line;
  if (!closed) return std::nullopt;
  std::string whole = std::move(text_);
  drop();
  if (whole.ends_with('\n')) whole.pop_back();
  return whole;
}

void TypedText::drop() {
  text_.clear();
  open_ = false;
}

std::optional<SlashCommand> decode_command(std::string_view text) {
  if (!text.starts_with('/')) return std::nullopt;
  text.remove_prefix(1);
  const std::size_t blank = text.find_first_of(" \t\n");
  SlashCommand command{std::string(text.substr(0, blank)), ""};
  if (blank == std::string_view::npos) return command;
  const std::size_t begin = text.find_first_not_of(" \t\n", blank);
  if (begin == std::string_view::npos) return command;
  const std::size_t last = text.find_last_not_of(" \t\n");
  command.argument = text.substr(begin, last - begin + 1);
  return command;
}

}  // namespace arouter
