// The relay of an answer that is no stream: it passes, or is translated.
#include "daemon/edge/answer.hpp"
#include "daemon/stages/relay.hpp"
#include "shared/chat/shorten.hpp"
#include "shared/formats/reply_losses.hpp"

namespace arouter::daemon {

namespace {

/// The facts of a body in the provider's format, noted in the exchange.
Result<ReplyFacts> take_facts(Exchange& exchange, std::string_view body) {
  Result<ReplyFacts> facts = exchange.upstream_format->read_reply(exchange.upstream_call(), body);
  if (!facts) return malformed_answer(exchange, "an answer that is not valid JSON");
  if (facts->is_error) return error_inside(exchange, body);
  const bool counts = exchange.route.call == CallKind::count_tokens;
  if (!facts->has_answer && !counts)
    return malformed_answer(exchange, "an answer with nothing in it");
  exchange.upstream_id = facts->id;
  exchange.finish_reason = facts->finish_reason;
  exchange.content_bytes = facts->content_bytes;
  if (facts->usage) set_usage(exchange, *facts->usage);
  return facts;
}

/// The places to change in bytes that pass.
std::vector<Edit> edits_of(const Exchange& exchange, std::string_view body,
                           const ReplyFacts& facts) {
  if (!facts.usage || !exchange.endpoint->pricing.known) return {};
  return exchange.format->cost_edits(body, facts.usage_value, exchange.cost);
}

Result<std::string> translate_embeddings(Exchange& exchange, std::string_view body) {
  const EmbeddingsRequest& request = *exchange.translation.embeddings;
  Result<EmbeddingsReply> reply =
      exchange.upstream_format->embeddings()->decode_reply(body, request.inputs.size());
  if (!reply) return malformed_answer(exchange, "embeddings that cannot be read");
  if (!reply->usage && exchange.usage.origin == UsageOrigin::none) {
    // Some formats never count them, and clients of others expect a number.
    set_usage(exchange, estimate_usage(exchange.body.size(), 0));
  }
  if (!reply->usage) reply->usage = exchange.usage;
  if (reply->model.empty()) reply->model = exchange.endpoint->model;  // some formats name none
  if (exchange.endpoint->pricing.known) reply->cost = exchange.cost;
  return exchange.format->embeddings()->encode_reply(*reply, request);
}

Result<std::string> translate_count(Exchange& exchange, std::string_view body) {
  const Result<std::int64_t> tokens = exchange.upstream_format->decode_count_answer(body);
  if (!tokens) return malformed_answer(exchange, "a count that cannot be read");
  return exchange.format->encode_count(*tokens);
}

Result<std::string> translate_chat(Exchange& exchange, std::string_view body) {
  Result<chat::Reply> reply = exchange.upstream_format->decode_reply(body);
  if (!reply) return reported_error(exchange, reply.error());
  const AnswerSpelling spelling = answer_spelling(exchange);
  chat::restore_tool_names(*reply, spelling.request);
  if (reply->usage && exchange.endpoint->pricing.known) reply->cost = exchange.cost;
  if (!reply->choices.empty()) {
    // In the words that a translated stream is booked in.
    exchange.finish_reason = chat::finish_reason_name(reply->choices.front().finish);
  }
  add_losses(exchange.losses, reply->losses);
  return exchange.format->encode_reply(*reply, spelling, exchange.losses);
}

Result<std::string> translate_body(Exchange& exchange, std::string_view body) {
  switch (exchange.route.call) {
    case CallKind::embeddings:
    case CallKind::one_embedding:
      return translate_embeddings(exchange, body);
    case CallKind::count_tokens:
      return translate_count(exchange, body);
    default:
      return translate_chat(exchange, body);
  }
}

}  // namespace

Awaitable<Result<void>> relay_whole(Exchange& exchange, UpstreamAnswer& answer) {
  exchange.first_byte_us = elapsed_us(exchange);
  note_answered(exchange);
  Result<std::string> body = co_await read_whole(exchange, answer);
  if (!body) co_return body.error();
  const Result<ReplyFacts> facts = take_facts(exchange, *body);
  if (!facts) co_return facts.error();
  if (exchange.drain.begun()) co_return Result<void>{};  // nobody is there to be told
  std::vector<Edit> edits;
  if (exchange.is_translated()) {
    body = translate_body(exchange, *body);
    if (!body) co_return body.error();
  } else {
    edits = edits_of(exchange, *body, *facts);
  }
  std::size_t size = body->size();
  for (const Edit& edit : edits) size += edit.text.size() - (edit.end - edit.begin);
  exchange.status = 200;
  AnswerHead head{.content_length = size, .keep_alive = exchange.keep_alive};
  head.fields = truth_fields(exchange);
  exchange.tail = encode_head(head);
  exchange.tail.reserve(exchange.tail.size() + size);
  append_spliced(exchange.tail, *body, std::move(edits));
  co_return Result<void>{};
}

}  // namespace arouter::daemon
