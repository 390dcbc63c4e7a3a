#include "shared/formats/responses/format.hpp"

#include <array>

#include "shared/formats/responses/errors.hpp"
#include "shared/formats/responses/facts.hpp"
#include "shared/formats/responses/items.hpp"
#include "shared/formats/responses/peek.hpp"
#include "shared/formats/responses/reply.hpp"
#include "shared/formats/responses/request.hpp"
#include "shared/formats/responses/stream.hpp"

namespace arouter::responses {

namespace {

class Reader final : public StreamReader {
 public:
  Result<ReplyFacts> read(const SseBlock& block) override { return read_event(block); }
};

class ResponsesFormat final : public Format {
 public:
  std::string_view name() const override { return kFormatName; }

  std::string target(CallKind call, std::string_view base_path, std::string_view /*model*/,
                     bool /*stream*/) const override {
    std::string path(base_path);
    path += call == CallKind::count_tokens ? "/responses/input_tokens" : "/responses";
    return path;
  }
  bool offers(CallKind call) const override {
    return call == CallKind::chat || call == CallKind::count_tokens;
  }
  std::string_view key_line() const override { return "Authorization: Bearer "; }
  std::span<const std::string_view> forwarded() const override {
    // Not the organization: that goes with the operator's key.
    static constexpr std::array<std::string_view, 5> kNames{
        "openai-beta", "session-id", "session_id", "x-client-request-id", "originator"};
    return kNames;
  }

  Result<Peek> peek(CallKind /*call*/, std::string_view body) const override {
    return peek_request(body);
  }
  std::string pass_request(std::string_view body, const Peek& peek,
                           std::string_view upstream_model) const override {
    return responses::pass_request(body, peek, upstream_model);
  }
  std::span<const std::string_view> cap_path(std::string_view /*upstream_model*/) const override {
    static constexpr std::string_view kPath[] = {"max_output_tokens"};
    return kPath;
  }
  Result<ReplyFacts> read_reply(CallKind /*call*/, std::string_view body) const override {
    return read_facts(body);
  }
  std::unique_ptr<StreamReader> make_stream_reader(CallKind /*call*/) const override {
    return std::make_unique<Reader>();
  }

  Result<chat::Request> decode_request(std::string_view body, const Peek& peek,
                                       chat::Losses& losses) const override {
    return responses::decode_request(body, peek, losses);
  }
  std::string encode_request(const chat::Request& request, std::int64_t /*most_tokens*/,
                             chat::Losses& losses) const override {
    return responses::encode_request(request, losses);
  }
  Result<chat::Reply> decode_reply(std::string_view body) const override {
    return responses::decode_reply(body);
  }
  std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                           chat::Losses& losses) const override {
    return responses::encode_reply(reply, spelling, losses);
  }
  std::unique_ptr<StreamDecoder> make_stream_decoder() const override {
    return responses::make_stream_decoder();
  }
  std::unique_ptr<StreamEncoder> make_stream_encoder(
      const AnswerSpelling& spelling) const override {
    return responses::make_stream_encoder(spelling);
  }

  std::string encode_count_request(const chat::Request& request,
                                   chat::Losses& losses) const override {
    return responses::encode_count_request(request, losses);
  }
  std::string encode_count(std::int64_t tokens) const override {
    return responses::encode_count(tokens);
  }
  Result<std::int64_t> decode_count_answer(std::string_view body) const override {
    return responses::decode_count_answer(body);
  }

  std::string encode_error(const Error& error, const ErrorSpelling& spelling) const override {
    return responses::encode_error(error, spelling);
  }
  std::string encode_stream_error(const Error& error,
                                  const ErrorSpelling& spelling) const override {
    return responses::encode_stream_error(error, spelling);
  }
};

}  // namespace

const Format& format() {
  static const ResponsesFormat kFormat;
  return kFormat;
}

}  // namespace arouter::responses
