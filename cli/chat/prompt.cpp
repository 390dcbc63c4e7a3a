#include "cli/chat/prompt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostBytes = 8 * 1024 * 1024;  // the daemon takes bodies of 10 MB

/// Everything up to the end, or a little more than the limit.
Result<std::string> read_all(int descriptor, const std::string& what) {
  std::string text;
  char buffer[65'536];
  while (text.size() <= kMostBytes) {
    const ssize_t size = ::read(descriptor, buffer, sizeof buffer);
    if (size == 0) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return client_error(ErrorKind::bad_request,
                          "cannot read " + what + ": " + std::strerror(errno));
    }
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return client_error(ErrorKind::bad_request, what + " is larger than 8 MiB");
}

Result<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return client_error(ErrorKind::bad_request,
                        "cannot read " + path + ": " + std::strerror(errno));
  }
  Result<std::string> text = read_all(file, path);
  ::close(file);
  return text;
}

Result<NamedText> read_text(const std::string& path) {
  const bool is_stdin = path == "-";
  const std::string what = is_stdin ? "standard input" : path;
  Result<std::string> text = is_stdin ? read_all(STDIN_FILENO, what) : read_file(path);
  if (!text) return text.error();
  if (const Result<void> checked = must_be_text(*text, what); !checked) return checked.error();
  return NamedText{is_stdin ? "" : path, std::move(*text)};
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

}  // namespace

Result<std::string> read_prompt(const PromptParts& parts) {
  const bool dash = parts.question == "-";
  std::vector<std::string> sources = parts.files;
  const bool listed = std::find(sources.begin(), sources.end(), "-") != sources.end();
  if ((dash || parts.piped) && !listed) sources.emplace_back("-");
  std::vector<NamedText> texts;
  std::size_t total = parts.question.size();
  for (const std::string& source : sources) {
    Result<NamedText> text = read_text(source);
    if (!text) return text.error();
    total += text->text.size();
    if (total > kMostBytes) {
      return client_error(ErrorKind::bad_request, "the question is larger than 8 MiB");
    }
    if (!is_blank(text->text)) texts.push_back(std::move(*text));
  }
  const std::string question = dash ? "" : parts.question;
  if (const Result<void> checked = must_be_text(question, "the question"); !checked) {
    return checked.error();
  }
  std::string prompt = join_prompt(question, texts);
  if (is_blank(prompt)) {
    return client_error(ErrorKind::bad_request,
                        "nothing to ask; try: arouter chat \"What is a router?\"");
  }
  return prompt;
}

Result<void> must_be_text(const std::string& text, const std::string& what) {
  if (is_valid_utf8(text)) return {};
  return client_error(ErrorKind::bad_request, what + " is no UTF-8 text");
}

std::string join_prompt(const std::string& question, const std::vector<NamedText>& texts) {
  std::string prompt = question;
  for (const NamedText& each : texts) {
    if (!prompt.empty()) prompt += prompt.ends_with('\n') ? "\n" : "\n\n";
    if (!each.name.empty()) prompt += "--- " + each.name + "\n";
    prompt += each.text;
  }
  return prompt;
}

}  // namespace arouter
