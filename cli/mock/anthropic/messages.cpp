#include "cli/mock/anthropic/messages.hpp"

#include <algorithm>
#include <array>

#include "cli/mock/seal.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock::anthropic {

namespace {

constexpr std::int64_t kTokensPerMessage = 4;
constexpr std::int64_t kTokensPerFile = 85;  // an image or a document, whatever its size
// Blocks of tools that run at the provider: taken as they are.
constexpr std::array<std::string_view, 6> kServerBlocks{"server_tool_use",  "mcp_tool_use",
                                                        "container_upload", "search_result",
                                                        "compaction",       "tool_reference"};

/// Goes through the messages, block by block.
class Reader {
 public:
  Reader(Checks& checks, Question& question) : checks_(checks), question_(question) {}

  std::string read(const JsonItem& messages) {
    std::size_t index = 0;
    for (const JsonItem message : messages) {
      path_ = dotted("messages", index++);
      take_message(message);
    }
    return std::move(last_words_);
  }

 private:
  void take_message(const JsonItem& message) {
    if (!message.is_object()) return checks_.fail(path_, "", "must be an object");
    const std::string role = checks_.need_string(message, "role", path_);
    if (role != "user" && role != "assistant" && role != "system") {
      return checks_.fail(path_, "role", "must be user or assistant");
    }
    question_.prompt_tokens += kTokensPerMessage;
    if (role == "assistant") require_results();
    if (role != "system") question_.reported.reset();
    take_content(message["content"], role);
    if (role != "user") return;
    require_results();
    last_words_ = text_of(message["content"]);
  }

  void take_content(const JsonItem& content, std::string_view role) {
    if (!content.is_set()) return checks_.fail(path_, "content", "is required");
    if (content.is_string()) {
      const std::string text = content.text();
      if (text.empty() && role == "user") checks_.fail(path_, "content", "must not be empty");
      question_.prompt_tokens += count_tokens(text);
      return;
    }
    if (!content.is_array()) {
      return checks_.fail(path_, "content", "must be a string or an array of blocks");
    }
    if ((content.is_array() && content.empty()) && role == "user") {
      checks_.fail(path_, "content", "must not be empty");
    }
    std::size_t index = 0;
    const std::string list = path_ + "content";
    for (const JsonItem block : content) {
      take_block(block, dotted(list, index++), role);
    }
  }

  void take_block(const JsonItem& block, const std::string& path, std::string_view role) {
    const std::string type = checks_.need_string(block, "type", path);
    if (type == "text") return take_text(block, path);
    if (type == "image" || type == "document") return take_file(block, path, type);
    if (type == "tool_use" && role == "assistant") return take_tool_use(block, path);
    if (type == "tool_result" && role == "user") return take_tool_result(block, path);
    if (type == "thinking" && role == "assistant") return take_thinking(block, path);
    if (type == "redacted_thinking" && role == "assistant") {
      checks_.need_string(block, "data", path);
      return;
    }
    const bool known =
        type.ends_with("_tool_result") ||
        std::find(kServerBlocks.begin(), kServerBlocks.end(), type) != kServerBlocks.end();
    if (!known) checks_.fail(path, "type", "is not allowed in a message of this role");
    question_.prompt_tokens += count_tokens(block.raw());
  }

  void take_text(const JsonItem& block, const std::string& path) {
    question_.prompt_tokens += count_tokens(checks_.need_string(block, "text", path));
  }

  void take_file(const JsonItem& block, const std::string& path, std::string_view type) {
    checks_.need_object(block, "source", path);
    const JsonItem source = block["source"];
    const std::string inside = path + "source.";
    const std::string kind = checks_.need_string(source, "type", inside);
    if (kind == "base64") {
      checks_.need_string(source, "media_type", inside);
      checks_.need_string(source, "data", inside);
    } else if (kind == "url") {
      checks_.need_string(source, "url", inside);
    } else if (kind == "file") {
      checks_.need_string(source, "file_id", inside);
    } else if (type == "image" || (kind != "text" && kind != "content")) {
      checks_.fail(inside, "type", "must be base64, url or file");
    }
    ++(type == "image" ? question_.images : question_.files);
    question_.prompt_tokens += kTokensPerFile;
  }

  void take_tool_use(const JsonItem& block, const std::string& path) {
    open_calls_.push_back(checks_.need_string(block, "id", path));
    checks_.need_string(block, "name", path);
    checks_.need_object(block, "input", path);
    question_.prompt_tokens += count_tokens(block.raw());
  }

  void take_tool_result(const JsonItem& block, const std::string& path) {
    const std::string id = checks_.need_string(block, "tool_use_id", path);
    const auto call = std::find(open_calls_.begin(), open_calls_.end(), id);
    if (call == open_calls_.end()) {
      return checks_.fail(path, "tool_use_id", "names no tool_use of the message before");
    }
    open_calls_.erase(call);
    checks_.flag(block, "is_error", path);
    const JsonItem content = block["content"];
    if (content.is_set() && !content.is_string() && !content.is_array()) {
      return checks_.fail(path, "content", "must be a string or an array of blocks");
    }
    if (content.is_array()) {
      std::size_t index = 0;
      for (const JsonItem inner : content) {
        take_block(inner, dotted(path + "content", index++), "tool");
      }
    }
    const std::string text = text_of(content);
    if (content.is_string()) question_.prompt_tokens += count_tokens(text);
    if (!question_.reported) question_.reported.emplace();
    if (!question_.reported->empty()) *question_.reported += ' ';
    *question_.reported += text;
  }

  void take_thinking(const JsonItem& block, const std::string& path) {
    question_.prompt_tokens += count_tokens(checks_.string(block, "thinking", path));
    if (!block["thinking"].is_set()) checks_.fail(path, "thinking", "is required");
    const std::string signature = checks_.need_string(block, "signature", path);
    if (!is_seal(signature)) checks_.fail(path, "signature", "is not valid in a thinking block");
  }

  void require_results() {
    if (open_calls_.empty()) return;
    checks_.fail(path_, "content", "lacks the tool_result of " + open_calls_.front());
  }

  Checks& checks_;
  Question& question_;
  std::string path_;
  std::string last_words_;
  std::vector<std::string> open_calls_;  // ids that wait for their results
};

}  // namespace

std::string read_messages(Checks& checks, const JsonItem& request, Question& question) {
  if (!request["messages"].is_set()) checks.fail("", "messages", "is required");
  const JsonItem messages = checks.array(request, "messages", "");
  if ((messages.is_array() && messages.empty())) checks.fail("", "messages", "must not be empty");
  return Reader(checks, question).read(messages);
}

}  // namespace arouter::mock::anthropic
