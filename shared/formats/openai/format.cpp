#include "shared/formats/openai/format.hpp"

#include <array>

#include "shared/formats/openai/embeddings.hpp"
#include "shared/formats/openai/errors.hpp"
#include "shared/formats/openai/facts.hpp"
#include "shared/formats/openai/peek.hpp"
#include "shared/formats/openai/reasoning.hpp"
#include "shared/formats/openai/reply.hpp"
#include "shared/formats/openai/request.hpp"
#include "shared/formats/openai/stream.hpp"
#include "shared/formats/openai_models.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::openai {

namespace {

// Attribution and beta switches.
constexpr std::array<std::string_view, 5> kForwarded{
    "openai-beta", "idempotency-key", "http-referer", "x-title", "x-client-request-id"};

class OpenaiFormat : public Format {
 public:
  std::string_view name() const override { return kFormatName; }

  std::string target(CallKind call, std::string_view base_path, std::string_view /*model*/,
                     bool /*stream*/) const override {
    return std::string(base_path).append(path_of(call));
  }
  bool offers(CallKind call) const override { return !path_of(call).empty(); }
  std::string_view key_line() const override { return "Authorization: Bearer "; }
  std::span<const std::string_view> forwarded() const override { return kForwarded; }

  Result<Peek> peek(CallKind call, std::string_view body) const override {
    return call == CallKind::embeddings ? peek_embeddings(body) : peek_request(body);
  }
  std::string pass_request(std::string_view body, const Peek& peek,
                           std::string_view upstream_model) const override {
    return openai::pass_request(body, peek, upstream_model);
  }
  std::span<const std::string_view> cap_path(std::string_view upstream_model) const override {
    static constexpr std::string_view kOlder[] = {"max_tokens"};
    static constexpr std::string_view kYounger[] = {"max_completion_tokens"};
    return openai_traits(upstream_model).younger ? kYounger : kOlder;
  }
  Result<ReplyFacts> read_reply(CallKind call, std::string_view body) const override {
    return call == CallKind::embeddings ? read_embeddings_facts(body) : read_facts(body);
  }
  std::unique_ptr<StreamReader> make_stream_reader(CallKind /*call*/) const override {
    return std::make_unique<FactsReader>();
  }

  std::vector<Edit> cost_edits(std::string_view text, const JsonValue& usage,
                               const Cost& cost) const override {
    return openai::cost_edits(text, usage, cost);
  }
  bool usage_may_follow_end() const override { return true; }

  Result<chat::Request> decode_request(std::string_view body, const Peek& peek,
                                       chat::Losses& losses) const override {
    return openai::decode_request(body, peek, losses);
  }
  std::string encode_request(const chat::Request& request, std::int64_t /*most_tokens*/,
                             chat::Losses& losses) const override {
    return openai::encode_request(request, losses);
  }
  Result<chat::Reply> decode_reply(std::string_view body) const override {
    return openai::decode_reply(body);
  }
  std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                           chat::Losses& losses) const override {
    return openai::encode_reply(reply, spelling, losses);
  }
  std::unique_ptr<StreamDecoder> make_stream_decoder() const override {
    return openai::make_stream_decoder();
  }
  std::unique_ptr<StreamEncoder> make_stream_encoder(
      const AnswerSpelling& spelling) const override {
    return openai::make_stream_encoder(spelling);
  }

  std::string encode_count(std::int64_t tokens) const override {
    std::string out;
    JsonWriter json(out);
    json.begin_object().string("object", "response.input_tokens");
    json.number("input_tokens", tokens).end_object();
    return out;
  }
  Result<std::int64_t> decode_count_answer(std::string_view body) const override {
    const Result<JsonDoc> doc = JsonDoc::read(body);
    std::optional<std::int64_t> tokens;
    if (doc) tokens = doc->root()["input_tokens"].count();
    if (tokens) return *tokens;
    return upstream_error(ErrorKind::upstream_malformed, "the provider's answer counts no tokens");
  }

  const EmbeddingsFormat* embeddings() const override { return &openai::embeddings(); }

  std::string encode_error(const Error& error, const ErrorSpelling& spelling) const override {
    return openai::encode_error(error, spelling);
  }
  std::string encode_stream_error(const Error& error,
                                  const ErrorSpelling& spelling) const override {
    return "data: " + openai::encode_error(error, spelling) + "\n\n";
  }

 private:
  static std::string_view path_of(CallKind call) {
    switch (call) {
      case CallKind::chat:
        return "/chat/completions";
      case CallKind::completions:
        return "/completions";
      case CallKind::embeddings:
        return "/embeddings";
      default:
        return "";
    }
  }
};

}  // namespace

const Format& format() {
  static const OpenaiFormat instance;
  return instance;
}

}  // namespace arouter::openai
