#include "cli/mock/gemini/embeddings.hpp"

#include "cli/mock/checks.hpp"
#include "cli/mock/gemini/contents.hpp"
#include "cli/mock/words.hpp"
#include "shared/json_writer.hpp"

namespace arouter::mock::gemini {

namespace {

void read_one(Checks& checks, const JsonItem& request, const std::string& path,
              EmbeddingQuestion& question) {
  checks.need_object(request, "content", path);
  const JsonItem parts = checks.array(request["content"], "parts", path + "content.");
  if (!parts.is_set() || (parts.is_array() && parts.empty())) {
    checks.fail(path, "content.parts", "must not be empty");
  }
  std::int64_t tokens = 0;
  for (const JsonItem part : parts) {
    tokens += count_tokens(checks.string(part, "text", path + "content.parts."));
  }
  question.tokens += tokens;
  const std::string text = text_of(parts);
  question.inputs.push_back(text.empty() ? hash_text(parts.raw()) : hash_text(text));
  JsonItem config = either(request, "embedContentConfig", "embed_content_config");
  if (!config.is_set()) config = request;
  const std::string_view key = spelled(config, "outputDimensionality", "output_dimensionality");
  question.dimensions = checks.count(config, key, path).value_or(kUsualDimensions);
  if (question.dimensions > kMostDimensions) checks.fail(path, key, "must be at most 4096");
}

Result<EmbeddingQuestion> decode(const Call& call, bool batch) {
  const Result<JsonDoc> document = read_object(call.body);
  if (!document) return document.error();
  const JsonItem request = document->root();
  Checks checks;
  EmbeddingQuestion question;
  question.model = call.model;
  if (batch) {
    const JsonItem requests = checks.array(request, "requests", "");
    if (!requests.is_set() || (requests.is_array() && requests.empty())) {
      checks.fail("", "requests", "must not be empty");
    }
    std::size_t index = 0;
    for (const JsonItem one : requests) {
      read_one(checks, one, bracketed("requests", index++), question);
    }
  } else {
    read_one(checks, request, "", question);
  }
  if (question.is_too_large()) checks.fail("", "requests", "asks for too many numbers at once");
  if (checks.failed()) return checks.error();
  return question;
}

void write_values(JsonWriter& out, const EmbeddingQuestion& question, std::uint64_t input) {
  out.begin_object();
  out.raw("values", encode_vector(make_vector(input, question.dimensions))).end_object();
}

}  // namespace

Result<EmbeddingQuestion> decode_embedding(const Call& call) {
  return decode(call, false);
}

Result<EmbeddingQuestion> decode_embeddings(const Call& call) {
  return decode(call, true);
}

std::string encode_embedding(const EmbeddingQuestion& question) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().key("embedding");
  write_values(out, question, question.inputs.front());
  out.end_object();
  return text;
}

std::string encode_embeddings(const EmbeddingQuestion& question) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().begin_array("embeddings");
  for (const std::uint64_t input : question.inputs) write_values(out, question, input);
  out.end_array().end_object();
  return text;
}

}  // namespace arouter::mock::gemini
