// Chats and answers that nobody thought of. Seeds are printed with a failure.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "shared/formats/openai/facts.hpp"
#include "shared/formats/openai/peek.hpp"

namespace arouter::openai {

namespace {

/// JSON of any shape and spacing, valid by the way it is made.
class RandomJson {
 public:
  explicit RandomJson(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool coin() { return below(2) == 0; }

  template <std::size_t Count>
  std::string one_of(const std::array<const char*, Count>& texts) {
    return texts[below(Count)];
  }

  std::string blank() {
    return one_of(std::array{"", "", "", "", " ", "\n", "\t", "\r\n", "  \n "});
  }

  std::string value(int depth) {
    if (depth == 0 || below(3) == 0) {
      return one_of(std::array{
          "null", "true", "false", "0", "-0", "1.10", "1E2", "1e400", "9007199254740993", "\"\"",
          R"("text")", R"("a \"quoted\" \\ brace } ] , : ")", R"("\ud800")", R"("\u0000\u2028")",
          "\"\xF0\x9F\x98\x80\xE2\x80\xAE\"", R"("include_usage")", R"("{\"model\":1}")"});
    }
    std::string out = coin() ? "[" : "{";
    const bool is_object = out == "{";
    for (std::size_t left = below(4); left > 0; --left) {
      out += blank();
      if (is_object) out += key() + blank() + ":" + blank();
      out += value(depth - 1) + blank() + (left > 1 ? "," : "");
    }
    return out + blank() + (is_object ? "}" : "]");
  }

  /// Keys that an object inside a chat may have, of ours too.
  std::string key() {
    return one_of(std::array{R"("x")", R"("model")", R"("stream")", R"("stream_options")",
                             R"("include_usage")", R"("m\u006fdel")", R"("")", R"("\ud800")"});
  }

 private:
  std::mt19937 random_;
};

/// A chat, in pieces around the two places that may change.
struct Chat {
  std::string body;
  std::string wanted;  // what a provider of "up/m" is to be sent
};

class ChatMaker {
 public:
  explicit ChatMaker(std::uint32_t seed) : json_(seed) {}

  Chat make() {
    const bool stream = json_.coin();
    const std::size_t options = json_.below(6);
    const std::size_t model_place = json_.below(4);
    both(json_.blank() + "{" + json_.blank());
    for (std::size_t place = 0; place < 4; ++place) {
      if (place == model_place) {
        begin_member(json_.coin() ? R"("model")" : R"("mo\u0064el")");
        each(json_.coin() ? R"("acme/m")" : R"("acme\/\u006d")", R"("up/m")");
      }
      if (place == 1 && (stream || json_.coin())) {
        begin_member(R"("stream")");
        both(stream ? "true" : "false");
      }
      if (place == 2 && options > 0) add_options(stream, options);
      if (json_.coin()) {
        const bool messages = !has_messages_ && json_.coin();
        has_messages_ = has_messages_ || messages;
        begin_member(messages ? R"("messages")"
                              : json_.one_of(std::array{R"("x")", R"("y")", R"("Model")"}));
        both(messages ? "[" + json_.value(4) + "]" : json_.value(4));
      }
    }
    both(json_.blank());
    if (stream && options == 0) each("", R"(,"stream_options":{"include_usage":true})");
    both("}" + json_.blank());
    return chat_;
  }

 private:
  void both(const std::string& text) { each(text, text); }
  void each(const std::string& given, const std::string& wanted) {
    chat_.body += given;
    chat_.wanted += wanted;
  }

  void begin_member(const std::string& key) {
    if (std::exchange(has_member_, true)) both("," + json_.blank());
    both(key + json_.blank() + ":" + json_.blank());
  }

  void add_options(bool stream, std::size_t kind) {
    begin_member(R"("stream_options")");
    const std::string asked = R"("include_usage":true)";
    const std::string blank = json_.blank();
    const std::string other = R"("x":)" + json_.value(2);
    if (kind == 1) each("null", stream ? "{" + asked + "}" : "null");
    if (kind == 2) each("{" + blank + "}", stream ? "{" + asked + blank + "}" : "{" + blank + "}");
    if (kind == 3) {
      each("{" + blank + other + "}",
           stream ? "{" + asked + "," + blank + other + "}" : "{" + blank + other + "}");
    }
    if (kind == 4) {
      both("{" + other + "," + R"("include_usage":)" + blank);
      each("false", stream ? "true" : "false");
      both(blank + "}");
    }
    if (kind == 5) both("{" + asked + blank + "," + other + "}");
  }

  RandomJson json_;
  Chat chat_;
  bool has_member_ = false;
  bool has_messages_ = false;
};

/// A few random bytes are changed, removed or put in, or the end is cut off.
void damage(std::string& text, std::mt19937& random) {
  constexpr std::string_view kSpice = "{}[]\",:\\0-.eu\xFF\xC3 n";
  for (std::size_t left = 1 + random() % 4; left > 0 && !text.empty(); --left) {
    const std::size_t at = random() % text.size();
    switch (random() % 5) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text.erase(at, 1 + random() % 30);
        break;
      case 2:
        text.insert(at, 1, kSpice[random() % kSpice.size()]);
        break;
      case 3:
        text.insert(at, text.substr(random() % text.size(), random() % 60));
        break;
      default:
        text.resize(at);
    }
  }
}

const std::string kAnswer =
    R"({"id":"c-1","choices":[{"index":0,"message":{"role":"assistant","content":"h\u00e9\n",)"
    R"("tool_calls":[{"id":"t","function":{"name":"f","arguments":"{\"a\":1}"}}]},)"
    R"("finish_reason":"stop"},{"index":1,"delta":{"reasoning":"r"},"finish_reason":null}],)"
    R"("error":null,"usage":{"prompt_tokens":9,"completion_tokens":12,"cost":0.5,)"
    R"("prompt_tokens_details":{"cached_tokens":4},"total_tokens":21}})";

}  // namespace

