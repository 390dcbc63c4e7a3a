// A wire format: how a chat is spelled. Each has a folder beside this file with the same files in
// it (format, peek, request, reply, stream, facts, errors); registry.hpp lists them.
//
// Two ways lead through a format. When client and provider speak the same one, bytes pass: `peek`
// and `facts` find out what routing and accounting must know, and a few places are spliced. When
// they differ, the request is decoded to the neutral chat and encoded in the other format, and so
// is the answer. Nothing that a format cannot say is dropped without a word: it goes into Losses.
//
// Threads: formats are constants; decoders, encoders and readers belong to one stream each.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/reply.hpp"
#include "shared/chat/request.hpp"
#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/formats/stream.hpp"
#include "shared/splice.hpp"

namespace arouter {

class EmbeddingsFormat;

/// What is asked of a provider.
enum class CallKind : std::uint8_t {
  chat,
  completions,  // OpenAI's older endpoint: a prompt, no messages; passes only
  embeddings,
  one_embedding,  // Gemini embedContent
  count_tokens,
};

class Format {
 public:
  virtual ~Format() = default;

  /// "openai": as the configuration and the ledger say it.
  virtual std::string_view name() const = 0;

  // To a provider.

  /// The request's target: path and query, below a base_url's path as its provider documents it.
  virtual std::string target(CallKind call, std::string_view base_path, std::string_view model,
                             bool stream) const = 0;
  /// Whether providers of this format answer such calls at all.
  virtual bool offers(CallKind call) const = 0;
  /// What stands before the key in its header line: "Authorization: Bearer ".
  virtual std::string_view key_line() const = 0;
  /// A header line, with its CRLF, that every request needs unless the client sent it.
  virtual std::string_view needed_lines() const { return {}; }
  /// Lower-case names of header fields that travel from a client of the same format.
  virtual std::span<const std::string_view> forwarded() const { return {}; }

  // Bytes that pass.

  /// Reads what routing needs and validates the whole body as JSON. A model or a stream flag that
  /// stands in the path is the caller's to fill in. Errors: bad_request, with `param`.
  virtual Result<Peek> peek(CallKind call, std::string_view body) const = 0;
  /// The body for a provider of this format: `model` and what accounting must ask for; every other
  /// byte stays.
  virtual std::string pass_request(std::string_view body, const Peek& peek,
                                   std::string_view upstream_model) const = 0;
  /// Where a request caps its answer: for cap_output().
  virtual std::span<const std::string_view> cap_path(std::string_view upstream_model) const = 0;
  /// Errors: upstream_malformed.
  virtual Result<ReplyFacts> read_reply(CallKind call, std::string_view body) const = 0;
  virtual std::unique_ptr<StreamReader> make_stream_reader(CallKind call) const = 0;
  /// What to change in an answer or event so that its usage tells the cost, where there is room.
  virtual std::vector<Edit> cost_edits(std::string_view, const JsonValue&, const Cost&) const {
    return {};
  }
  /// Whether some servers report usage only behind the end mark of a stream.
  virtual bool usage_may_follow_end() const { return false; }

  // Through the neutral chat (CallKind::chat and count_tokens).

  /// Errors: bad_request, with `param`: what the provider would refuse, or cannot be translated.
  virtual Result<chat::Request> decode_request(std::string_view body, const Peek& peek,
                                               chat::Losses& losses) const = 0;
  /// `request.model` is what is sent. `most_tokens`: the model's own limit, 0 when unknown; used
  /// where a format requires max_tokens and the client gave none.
  virtual std::string encode_request(const chat::Request& request, std::int64_t most_tokens,
                                     chat::Losses& losses) const = 0;
  /// Errors: upstream_malformed.
  virtual Result<chat::Reply> decode_reply(std::string_view body) const = 0;
  virtual std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                                   chat::Losses& losses) const = 0;
  virtual std::unique_ptr<StreamDecoder> make_stream_decoder() const = 0;
  virtual std::unique_ptr<StreamEncoder> make_stream_encoder(
      const AnswerSpelling& spelling) const = 0;

  // Counting tokens (CallKind::count_tokens): what asks for it where that is no chat request; the
  // answer that holds `tokens`, and back.
  virtual std::string encode_count_request(const chat::Request& request,
                                           chat::Losses& losses) const {
    return encode_request(request, 0, losses);
  }
  virtual std::string encode_count(std::int64_t tokens) const = 0;
  /// Errors: upstream_malformed.
  virtual Result<std::int64_t> decode_count_answer(std::string_view body) const = 0;

  /// Null when the format has no embeddings.
  virtual const EmbeddingsFormat* embeddings() const { return nullptr; }

  /// The body of an error answer.
  virtual std::string encode_error(const Error& error, const ErrorSpelling& spelling) const = 0;
  /// The bytes that end a stream that has begun: the format's own error event.
  virtual std::string encode_stream_error(const Error& error,
                                          const ErrorSpelling& spelling) const = 0;
};

}  // namespace arouter
