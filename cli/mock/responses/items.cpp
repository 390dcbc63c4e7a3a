#include "cli/mock/responses/items.hpp"

#include <algorithm>
#include <array>

#include "cli/mock/seal.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::responses {

namespace {

constexpr std::int64_t kTokensPerMessage = 4;
constexpr std::int64_t kTokensPerFile = 85;  // an image or a file, whatever its size
constexpr std::array<std::string_view, 4> kRoles{"user", "assistant", "system", "developer"};

/// Goes through the items.
class Reader {
 public:
  Reader(Checks& checks, Question& question) : checks_(checks), question_(question) {}

  std::string read(const JsonView& items) {
    std::size_t index = 0;
    items.each([&](const JsonView& item) {
      path_ = bracketed("input", index++);
      take_item(item);
    });
    return std::move(last_words_);
  }

 private:
  void take_item(const JsonView& item) {
    if (!item.is(JsonType::object)) return checks_.fail(path_, "", "must be an object");
    const std::string type = item["type"].string_or("message");
    if (type == "function_call_output" || type == "custom_tool_call_output") {
      return take_output(item);
    }
    question_.reported.reset();
    if (type == "message") return take_message(item);
    if (type == "function_call") return take_call(item);
    if (type == "reasoning") return take_reasoning(item);
    if (type == "item_reference") {
      return checks_.fail(path_, "id", "names no stored item: this provider stores none");
    }
    if (type == "custom_tool_call") calls_.push_back(checks_.need_string(item, "call_id", path_));
    question_.prompt_tokens += count_tokens(item.raw());
  }

  void take_message(const JsonView& item) {
    const std::string role = checks_.need_string(item, "role", path_);
    if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
      checks_.fail(path_, "role", "must be one of user, assistant, system and developer");
    }
    question_.prompt_tokens += kTokensPerMessage;
    const JsonView content = item["content"];
    if (role == "user") last_words_ = text_of(content);
    if (content.is(JsonType::string)) {
      question_.prompt_tokens += count_tokens(content.string_or(""));
      return;
    }
    if (!content.given()) return checks_.fail(path_, "content", "is required");
    if (!content.is(JsonType::array)) {
      return checks_.fail(path_, "content", "must be a string or an array of parts");
    }
    take_parts(content, path_ + "content", role == "assistant");
  }

  void take_parts(const JsonView& parts, const std::string& list, bool assistant) {
    std::size_t index = 0;
    parts.each([&](const JsonView& part) { take_part(part, bracketed(list, index++), assistant); });
  }

  void take_part(const JsonView& part, const std::string& path, bool assistant) {
    const std::string type = checks_.need_string(part, "type", path);
    if (assistant ? type == "output_text" : type == "input_text") {
      if (!part["text"].given()) checks_.fail(path, "text", "is required");
      question_.prompt_tokens += count_tokens(checks_.string(part, "text", path));
    } else if (assistant && type == "refusal") {
      question_.prompt_tokens += count_tokens(checks_.string(part, "refusal", path));
    } else if (!assistant && (type == "input_image" || type == "input_file")) {
      take_file(part, path, type == "input_image");
    } else if (assistant || type != "input_audio") {
      checks_.fail(path, "type",
                   assistant ? "must be output_text or refusal"
                             : "must be input_text, input_image or input_file");
    }
  }

  void take_file(const JsonView& part, const std::string& path, bool image) {
    const bool named = part["file_id"].given();
    if (image && !named && !part["image_url"].given()) {
      checks_.fail(path, "image_url", "is required");
    }
    if (!image && !named && !part["file_data"].given() && !part["file_url"].given()) {
      checks_.fail(path, "file_data", "is required");
    }
    if (image) checks_.string(part, "image_url", path);
    ++(image ? question_.images : question_.files);
    question_.prompt_tokens += kTokensPerFile;
  }

  void take_call(const JsonView& item) {
    calls_.push_back(checks_.need_string(item, "call_id", path_));
    checks_.need_string(item, "name", path_);
    if (!item["arguments"].given()) checks_.fail(path_, "arguments", "is required");
    question_.prompt_tokens += count_tokens(checks_.string(item, "arguments", path_));
  }

  void take_output(const JsonView& item) {
    const std::string id = checks_.need_string(item, "call_id", path_);
    if (std::find(calls_.begin(), calls_.end(), id) == calls_.end()) {
      checks_.fail(path_, "call_id", "names no function_call of the input");
    }
    const JsonView output = item["output"];
    if (output.is(JsonType::array)) {
      take_parts(output, path_ + "output", false);
    } else if (!output.is(JsonType::string)) {
      checks_.fail(path_, "output", "must be a string or an array of parts");
    }
    const std::string text = text_of(output);
    if (output.is(JsonType::string)) question_.prompt_tokens += count_tokens(text);
    if (!question_.reported) question_.reported.emplace();
    if (!question_.reported->empty()) *question_.reported += ' ';
    *question_.reported += text;
  }

  void take_reasoning(const JsonView& item) {
    if (!item["summary"].given()) checks_.fail(path_, "summary", "is required");
    checks_.array(item, "summary", path_).each([&](const JsonView& part) {
      question_.prompt_tokens += count_tokens(part["text"].string_or(""));
    });
    const std::string sealed = checks_.string(item, "encrypted_content", path_);
    if (!sealed.empty() && !is_seal(sealed)) {
      checks_.fail(path_, "encrypted_content", "could not be verified");
    }
  }

  Checks& checks_;
  Question& question_;
  std::string path_;
  std::string last_words_;
  std::vector<std::string> calls_;  // ids of all calls so far
};

}  // namespace

std::string read_input(Checks& checks, const JsonView& input, Question& question) {
  if (input.is(JsonType::string)) {
    std::string words = input.string_or("");
    question.prompt_tokens += kTokensPerMessage + count_tokens(words);
    return words;
  }
  if (!input.given()) {
    checks.fail("", "input", "is required");
  } else if (!input.is(JsonType::array)) {
    checks.fail("", "input", "must be a string or an array of items");
  }
  return Reader(checks, question).read(input);
}

}  // namespace arouter::mock::responses
