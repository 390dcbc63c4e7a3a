#include "shared/routing/conversation.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace arouter::routing {

namespace {

// Beginnings that are alike for longer belong to one program, whose prompt is cached alike.
constexpr std::size_t kRead = 4 * 1024;

class Hash {
 public:
  void add(std::string_view bytes) {
    // Apart by their lengths: ("ab", "c") is not ("a", "bc").
    mix(bytes.size());
    mix(std::hash<std::string_view>{}(bytes.substr(0, kRead)));
  }
  std::uint64_t value() const { return std::max<std::uint64_t>(value_, 1); }

 private:
  void mix(std::uint64_t with) {
    value_ = (value_ ^ with) * 0x9e3779b97f4a7c15U;
    value_ ^= value_ >> 32;
  }
  std::uint64_t value_ = 0x2545f4914f6cdd1dU;
};

std::uint64_t hash_of(std::string_view bytes) {
  Hash hash;
  hash.add(bytes);
  return hash.value();
}

/// Whether a message holds instructions, so that the one behind it begins the conversation.
bool instructs(std::string_view body, const JsonValue& message) {
  std::array<JsonMember, 1> role{JsonMember{.key = "role"}};
  find_members(body, message, role);
  const std::string_view written = role[0].value.in(body);
  return written == R"("system")" || written == R"("developer")";
}

}  // namespace

std::uint64_t conversation_seed(std::string_view body, const Peek& peek, std::string_view session) {
  const JsonValue& named = peek.routing.session_id.value;
  if (named.is_set()) return hash_of(named.in(body));
  if (!session.empty()) return hash_of(session);
  if (peek.cache_key.is_set()) return hash_of(peek.cache_key.in(body));
  if (!peek.messages.is_set()) return 0;
  Hash hash;
  if (peek.system.is_set()) hash.add(peek.system.in(body));
  if (peek.messages.type != JsonType::array) {
    hash.add(peek.messages.in(body));
    return hash.value();
  }
  std::size_t position = peek.messages.begin + 1;
  for (JsonValue message = json_detail::next_element(body, position); message.present();
       message = json_detail::next_element(body, position)) {
    hash.add(message.in(body));
    if (!instructs(body, message)) break;
  }
  return hash.value();
}

}  // namespace arouter::routing
