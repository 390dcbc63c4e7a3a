#include "cli/chat/prompt.hpp"

#include <algorithm>

#include "cli/read_text.hpp"

namespace arouter {

namespace {

Result<NamedText> read_named(const std::string& path) {
  Result<std::string> text = read_text(path);
  if (!text) return text.error();
  return NamedText{path == "-" ? "" : path, std::move(*text)};
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
    Result<NamedText> text = read_named(source);
    if (!text) return text.error();
    total += text->text.size();
    if (total > kMostTextBytes) {
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
