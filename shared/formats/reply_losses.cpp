#include "shared/formats/reply_losses.hpp"

#include <algorithm>
#include <string>

#include "shared/chat/messages.hpp"

namespace arouter {

namespace {

constexpr std::string_view kReply = "reply.";

}  // namespace

void add_losses(chat::Losses& losses, const chat::Losses& more) {
  for (const std::string& name : more.names()) losses.add(name);
}

void add_reply_loss(chat::Losses& losses, std::string_view name) {
  std::string full(kReply);
  full += name.empty() ? std::string_view("unnamed") : name;
  losses.add(full);
}

void add_reply_losses(chat::Losses& losses, const chat::Losses& noted, std::string_view prefix) {
  for (const std::string& name : noted.names()) {
    const bool is_inside = name.starts_with(prefix);
    add_reply_loss(losses, std::string_view(name).substr(is_inside ? prefix.size() : 0));
  }
}

void add_media_loss(chat::Losses& losses, const chat::Media& media) {
  add_reply_loss(losses, chat::media_kind_name(media.kind));
}

void note_unread(const JsonItem& member, std::span<const std::string_view> read,
                 chat::Losses& losses) {
  const bool is_read = std::any_of(read.begin(), read.end(),
                                   [&](std::string_view name) { return member.named(name); });
  if (!is_read && says_something(member)) add_reply_loss(losses, member.key());
}

bool says_something(const JsonItem& value) {
  if (!value.is_set() || value.boolean() == false) return false;
  if (value.is_string()) return value.raw().size() > 2;
  return !(value.is_array() || value.is_object()) || !value.empty();
}

bool holds_logprobs(std::string_view logprobs) {
  if (logprobs.empty()) return false;
  const Result<JsonDoc> doc = JsonDoc::read(logprobs);
  if (!doc) return false;
  return says_something(doc->root()["content"]) || says_something(doc->root()["refusal"]);
}

}  // namespace arouter
