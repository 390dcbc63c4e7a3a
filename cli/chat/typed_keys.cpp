#include "cli/chat/typed_keys.hpp"

namespace arouter {

namespace {

constexpr std::string_view kPasteBegins = "\x1b[200~";
constexpr std::string_view kPasteEnds = "\x1b[201~";

}  // namespace

std::optional<char> TypedKeys::next() {
  for (;;) {
    const std::string_view mark = in_paste_ ? kPasteEnds : kPasteBegins;
    if (pending_.empty()) return std::nullopt;
    if (pending_.starts_with(mark)) {
      pending_.erase(0, mark.size());
      in_paste_ = !in_paste_;
      after_cr_ = false;
      continue;
    }
    if (mark.starts_with(pending_)) return std::nullopt;
    if (const auto key = take()) return key;
  }
}

std::optional<char> TypedKeys::next_now() {
  while (!pending_.empty()) {
    if (const auto key = take()) return key;
  }
  return std::nullopt;
}

void TypedKeys::clear() {
  pending_.clear();
  in_paste_ = false;
  after_cr_ = false;
}

/// The first byte, nothing when it is dropped.
std::optional<char> TypedKeys::take() {
  const char byte = pending_.front();
  pending_.erase(0, 1);
  return in_paste_ ? pasted(byte) : byte;
}

std::optional<char> TypedKeys::pasted(char byte) {
  const bool second_half = after_cr_ && byte == '\n';
  after_cr_ = byte == '\r';
  if (second_half) return std::nullopt;
  if (byte == '\r' || byte == '\n') return kInsertNewline;
  if (byte == '\t') return kInsertTab;
  const bool control = (byte >= 0 && byte < ' ') || byte == '\x7f';
  return control ? std::nullopt : std::optional(byte);
}

}  // namespace arouter
