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
    require_results();
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
    if (role == "tool") {
      take_result(members[3].value);
    } else {
      require_results();
    }
    const JsonValue& calls = members[2].value;
    if (role == "assistant" && calls.present() && !calls.is_null()) take_calls(calls);
    found_.tokens += kTokensPerMessage + count_tokens(calls.in(body_));
    take_content(members[1].value, role == "assistant");
    note_end(role, members[1].value);
  }

  void take_calls(const JsonValue& calls) {
    if (calls.type != JsonType::array) return fail(".tool_calls", "must be an array");
    std::size_t index = 0;
    for_each_element(body_, calls, [&](const JsonValue& call) {
      std::array<JsonMember, 4> members{{{"id"}, {"type"}, {"function"}, {"custom"}}};
      find_members(body_, call, members);
      const std::string path = ".tool_calls[" + std::to_string(index++) + "]";
      const std::optional<std::string> id = decode_string(body_, members[0].value);
      if (!id) return fail(path + ".id", "is required");
      open_calls_.push_back(*id);
      if (members[1].value.type != JsonType::string) return fail(path + ".type", "is required");
      if (members[3].value.present()) return;  // its input is any text
      std::array<JsonMember, 2> function{{{"name"}, {"arguments"}}};
      find_members(body_, members[2].value, function);
      for (const JsonMember& member : function) {
        if (member.value.type == JsonType::string) continue;
        fail(path + ".function." + std::string(member.key), "must be a string");
      }
    });
  }

  void take_result(const JsonValue& call_id) {
    if (call_id.type != JsonType::string) {
      return fail(".tool_call_id", "is required in a message of role tool");
    }
    const std::string id = decode_string(body_, call_id).value_or("");
    const auto call = std::find(open_calls_.begin(), open_calls_.end(), id);
    if (call == open_calls_.end()) {
      return fail(".tool_call_id", "names no call of the assistant's message before");
    }
    open_calls_.erase(call);
  }

  /// Nothing but the results of its calls may follow an assistant's message.
  void require_results() {
    if (open_calls_.empty()) return;
    fail("", "must be a tool's result for the call " + open_calls_.front());
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
    std::array<JsonMember, 6> members{
        {{"type"}, {"text"}, {"refusal"}, {"image_url"}, {"file"}, {"input_audio"}}};
    find_members(body_, part, members);
    const std::string type = decode_string(body_, members[0].value).value_or("");
    const auto named = std::find_if(members.begin() + 1, members.end(),
                                    [&](const JsonMember& member) { return member.key == type; });
    if (named == members.end()) return fail(".content", "has a part without a type that is known");
    const bool text = type == "text" || type == "refusal";
    if (named->value.type != (text ? JsonType::string : JsonType::object)) {
      return fail(".content", "has a " + type + " part without " + type);
    }
    if (text) return take_text(named->value);
    found_.images += type == "image_url" ? 1 : 0;
    found_.files += type == "file" ? 1 : 0;
    found_.tokens += kTokensPerOtherPart;
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
  std::vector<std::string> open_calls_;  // ids that wait for their results
  bool failed_ = false;
  Error fault_;
};

}  // namespace

Result<Messages> read_messages(std::string_view body, const JsonValue& messages) {
  return Reader(body).read(messages);
}

}  // namespace arouter::mock::openai
