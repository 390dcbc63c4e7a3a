#include "shared/formats/gemini/format.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shared/formats/gemini/embeddings.hpp"
#include "shared/formats/gemini/errors.hpp"
#include "shared/formats/gemini/facts.hpp"
#include "shared/formats/gemini/peek.hpp"
#include "shared/formats/gemini/reply.hpp"
#include "shared/formats/gemini/request.hpp"
#include "shared/formats/gemini/signature.hpp"
#include "shared/formats/gemini/stream.hpp"
#include "shared/http/byte_class.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

namespace {

constexpr std::array<std::string_view, 4> kVersions{"v1", "v1alpha", "v1beta", "v1beta1"};
constexpr std::array<std::string_view, 1> kForwarded{"x-goog-api-client"};

bool names_version(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('/') + 1);
  const bool at_end = std::find(kVersions.begin(), kVersions.end(), last) != kVersions.end();
  return at_end || path.find("/projects/") != std::string_view::npos;
}

/// What a segment may hold (RFC 3986, pchar) but ':', which divides model and method; slashes stay
/// between the segments of a resource name.
std::string encode_path(std::string_view model, bool keeps_slashes) {
  std::string path;
  path.reserve(model.size());
  for (const char c : model) {
    const bool plain =
        is_byte(c, kHostByte) || std::string_view("!$&'()*+,;=@").find(c) != std::string_view::npos;
    if (plain || (keeps_slashes && c == '/')) {
      path += c;
      continue;
    }
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    path += '%';
    path += kHex[byte >> 4U];
    path += kHex[byte & 15U];
  }
  return path;
}

std::string_view method_of(CallKind call, bool stream) {
  switch (call) {
    case CallKind::embeddings:
      return ":batchEmbedContents";
    case CallKind::one_embedding:
      return ":embedContent";
    case CallKind::count_tokens:
      return ":countTokens";
    case CallKind::chat:
    case CallKind::completions:
      break;
  }
  return stream ? ":streamGenerateContent?alt=sse" : ":generateContent";
}

class Gemini final : public Format {
 public:
  std::string_view name() const override { return kName; }

  std::string target(CallKind call, std::string_view base_path, std::string_view model,
                     bool stream) const override {
    while (base_path.ends_with('/')) base_path.remove_suffix(1);
    std::string target(base_path);
    if (!names_version(target)) target += "/v1beta";
    const bool is_resource = resource_name(model) == model;
    target += is_resource ? "/" : "/models/";
    target += encode_path(model, is_resource);
    target += method_of(call, stream);
    return target;
  }

  bool offers(CallKind call) const override { return call != CallKind::completions; }
  std::string_view key_line() const override { return "x-goog-api-key: "; }
  std::span<const std::string_view> forwarded() const override { return kForwarded; }

  Result<Peek> peek(CallKind call, std::string_view body) const override {
    return peek_request(call, body);
  }
  std::string pass_request(std::string_view body, const Peek& peek,
                           std::string_view upstream_model) const override {
    return gemini::pass_request(body, peek, upstream_model);
  }
  std::span<const std::string_view> cap_path(std::string_view /*upstream_model*/) const override {
    static constexpr std::string_view kPath[] = {"generationConfig", "maxOutputTokens"};
    return kPath;
  }
  Result<ReplyFacts> read_reply(CallKind /*call*/, std::string_view body) const override {
    return read_facts(body);
  }
  std::unique_ptr<StreamReader> make_stream_reader(CallKind /*call*/) const override {
    return gemini::make_stream_reader();
  }

  Result<chat::Request> decode_request(std::string_view body, const Peek& peek,
                                       chat::Losses& losses) const override {
    return gemini::decode_request(body, peek, losses);
  }
  std::string encode_request(const chat::Request& request, std::int64_t /*most_tokens*/,
                             chat::Losses& losses) const override {
    return gemini::encode_request(request, losses);
  }
  Result<chat::Reply> decode_reply(std::string_view body) const override {
    return gemini::decode_reply(body);
  }
  std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                           chat::Losses& losses) const override {
    return gemini::encode_reply(reply, spelling, losses);
  }
  std::unique_ptr<StreamDecoder> make_stream_decoder() const override {
    return gemini::make_stream_decoder();
  }
  std::unique_ptr<StreamEncoder> make_stream_encoder(
      const AnswerSpelling& spelling) const override {
    return gemini::make_stream_encoder(spelling);
  }

  std::string encode_count_request(const chat::Request& request,
                                   chat::Losses& losses) const override {
    return gemini::encode_count_request(request, losses);
  }
  std::string encode_count(std::int64_t tokens) const override {
    std::string body;
    JsonWriter(body).begin_object().number("totalTokens", tokens).end_object();
    return body;
  }
  Result<std::int64_t> decode_count_answer(std::string_view body) const override {
    const Result<JsonDoc> doc = JsonDoc::read(body);
    const auto count = doc ? doc->root()["totalTokens"].count() : std::nullopt;
    if (count) return *count;
    return upstream_error(ErrorKind::upstream_malformed,
                          "the provider's answer does not hold a count of tokens");
  }

  const EmbeddingsFormat* embeddings() const override { return &gemini::embeddings(); }

  std::string encode_error(const Error& error, const ErrorSpelling& spelling) const override {
    return gemini::encode_error(error, spelling);
  }
  std::string encode_stream_error(const Error& error,
                                  const ErrorSpelling& spelling) const override {
    return gemini::encode_stream_error(error, spelling);
  }
};

}  // namespace

const Format& format() {
  static const Gemini format;
  return format;
}

}  // namespace arouter::gemini
