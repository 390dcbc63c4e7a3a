#include "cli/mock/messages.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "cli/mock/words.hpp"

namespace arouter::mock {

namespace {

constexpr std::int64_t kTokensPerMessage = 4;
constexpr std::int64_t kTokensPerOtherPart = 85;  // an image or a file, whatever its size
constexpr std::array<std::string_view, 6> kRoles{"system",    "developer", "user",
                                                 "assistant", "tool",      "function"};

/// Adds up the tokens of the messages; the first fault stops it.
class Counter {
 public:
  explicit Counter(std::string_view body) : body_(body) {}

  Result<std::int64_t> count(const JsonValue& messages) {
    std::size_t index = 0;
    for_each_element(body_, messages, [&](const JsonValue& message) {
      where_ = "messages[" + std::to_string(index++) + "]";
      if (!failed_) take_message(message);
    });
    if (failed_) return fault_;
    return tokens_;
  }

 private:
  void take_message(const JsonValue& message) {
    if (message.type != JsonType::object) return fail("", "must be an object");
    std::array<JsonMember, 4> members{{{"role"}, {"content"}, {"tool_calls"}, {"tool_call_id"}}};
    find_members(body_, message, members);
    const std::string role = decode_string(body_, members[0].value).value_or("");
    if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
      return fail(".role", "must be one of system, developer, user, assistant and tool");
    }
    if (role == "tool" && members[3].value.type != JsonType::string) {
      return fail(".tool_call_id", "is required in a message of role tool");
    }
    const JsonValue& calls = members[2].value;
    if (calls.present() && !calls.is_null() && calls.type != JsonType::array) {
      return fail(".tool_calls", "must be an array");
    }
    tokens_ += kTokensPerMessage + count_tokens(calls.in(body_));
    take_content(members[1].value, role == "assistant");
  }

  void take_content(const JsonValue& content, bool may_lack) {
    switch (content.type) {
      case JsonType::string:
        return take_text(content);
      case JsonType::array:
        return for_each_element(body_, content, [&](const JsonValue& part) { take_part(part); });
      case JsonType::absent:
      case JsonType::null:
        if (may_lack) return;
        return fail(".content", "is missing");
      default:
        return fail(".content", "must be a string or an array of parts");
    }
  }

  void take_part(const JsonValue& part) {
    std::array<JsonMember, 2> members{{{"type"}, {"text"}}};
    find_members(body_, part, members);
    if (members[0].value.type != JsonType::string) {
      return fail(".content", "has a part without a type");
    }
    if (members[0].value.in(body_) != R"("text")") {
      tokens_ += kTokensPerOtherPart;
      return;
    }
    if (members[1].value.type != JsonType::string) {
      return fail(".content", "has a text part without text");
    }
    take_text(members[1].value);
  }

  void take_text(const JsonValue& value) {
    const std::string_view quoted = value.in(body_);
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    if (inside.find('\\') == std::string_view::npos) {
      tokens_ += count_tokens(inside);
    } else if (const std::optional<std::string> text = decode_string(body_, value)) {
      tokens_ += count_tokens(*text);
    } else {
      fail(".content", "holds half a surrogate pair");
    }
  }

  void fail(std::string_view member, std::string_view what) {
    if (failed_) return;
    failed_ = true;
    const std::string param = where_ + std::string(member);
    fault_ = client_error(ErrorKind::bad_request, param + " " + std::string(what) + ".", param);
  }

  std::string_view body_;
  std::string where_;
  std::int64_t tokens_ = 0;
  bool failed_ = false;
  Error fault_;
};

}  // namespace

Result<std::int64_t> count_message_tokens(std::string_view body, const JsonValue& messages) {
  return Counter(body).count(messages);
}

}  // namespace arouter::mock
