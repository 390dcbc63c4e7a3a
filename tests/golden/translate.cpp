#include "tests/golden/translate.hpp"

#include <doctest/doctest.h>

#include "shared/formats/registry.hpp"
#include "shared/formats/reply_losses.hpp"

namespace arouter::golden {

namespace {

constexpr std::string_view kModel = "model-a";
constexpr std::int64_t kMostTokens = 8192;

void add(std::string& line, std::string_view name, std::string_view value) {
  if (!value.empty()) line += " " + std::string(name) + "=" + std::string(value);
}

void add(std::string& line, std::string_view name, std::int64_t value) {
  if (value != 0) add(line, name, std::to_string(value));
}

void add_signature(std::string& line, const chat::Signature& signature) {
  add(line, "signature", signature.bytes);
  add(line, "signed_by", signature.format);
}

void add_usage(std::string& line, const Usage& usage) {
  add(line, "input", usage.input_tokens);
  add(line, "output", usage.output_tokens);
  add(line, "cached", usage.cached_input_tokens);
  add(line, "written", usage.cache_write_tokens);
  add(line, "reasoning", usage.reasoning_tokens);
  add(line, "origin", usage_origin_name(usage.origin));
}

}  // namespace

AnswerSpelling fixed_spelling() {
  return {.request_id = "gen-golden", .now_s = 1'764'000'000, .include_usage = true};
}

Result<chat::Request> decode_request(const Format& format, std::string_view body,
                                     chat::Losses& losses) {
  Result<Peek> peek = format.peek(CallKind::chat, body);
  if (!peek) return peek.error();
  if (peek->model.empty()) peek->model = kModel;
  return format.decode_request(body, *peek, losses);
}

Result<Translated> translate_request(const Format& from, std::string_view body, const Format& to) {
  chat::Losses losses;
  Result<chat::Request> request = decode_request(from, body, losses);
  if (!request) return request.error();
  request->model = kModel;
  Translated translated;
  translated.text = to.encode_request(*request, kMostTokens, losses);
  translated.losses = losses.list();
  return translated;
}

Translated translate_reply(const Format& from, std::string_view body, const Format& to) {
  Translated translated;
  const Result<chat::Reply> reply = from.decode_reply(body);
  if (!reply) {
    translated.text = to.encode_error(reply.error(), {.request_id = "gen-golden"});
    return translated;
  }
  chat::Losses losses = reply->losses;
  translated.text = to.encode_reply(*reply, fixed_spelling(), losses);
  translated.losses = losses.list();
  return translated;
}

bool Blocks::next(std::string_view bytes, SseBlock& block) {
  const Result<bool> whole = scanner_.next(bytes, block);
  REQUIRE(whole.has_value());
  return *whole;
}

StreamReplay::StreamReplay(const Format& from) : decoder_(from.make_stream_decoder()) {
  for (const Format* format : all_formats()) {
    encoders_.push_back(format->make_stream_encoder(fixed_spelling()));
  }
  outputs_.resize(encoders_.size());
}

void StreamReplay::feed(std::string_view piece) {
  blocks_.feed(piece, [&](const SseBlock& block) {
    if (block.has_data && !ended_) take(decoder_->decode(block));
  });
}

void StreamReplay::finish() {
  if (!ended_) take(decoder_->finish());
}

std::string StreamReplay::losses(std::size_t format) const {
  chat::Losses losses = decoder_->losses();
  add_losses(losses, encoders_[format]->losses());
  return losses.list();
}

void StreamReplay::take(const Result<std::span<const chat::Event>>& events) {
  if (!events) {
    fault_ = events.error().message;
    ended_ = true;
    return;
  }
  for (const chat::Event& event : *events) {
    using Kind = chat::Event::Kind;
    REQUIRE_FALSE(ended_);  // nothing follows an end or an error
    ended_ = event.kind == Kind::end || event.kind == Kind::error;
    if (event.kind == Kind::usage) usage_ = event.usage;
    events_ += describe(event) + "\n";
    for (std::size_t i = 0; i < encoders_.size(); ++i) encoders_[i]->append(outputs_[i], event);
  }
}

std::string describe(const chat::Event& event) {
  constexpr std::array<std::string_view, 13> kNames{
      "start", "text",     "thinking", "signature", "refusal", "tool_call", "arguments",
      "media", "logprobs", "finish",   "usage",     "error",   "end"};
  std::string line(kNames[static_cast<std::size_t>(event.kind)]);
  add(line, "choice", event.choice);
  add(line, "part", event.part);
  add(line, "text", event.text);
  add(line, "id", event.id);
  add(line, "model", event.model);
  add(line, "created", event.created);
  add(line, "service_tier", event.service_tier);
  add(line, "tool_id", event.tool_id);
  add(line, "tool_name", event.tool_name);
  add_signature(line, event.signature);
  if (event.redacted) line += " redacted";
  add(line, "mime_type", event.media.mime_type);
  add(line, "data", event.media.data);
  add(line, "url", event.media.url);
  add(line, "finish", chat::finish_reason_name(event.finish));
  add(line, "stop_sequence", event.stop_sequence);
  add_usage(line, event.usage);
  if (event.kind == chat::Event::Kind::error) {
    add(line, "status", http_status(event.error));
    add(line, "message", event.error.message);
    add(line, "code", event.error.code);
  }
  return line;
}

}  // namespace arouter::golden
