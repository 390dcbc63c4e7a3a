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

  std::string read(const JsonItem& items) {
    std::size_t index = 0;
    for (const JsonItem item : items) {
      path_ = bracketed("input", index++);
      take_item(item);
    }
    return std::move(last_words_);
  }

 private:
  void take_item(const JsonItem& item) {
    if (!item.is_object()) return checks_.fail(path_, "", "must be an object");
    const std::string type = item["type"].is_set() ? item["type"].text() : "message";
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

  void take_message(const JsonItem& item) {
    const std::string role = checks_.need_string(item, "role", path_);
    if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
      checks_.fail(path_, "role", "must be one of user, assistant, system and developer");
    }
    question_.prompt_tokens += kTokensPerMessage;
    const JsonItem content = item["content"];
    if (role == "user") last_words_ = text_of(content);
    if (content.is_string()) {
      question_.prompt_tokens += count_tokens(content.text());
      return;
    }
    if (!content.is_set()) return checks_.fail(path_, "content", "is required");
    if (!content.is_array()) {
      return checks_.fail(path_, "content", "must be a string or an array of parts");
    }
    take_parts(content, path_ + "content", role == "assistant");
  }

  void take_parts(const JsonItem& parts, const std::string& list, bool assistant) {
    std::size_t index = 0;
    for (const JsonItem part : parts) {
      take_part(part, bracketed(list, index++), assistant);
    }
  }

  void take_part(const JsonItem& part, const std::string& path, bool assistant) {
    const std::string type = checks_.need_string(part, "type", path);
    if (assistant ? type == "output_text" : type == "input_text") {
      if (!part["text"].is_set()) checks_.fail(path, "text", "is required");
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

  void take_file(const JsonItem& part, const std::string& path, bool image) {
    const bool named = part["file_id"].is_set();
    if (image && !named && !part["image_url"].is_set()) {
      checks_.fail(path, "image_url", "is required");
    }
    if (!image && !named && !part["file_data"].is_set() && !part["file_url"].is_set()) {
      checks_.fail(path, "file_data", "is required");
    }
    if (image) checks_.string(part, "image_url", path);
    ++(image ? question_.images : question_.files);
    question_.prompt_tokens += kTokensPerFile;
  }

  void take_call(const JsonItem& item) {
    calls_.push_back(checks_.need_string(item, "call_id", path_));
    checks_.need_string(item, "name", path_);
    if (!item["arguments"].is_set()) checks_.fail(path_, "arguments", "is required");
    question_.prompt_tokens += count_tokens(checks_.string(item, "arguments", path_));
  }

  void take_output(const JsonItem& item) {
    const std::string id = checks_.need_string(item, "call_id", path_);
    if (std::find(calls_.begin(), calls_.end(), id) == calls_.end()) {
      checks_.fail(path_, "call_id", "names no function_call of the input");
    }
    const JsonItem output = item["output"];
    if (output.is_array()) {
      take_parts(output, path_ + "output", false);
    } else if (!output.is_string()) {
      checks_.fail(path_, "output", "must be a string or an array of parts");
    }
    const std::string text = text_of(output);
    if (output.is_string()) question_.prompt_tokens += count_tokens(text);
    if (!question_.reported) question_.reported.emplace();
    if (!question_.reported->empty()) *question_.reported += ' ';
    *question_.reported += text;
  }

  void take_reasoning(const JsonItem& item) {
    if (!item["summary"].is_set()) checks_.fail(path_, "summary", "is required");
    for (const JsonItem part : checks_.array(item, "summary", path_)) {
      question_.prompt_tokens += count_tokens(part["text"].text());
    }
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

std::string read_input(Checks& checks, const JsonItem& input, Question& question) {
  if (input.is_string()) {
    std::string words = input.text();
    question.prompt_tokens += kTokensPerMessage + count_tokens(words);
    return words;
  }
  if (!input.is_set()) {
    checks.fail("", "input", "is required");
  } else if (!input.is_array()) {
    checks.fail("", "input", "must be a string or an array of items");
  }
  return Reader(checks, question).read(input);
}

}  // namespace arouter::mock::responses
