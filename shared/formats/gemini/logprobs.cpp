// Log probabilities: Gemini's logprobsResult and OpenAI's logprobs, each way.
//
// Source: Gemini API reference, "LogprobsResult"; OpenAI API reference, "The chat completion
// object" (checked 2026-11-24). Gemini has two lists side by side, OpenAI one in the other; Gemini
// counts a token's id, which OpenAI has no place for, and OpenAI its bytes.
#include <vector>

#include "shared/formats/gemini/reply.hpp"

namespace arouter::gemini {

namespace {

void write_openai(JsonWriter& out, const JsonItem& candidate) {
  out.string("token", candidate["token"].text());
  const std::string_view value = candidate["logProbability"].number();
  out.raw("logprob", value.empty() ? "0" : value);  // zeros are omitted
  out.null("bytes");
}

void write_gemini(JsonWriter& out, const JsonItem& token) {
  out.begin_object().string("token", token["token"].text());
  out.raw_if("logProbability", token["logprob"].number()).end_object();
}

}  // namespace

std::string decode_logprobs(const JsonItem& result) {
  std::string json;
  const JsonItem chosen = result["chosenCandidates"];
  if (!chosen.is_array()) return json;
  std::vector<JsonItem> tops;
  for (const JsonItem top : result["topCandidates"]) tops.push_back(top["candidates"]);
  JsonWriter out(json);
  out.begin_object().begin_array("content");
  std::size_t index = 0;
  for (const JsonItem candidate : chosen) {
    out.begin_object();
    write_openai(out, candidate);
    out.begin_array("top_logprobs");
    if (index < tops.size()) {
      for (const JsonItem top : tops[index]) {
        out.begin_object();
        write_openai(out, top);
        out.end_object();
      }
    }
    out.end_array().end_object();
    ++index;
  }
  out.end_array().end_object();
  return json;
}

std::string encode_logprobs(std::string_view logprobs) {
  std::string json;
  if (logprobs.empty()) return json;
  const Result<JsonDoc> doc = JsonDoc::read(logprobs);
  if (!doc) return json;
  const JsonItem content = doc->root()["content"];
  if (!content.is_array() || content.empty()) return json;
  JsonWriter out(json);
  out.begin_object().begin_array("topCandidates");
  for (const JsonItem token : content) {
    out.begin_object().begin_array("candidates");
    for (const JsonItem top : token["top_logprobs"]) write_gemini(out, top);
    out.end_array().end_object();
  }
  out.end_array().begin_array("chosenCandidates");
  for (const JsonItem token : content) write_gemini(out, token);
  out.end_array().end_object();
  return json;
}

}  // namespace arouter::gemini
