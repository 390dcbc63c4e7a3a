#include "shared/chat/losses.hpp"

#include <algorithm>

namespace arouter::chat {

namespace {

constexpr std::size_t kMost = 32;
constexpr std::size_t kMostName = 64;

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

}  // namespace

void Losses::add(std::string_view name) {
  const auto knows = [this](std::string_view each) {
    return std::find(names_.begin(), names_.end(), each) != names_.end();
  };
  if (name.empty() || names_.size() >= kMost || knows(name)) return;
  std::string clean(name.substr(0, kMostName));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return !is_name_byte(c); }, '_');
  if (knows(clean)) return;
  names_.push_back(names_.size() + 1 == kMost ? "more" : std::move(clean));
}

std::string Losses::list() const {
  std::string list;
  for (const std::string& name : names_) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

}  // namespace arouter::chat
