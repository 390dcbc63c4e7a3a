#include "cli/mock/provider.hpp"

#include <algorithm>
#include <random>

#include "cli/mock/formats.hpp"
#include "cli/mock/http_answer.hpp"
#include "cli/mock/keys.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock {

namespace {

// All choices of one answer together; a client's `n` must not cost more memory than a long prompt.
constexpr std::int64_t kMostAnswerTokens = 1'000'000;

AnswerHead head_of(const RequestHead& request, const Route& route, int status,
                   std::string_view request_id) {
  return {.status = status,
          .request_id = request_id,
          .request_id_field = dialect_format(route.dialect).request_id_field,
          .keep_alive = request.keep_alive,
          .says_keep_alive = request.keep_alive && request.minor_version == 0};
}

bool is_json(const RequestHead& head) {
  const std::string_view* type = head.fields.find("content-type");
  if (type == nullptr) return true;
  std::string_view media = type->substr(0, type->find(';'));
  while (media.ends_with(' ')) media.remove_suffix(1);
  return same_name(media, "application/json");
}

std::string_view methods_of(const Route& route) {
  return route.is_model_call() ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
}

std::string allow_line(const Route& route) {
  return "Allow: " + std::string(methods_of(route)) + "\r\n";
}

bool fits_method(const RequestHead& head, const Route& route) {
  if (route.is_model_call()) return head.method == "POST";
  return head.method == "GET" || head.method == "HEAD";
}

Error unknown_model(std::string_view model) {
  return client_error(ErrorKind::model_not_found,
                      "The model '" + std::string(model) + "' does not exist.", "model");
}

/// The error that a planned status stands for.
Error planned_error(int status) {
  Error error = client_error(status < 500 ? ErrorKind::bad_request : ErrorKind::internal,
                             "This provider was told to answer " + std::to_string(status) + ".");
  for (const ErrorKind kind : {ErrorKind::unauthorized, ErrorKind::forbidden,
                               ErrorKind::rate_limited, ErrorKind::overloaded}) {
    if (http_status(kind) == status) error.kind = kind;
  }
  error.status = static_cast<std::uint16_t>(status);
  if (status == 429 || status == 503 || status == 529) error.retry_after_s = 1;
  return error;
}

}  // namespace

Provider::Provider(MockOptions options) : options_(std::move(options)), draws_(options_.seed) {
  std::random_device random;
  ids_ = std::uint64_t{random()} << 32 | random();
}

Reply Provider::answer(const RequestHead& head, std::string_view body, std::int64_t now_s) {
  if (created_ == 0) created_ = now_s;
  const Visit visit{head, body, now_s, find_route(head)};
  const Route& route = visit.route;
  if (head.method == "OPTIONS") return answer_json(visit, 204, next_id(), {}, allow_line(route));
  if (route.action == Action::unknown) {
    return answer_error(visit,
                        client_error(ErrorKind::not_found,
                                     "No such route. " + std::string(known_routes(route.dialect))));
  }
  if (const Result<void> key = check_key(head, route.dialect, options_.keys); !key) {
    return answer_error(visit, key.error());
  }
  if (!fits_method(head, route)) {
    return answer_error(visit,
                        client_error(ErrorKind::method_not_allowed,
                                     "This route takes " + std::string(methods_of(route)) + "."),
                        allow_line(route));
  }
  if (route.is_model_call()) return answer_model_call(visit);
  if (route.action == Action::model) return answer_model(visit);
  const DialectFormat& format = dialect_format(route.dialect);
  return answer_json(visit, 200, next_id(), format.encode_models(options_.models, created_));
}

Reply Provider::refuse(const Error& error) {
  RequestHead head;
  head.keep_alive = false;
  return answer_error({head, {}, 0, {}}, error);
}

Reply Provider::answer_model_call(const Visit& visit) {
  if (const int status = planned_failure(); status != 0) {
    Reply reply = answer_error(visit, planned_error(status));
    reply.delayed = true;
    return reply;
  }
  if (!is_json(visit.head)) {
    return answer_error(visit, client_error(ErrorKind::unsupported_media_type,
                                            "The body must be application/json."));
  }
  const std::string_view* version = visit.head.fields.find("anthropic-version");
  if (visit.route.dialect == Dialect::anthropic && version == nullptr) {
    return answer_error(
        visit, client_error(ErrorKind::bad_request, "anthropic-version: header is required."));
  }
  const Result<std::string> model = percent_decode(visit.route.model);
  if (!model) return answer_error(visit, model.error());
  const Call call{.body = visit.body,
                  .model = *model,
                  .version = version == nullptr ? std::string_view() : *version,
                  .stream = visit.route.stream,
                  .counts_only = visit.route.action == Action::count};
  const bool embeds =
      visit.route.action == Action::embed || visit.route.action == Action::embed_batch;
  return embeds ? answer_embedding(visit, call) : answer_question(visit, call);
}

