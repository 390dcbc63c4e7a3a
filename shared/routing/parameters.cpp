#include "shared/routing/parameters.hpp"

#include <algorithm>
#include <array>

#include "shared/json_doc.hpp"

namespace arouter::routing {

namespace {

struct Word {
  std::string_view written;
  std::string_view listed;
};

// Those that several formats spell alike, and OpenAI's.
constexpr Word kWords[] = {
    {"tools", "tools"},
    {"functions", "tools"},
    {"tool_choice", "tool_choice"},
    {"parallel_tool_calls", "parallel_tool_calls"},
    {"max_tokens", "max_tokens"},
    {"max_completion_tokens", "max_tokens"},
    {"max_output_tokens", "max_tokens"},
    {"temperature", "temperature"},
    {"top_p", "top_p"},
    {"top_k", "top_k"},
    {"top_a", "top_a"},
    {"min_p", "min_p"},
    {"reasoning", "reasoning"},
    {"reasoning_effort", "reasoning"},
    {"include_reasoning", "include_reasoning"},
    {"thinking", "reasoning"},
    {"response_format", "response_format"},
    {"output_format", "structured_outputs"},
    {"stop", "stop"},
    {"stop_sequences", "stop"},
    {"frequency_penalty", "frequency_penalty"},
    {"presence_penalty", "presence_penalty"},
    {"repetition_penalty", "repetition_penalty"},
    {"seed", "seed"},
    {"logit_bias", "logit_bias"},
    {"logprobs", "logprobs"},
    {"top_logprobs", "top_logprobs"},
    {"verbosity", "verbosity"},
};

// Inside Gemini's generationConfig, in either of its spellings.
constexpr Word kGeminiWords[] = {
    {"maxOutputTokens", "max_tokens"},
    {"max_output_tokens", "max_tokens"},
    {"temperature", "temperature"},
    {"topP", "top_p"},
    {"top_p", "top_p"},
    {"topK", "top_k"},
    {"top_k", "top_k"},
    {"seed", "seed"},
    {"stopSequences", "stop"},
    {"stop_sequences", "stop"},
    {"frequencyPenalty", "frequency_penalty"},
    {"frequency_penalty", "frequency_penalty"},
    {"presencePenalty", "presence_penalty"},
    {"presence_penalty", "presence_penalty"},
    {"responseSchema", "structured_outputs"},
    {"response_schema", "structured_outputs"},
    {"responseJsonSchema", "structured_outputs"},
    {"response_json_schema", "structured_outputs"},
    {"thinkingConfig", "reasoning"},
    {"thinking_config", "reasoning"},
    {"responseLogprobs", "logprobs"},
    {"response_logprobs", "logprobs"},
};

class Found {
 public:
  void add(std::string_view listed) {
    if (std::find(words_.begin(), words_.end(), listed) == words_.end())
      words_.emplace_back(listed);
  }
  void add_members(const JsonItem& object, std::span<const Word> words) {
    for (const JsonItem member : object) {
      if (!member.is_set()) continue;
      const std::string key = member.key();
      const auto word = std::find_if(words.begin(), words.end(),
                                     [&](const Word& each) { return each.written == key; });
      if (word != words.end()) add(word->listed);
    }
  }
  void remove(std::string_view listed) { std::erase(words_, listed); }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  std::vector<std::string> words_;
};

bool is_schema(const JsonItem& format) {
  return format["type"].text() == "json_schema";
}

}  // namespace

std::vector<std::string> parameters_of(std::string_view body, std::string_view format) {
  Found found;
  const Result<JsonDoc> document = JsonDoc::read(body);
  if (!document) return {};
  const JsonItem root = document->root();
  found.add_members(root, kWords);
  if (format == "gemini") {
    for (const std::string_view key : {"generationConfig", "generation_config"}) {
      found.add_members(root[key], kGeminiWords);
    }
    const bool has_tool_choice = root["toolConfig"].is_set() || root["tool_config"].is_set();
    if (has_tool_choice) found.add("tool_choice");
  }
  // A schema is asked for in one of these places, by the format.
  const bool has_schema = is_schema(root["response_format"]) || is_schema(root["text"]["format"]) ||
                          is_schema(root["output_config"]["format"]);
  if (has_schema) {
    found.remove("response_format");  // of which it is the stronger form
    found.add("structured_outputs");
  }
  return found.take();
}

}  // namespace arouter::routing
