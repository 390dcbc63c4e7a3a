#include "cli/mock/openai/embeddings.hpp"

#include "cli/mock/checks.hpp"
#include "cli/mock/words.hpp"
#include "shared/json_writer.hpp"

namespace arouter::mock::openai {

namespace {

/// `input` in its four spellings: a text, texts, a text as token numbers, texts as token numbers.
class Inputs {
 public:
  Inputs(Checks& checks, EmbeddingQuestion& question) : checks_(checks), question_(question) {}

  void read(const JsonItem& input) {
    if (!input.is_set()) return fail("is required");
    if (input.is_string()) return take_text(input);
    if (!input.is_array()) return fail("must be a string or an array");
    if ((input.is_array() && input.empty())) return fail("must not be empty");
    bool numbers = false;
    for (const JsonItem element : input) {
      numbers |= element.type() == JsonType::number;
    }
    if (numbers) return take_numbers(input);
    for (const JsonItem element : input) {
      if (element.is_array()) {
        take_numbers(element);
        continue;
      }
      take_text(element);
    }
  }

 private:
  void take_text(const JsonItem& text) {
    const std::string words = text.text();
    if (words.empty()) return fail("must hold strings that are not empty");
    add(hash_text(words), count_tokens(words));
  }

  void take_numbers(const JsonItem& numbers) {
    std::uint64_t hash = 1;
    std::int64_t count = 0;
    for (const JsonItem number : numbers) {
      const std::optional<std::int64_t> token = number.count();
      if (!token) {
        fail("must hold token numbers or strings, not both");
        continue;
      }
      hash = mix(hash ^ static_cast<std::uint64_t>(*token));
      ++count;
    }
    if (count == 0) return fail("must not hold empty arrays");
    add(hash, count);
  }

  void add(std::uint64_t hash, std::int64_t tokens) {
    question_.inputs.push_back(hash);
    question_.tokens += tokens;
  }
  void fail(std::string_view what) { checks_.fail("", "input", what); }

  Checks& checks_;
  EmbeddingQuestion& question_;
};

}  // namespace

Result<EmbeddingQuestion> decode_embeddings(const Call& call) {
  const Result<JsonDoc> document = read_object(call.body);
  if (!document) return document.error();
  const JsonItem request = document->root();
  Checks checks;
  EmbeddingQuestion question;
  question.model = checks.need_string(request, "model", "");
  Inputs(checks, question).read(request["input"]);
  question.dimensions = checks.count(request, "dimensions", "").value_or(kUsualDimensions);
  if (question.dimensions > kMostDimensions) checks.fail("", "dimensions", "must be at most 4096");
  if (question.is_too_large()) checks.fail("", "input", "asks for too many numbers at once");
  const std::string format = checks.string(request, "encoding_format", "");
  question.base64 = format == "base64";
  if (!question.base64 && !format.empty() && format != "float") {
    checks.fail("", "encoding_format", "must be float or base64");
  }
  if (checks.failed()) return checks.error();
  return question;
}

std::string encode_embeddings(const EmbeddingQuestion& question) {
  std::string text;
  JsonWriter out(text);
  out.begin_object().string("object", "list").begin_array("data");
  std::int64_t index = 0;
  for (const std::uint64_t input : question.inputs) {
    out.begin_object().string("object", "embedding").number("index", index++).key("embedding");
    const std::vector<float> vector = make_vector(input, question.dimensions);
    if (question.base64) {
      out.string(encode_base64(vector));
    } else {
      out.raw(encode_vector(vector));
    }
    out.end_object();
  }
  out.end_array().string("model", question.model);
  out.begin_object("usage").number("prompt_tokens", question.tokens);
  out.number("total_tokens", question.tokens).end_object().end_object();
  return text;
}

}  // namespace arouter::mock::openai
