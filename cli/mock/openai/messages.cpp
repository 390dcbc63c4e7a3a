#include "cli/mock/openai/messages.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "cli/mock/words.hpp"

namespace arouter::mock::openai {

namespace {

constexpr std::int64_t kTokensPerMessage = 4;
constexpr std::int64_t kTokensPerOtherPart = 85;  // an image or a file, whatever its size
constexpr std::array<std::string_view, 6> kRoles{"system",    "developer", "user",
                                                 "assistant", "tool",      "function"};

/// Goes through the messages; the first fault stops it.
class Reader {
 public:
  explicit Reader(std::string_view body) : body_(body) {}

  Result<Messages> read(const JsonValue& messages) {
    std::size_t index = 0;
    for_each_element(body_, messages, [&](const JsonValue& message) {
      where_ = "messages[" + std::to_string(index++) + "]";
      if (!failed_) take_message(message);
    });
    if (failed_) return fault_;
    return std::move(found_);
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
    found_.tokens += kTokensPerMessage + count_tokens(calls.in(body_));
    take_content(members[1].value, role == "assistant");
    note_end(role, members[1].value);
  }

  /// Keeps what the conversation ends in, by its place: most requests never look at it.
  void note_end(std::string_view role, const JsonValue& content) {
    if (role == "tool" || role == "function") return found_.results.push_back(content);
    found_.results.clear();
    if (role == "user") found_.last_words = content;
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
    const std::string_view type = members[0].value.in(body_);
    if (type != R"("text")") {
      found_.images += type == R"("image_url")" ? 1 : 0;
      found_.files += type == R"("file")" ? 1 : 0;
      found_.tokens += kTokensPerOtherPart;
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
      found_.tokens += count_tokens(inside);
    } else if (const std::optional<std::string> text = decode_string(body_, value)) {
      found_.tokens += count_tokens(*text);
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
  Messages found_;
  bool failed_ = false;
  Error fault_;
};

}  // namespace

Result<Messages> read_messages(std::string_view body, const JsonValue& messages) {
  return Reader(body).read(messages);
}

}  // namespace arouter::mock::openai
