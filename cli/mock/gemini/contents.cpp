#include "cli/mock/gemini/contents.hpp"

#include "cli/mock/words.hpp"

namespace arouter::mock::gemini {

namespace {

constexpr std::int64_t kTokensPerContent = 4;
constexpr std::int64_t kTokensPerFile = 258;  // an image or a file, whatever its size

/// Goes through the contents, part by part.
class Reader {
 public:
  Reader(Checks& checks, Question& question) : checks_(checks), question_(question) {}

  std::string read(const JsonItem& contents) {
    std::size_t index = 0;
    for (const JsonItem content : contents) {
      path_ = bracketed("contents", index++);
      take_content(content);
    }
    return std::move(last_words_);
  }

 private:
  void take_content(const JsonItem& content) {
    if (!content.is_object()) return checks_.fail(path_, "", "must be an object");
    const std::string role = checks_.string(content, "role", path_);
    if (!role.empty() && role != "user" && role != "model" && role != "function") {
      checks_.fail(path_, "role", "must be user or model");
    }
    const JsonItem parts = checks_.array(content, "parts", path_);
    if (!parts.is_set() || (parts.is_array() && parts.empty())) {
      checks_.fail(path_, "parts", "must not be empty");
    }
    question_.prompt_tokens += kTokensPerContent;
    question_.reported.reset();
    calls_ = 0;
    responses_ = 0;
    std::size_t index = 0;
    for (const JsonItem part : parts) {
      take_part(part, bracketed(path_ + "parts", index++));
    }
    if (responses_ != open_calls_) {
      checks_.fail(path_, "parts", "must hold as many function responses as there were calls");
    }
    open_calls_ = calls_;
    if (role != "model") last_words_ = text_of(parts);
  }

  void take_part(const JsonItem& part, const std::string& path) {
    if (!part.is_object()) return checks_.fail(path, "", "must be an object");
    checks_.string(part, spelled(part, "thoughtSignature", "thought_signature"), path);
    if (part["text"].is_set()) {
      question_.prompt_tokens += count_tokens(checks_.string(part, "text", path));
    } else if (const JsonItem blob = either(part, "inlineData", "inline_data"); blob.is_set()) {
      take_blob(blob, path + "inlineData.");
    } else if (const JsonItem file = either(part, "fileData", "file_data"); file.is_set()) {
      checks_.need_string(file, spelled(file, "fileUri", "file_uri"), path + "fileData.");
      count_file(either(file, "mimeType", "mime_type").text());
    } else if (const JsonItem call = either(part, "functionCall", "function_call"); call.is_set()) {
      checks_.need_string(call, "name", path + "functionCall.");
      checks_.object(call, "args", path + "functionCall.");
      question_.prompt_tokens += count_tokens(call.raw());
      ++calls_;
    } else if (const JsonItem said = either(part, "functionResponse", "function_response");
               said.is_set()) {
      take_response(said, path + "functionResponse.");
    } else if (!either(part, "executableCode", "executable_code").is_set() &&
               !either(part, "codeExecutionResult", "code_execution_result").is_set() &&
               !part["toolCall"].is_set() && !part["toolResponse"].is_set()) {
      checks_.fail(path, "data", "is required: a part must hold text, data or a function");
    }
  }

  void take_blob(const JsonItem& blob, const std::string& path) {
    const std::string_view type = spelled(blob, "mimeType", "mime_type");
    count_file(checks_.need_string(blob, type, path));
    checks_.need_string(blob, "data", path);
  }

  void count_file(const std::string& type) {
    ++(type.starts_with("image/") ? question_.images : question_.files);
    question_.prompt_tokens += kTokensPerFile;
  }

  void take_response(const JsonItem& response, const std::string& path) {
    checks_.need_string(response, "name", path);
    checks_.need_object(response, "response", path);
    question_.prompt_tokens += count_tokens(response.raw());
    ++responses_;
    if (!question_.reported) question_.reported.emplace();
    if (!question_.reported->empty()) *question_.reported += ' ';
    *question_.reported += response["response"].raw();
  }

  Checks& checks_;
  Question& question_;
  std::string path_;
  std::string last_words_;
  int calls_ = 0;       // of the content at hand
  int responses_ = 0;   // of the content at hand
  int open_calls_ = 0;  // of the content before
};

}  // namespace

std::string_view spelled(const JsonItem& holder, std::string_view camel, std::string_view snake) {
  return !holder[camel].is_set() && holder[snake].is_set() ? snake : camel;
}

JsonItem either(const JsonItem& holder, std::string_view camel, std::string_view snake) {
  const JsonItem first = holder[camel];
  return first.is_set() ? first : holder[snake];
}

std::string read_contents(Checks& checks, const JsonItem& request, Question& question) {
  const JsonItem contents = checks.array(request, "contents", "");
  if (!contents.is_set() || (contents.is_array() && contents.empty())) {
    checks.fail("", "contents", "must not be empty");
  }
  return Reader(checks, question).read(contents);
}

}  // namespace arouter::mock::gemini