TEST_SUITE("openai random") {
  TEST_CASE("a chat reaches the provider as it came, but for model and usage") {
    for (std::uint32_t seed = 1; seed <= 5'000; ++seed) {
      CAPTURE(seed);
      const Chat chat = ChatMaker(seed).make();
      CAPTURE(chat.body);
      const Result<Peek> request = peek_request(chat.body);
      REQUIRE(request.has_value());
      const std::string sent = pass_request(chat.body, *request, "up/m");
      REQUIRE(sent == chat.wanted);
      const Result<Peek> again = peek_request(sent);
      REQUIRE(again.has_value());
      REQUIRE(again->include_usage == (request->include_usage || request->stream));
      REQUIRE(pass_request(sent, *again, "up/m") == sent);
    }
  }

  TEST_CASE("a damaged answer is read or refused, and a cost put into it leaves it JSON") {
    std::size_t priced = 0;
    for (std::uint32_t seed = 1; seed <= 10'000; ++seed) {
      CAPTURE(seed);
      std::mt19937 random(seed);
      std::string damaged = kAnswer;
      damage(damaged, random);
      // No NUL behind it, unlike a string: a sanitizer sees an overrun.
      const std::vector<char> bytes(damaged.begin(), damaged.end());
      const std::string_view text(bytes.data(), bytes.size());
      const Result<ReplyFacts> answer = read_facts(text);
      if (!answer) continue;
      REQUIRE(scan_object(text, {}).has_value());
      REQUIRE(answer->content_bytes <= text.size());
      if (!answer->usage) continue;
      REQUIRE(answer->usage->input_tokens >= 0);
      REQUIRE(answer->usage->output_tokens >= 0);
      ++priced;
      const std::string out = splice(text, cost_edits(text, answer->usage_value, Cost{}));
      CAPTURE(out);
      REQUIRE(read_facts(out).has_value());
      REQUIRE(read_facts(out)->usage.has_value());
    }
    CHECK(priced > 500);
  }

  TEST_CASE("a damaged chat is read or refused") {
    for (std::uint32_t seed = 1; seed <= 5'000; ++seed) {
      CAPTURE(seed);
      std::mt19937 random(seed);
      std::string damaged = ChatMaker(seed).make().body;
      damage(damaged, random);
      const std::vector<char> bytes(damaged.begin(), damaged.end());
      const std::string_view text(bytes.data(), bytes.size());
      const Result<Peek> request = peek_request(text);
      if (!request) continue;
      CAPTURE(damaged);
      const Result<Peek> again = peek_request(pass_request(text, *request, "up/m"));
      REQUIRE(again.has_value());
      REQUIRE(again->model == "up/m");
      REQUIRE(again->include_usage == (request->include_usage || request->stream));
    }
  }
}

}  // namespace arouter::openai