Reply Provider::answer_question(const Visit& visit, const Call& call) {
  const AnswerFormat& format = answer_format(visit.route);
  const Result<Question> question = format.decode(call);
  if (!question) return answer_error(visit, question.error());
  if (!question->model.empty() && !serves(question->model)) {
    return answer_error(visit, unknown_model(question->model));
  }
  if (call.counts_only) {
    return answer_json(visit, 200, next_id(), format.encode_count(question->prompt_tokens));
  }
  if (question->choices * options_.tokens > kMostAnswerTokens) {
    return answer_error(visit, client_error(ErrorKind::bad_request, "'n' is too large.", "n"));
  }
  Answer answer = make_answer(*question, options_.tokens);
  answer.cached_tokens = cache_.take(question->hash, question->prompt_tokens);
  const Stamp stamp{next_id(), visit.now_s};
  if (question->stream) return answer_stream(visit, std::move(answer), stamp);
  Reply reply = answer_json(visit, 200, stamp.id, format.encode(answer, stamp));
  reply.delayed = true;
  return reply;
}

Reply Provider::answer_stream(const Visit& visit, Answer answer, const Stamp& stamp) {
  const bool array = visit.route.dialect == Dialect::gemini && !visit.route.event_stream;
  Reply reply;
  reply.chunked = visit.head.minor_version == 1;
  AnswerHead head = head_of(visit.head, visit.route, 200, stamp.id);
  head.keep_alive = head.keep_alive && reply.chunked;
  reply.bytes = encode_stream_head(
      head, array ? "application/json; charset=utf-8" : "text/event-stream; charset=utf-8",
      reply.chunked);
  reply.stream = answer_format(visit.route).stream(std::move(answer), stamp);
  reply.close = !head.keep_alive;
  reply.delayed = true;
  return reply;
}

Reply Provider::answer_embedding(const Visit& visit, const Call& call) {
  const EmbeddingFormat& format = embedding_format(visit.route);
  const Result<EmbeddingQuestion> question = format.decode(call);
  if (!question) return answer_error(visit, question.error());
  if (!serves(question->model)) return answer_error(visit, unknown_model(question->model));
  Reply reply = answer_json(visit, 200, next_id(), format.encode(*question));
  reply.delayed = true;
  return reply;
}

Reply Provider::answer_model(const Visit& visit) {
  const Result<std::string> name = percent_decode(visit.route.model);
  if (!name) return answer_error(visit, name.error());
  if (!serves(*name)) return answer_error(visit, unknown_model(*name));
  return answer_json(visit, 200, next_id(),
                     dialect_format(visit.route.dialect).encode_model(*name, created_));
}

Reply Provider::answer_error(const Visit& visit, const Error& error, std::string_view fields) {
  std::string lines(fields);
  if (error.retry_after_s != 0) {
    lines += "Retry-After: " + std::to_string(error.retry_after_s) + "\r\n";
  }
  if (http_status(error) == 401) lines += "WWW-Authenticate: Bearer\r\n";
  const std::string id = next_id();
  std::string body = dialect_format(visit.route.dialect).encode_error(error, id);
  // Where the answer would be an array, so is the error.
  if (visit.route.stream && !visit.route.event_stream) body = '[' + body + ']';
  return answer_json(visit, http_status(error), id, body, lines);
}

Reply Provider::answer_json(const Visit& visit, int status, std::string_view request_id,
                            std::string_view body, std::string_view fields) {
  AnswerHead head = head_of(visit.head, visit.route, status, request_id);
  head.fields = fields;
  Reply reply;
  reply.bytes = encode_answer(head, body, visit.head.method == "HEAD");
  reply.close = !visit.head.keep_alive;
  return reply;
}

bool Provider::serves(std::string_view model) const {
  return std::find(options_.models.begin(), options_.models.end(), model) != options_.models.end();
}

int Provider::planned_failure() {
  if (options_.status != 0) return options_.status;
  if (options_.fail_rate <= 0) return 0;
  const std::uint64_t draw = mix(draws_++) >> 11;  // 53 bits: what a double holds
  const double share = static_cast<double>(draw) / 9'007'199'254'740'992.0;
  return share < options_.fail_rate ? options_.fail_status : 0;
}

/// 16 hexadecimal digits, another one each time.
std::string Provider::next_id() {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string id(16, '0');
  std::uint64_t number = mix(ids_++);
  for (char& digit : id) {
    digit = hex[number & 15];
    number >>= 4;
  }
  return id;
}

}  // namespace arouter::mock
