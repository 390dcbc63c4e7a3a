#include "shared/formats/anthropic/format.hpp"

#include <array>

#include "shared/formats/anthropic/content.hpp"
#include "shared/formats/anthropic/errors.hpp"
#include "shared/formats/anthropic/facts.hpp"
#include "shared/formats/anthropic/peek.hpp"
#include "shared/formats/anthropic/reply.hpp"
#include "shared/formats/anthropic/request.hpp"
#include "shared/formats/anthropic/stream.hpp"
#include "shared/json_writer.hpp"

namespace arouter::anthropic {

namespace {

/// Whether a path ends in a version: "/v1".
bool ends_in_version(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return last.size() >= 2 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9';
}

class AnthropicFormat final : public Format {
 public:
  std::string_view name() const override { return kFormat; }

  std::string target(CallKind call, std::string_view base_path, std::string_view,
                     bool) const override {
    while (base_path.ends_with('/')) base_path.remove_suffix(1);
    std::string target(base_path);
    if (!ends_in_version(base_path)) target += "/v1";
    target += "/messages";
    if (call == CallKind::count_tokens) target += "/count_tokens";
    return target;
  }

  bool offers(CallKind call) const override {
    return call == CallKind::chat || call == CallKind::count_tokens;
  }

  std::string_view key_line() const override { return "X-Api-Key: "; }

  std::string_view needed_lines() const override { return "anthropic-version: 2023-06-01\r\n"; }

  std::span<const std::string_view> forwarded() const override {
    static constexpr std::array<std::string_view, 4> kNames{
        "anthropic-version", "anthropic-beta", "anthropic-dangerous-direct-browser-access",
        "anthropic-user-profile-id"};
    return kNames;
  }

  Result<Peek> peek(CallKind call, std::string_view body) const override {
    return peek_request(body, call == CallKind::count_tokens);
  }

  std::string pass_request(std::string_view body, const Peek& peek,
                           std::string_view upstream_model) const override {
    return anthropic::pass_request(body, peek, upstream_model);
  }

  std::span<const std::string_view> cap_path(std::string_view /*upstream_model*/) const override {
    static constexpr std::string_view kPath[] = {"max_tokens"};
    return kPath;
  }
  Result<ReplyFacts> read_reply(CallKind call, std::string_view body) const override {
    return call == CallKind::count_tokens ? read_count_facts(body) : read_facts(body);
  }

  std::unique_ptr<StreamReader> make_stream_reader(CallKind) const override {
    return std::make_unique<FactsReader>();
  }

  Result<chat::Request> decode_request(std::string_view body, const Peek& peek,
                                       chat::Losses& losses) const override {
    return anthropic::decode_request(body, peek, losses);
  }

  std::string encode_request(const chat::Request& request, std::int64_t most_tokens,
                             chat::Losses& losses) const override {
    return anthropic::encode_request(request, most_tokens, losses);
  }

  Result<chat::Reply> decode_reply(std::string_view body) const override {
    return anthropic::decode_reply(body);
  }

  std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                           chat::Losses& losses) const override {
    return anthropic::encode_reply(reply, spelling, losses);
  }

  std::unique_ptr<StreamDecoder> make_stream_decoder() const override {
    return anthropic::make_stream_decoder();
  }

  std::unique_ptr<StreamEncoder> make_stream_encoder(
      const AnswerSpelling& spelling) const override {
    return anthropic::make_stream_encoder(spelling);
  }

  std::string encode_count_request(const chat::Request& request,
                                   chat::Losses& losses) const override {
    return anthropic::encode_count_request(request, losses);
  }

  std::string encode_count(std::int64_t tokens) const override {
    return "{\"input_tokens\":" + std::to_string(tokens) + "}";
  }

  Result<std::int64_t> decode_count_answer(std::string_view body) const override {
    std::array<JsonMember, 1> member{JsonMember{.key = "input_tokens"}};
    const Result<void> scanned = scan_object(body, member);
    const auto tokens = scanned ? decode_count(body, member[0].value) : std::nullopt;
    if (tokens) return *tokens;
    return upstream_error(ErrorKind::upstream_malformed, "the provider counted no tokens");
  }

  std::string encode_error(const Error& error, const ErrorSpelling& spelling) const override {
    return anthropic::encode_error(error, spelling);
  }

  std::string encode_stream_error(const Error& error,
                                  const ErrorSpelling& spelling) const override {
    return anthropic::encode_stream_error(error, spelling);
  }
};

}  // namespace

const Format& format() {
  static const AnthropicFormat format;
  return format;
}

}  // namespace arouter::anthropic
