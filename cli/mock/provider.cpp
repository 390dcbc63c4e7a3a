#include "cli/mock/provider.hpp"

#include <algorithm>
#include <random>

#include "cli/mock/http_answer.hpp"
#include "cli/mock/words.hpp"

namespace arouter::mock {

namespace {

// All choices of one answer together; a client's `n` must not cost more memory than a long prompt.
constexpr std::int64_t kMostAnswerTokens = 1'000'000;

AnswerHead head_of(const RequestHead& request, int status, std::string_view request_id) {
  return {.status = status,
          .request_id = request_id,
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

std::string_view methods_of(bool chat) {
  return chat ? "POST, OPTIONS" : "GET, HEAD, OPTIONS";
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
  if (status == 429 || status == 503) error.retry_after_s = 1;
  return error;
}

}  // namespace

Provider::Provider(MockOptions options) : options_(std::move(options)), draws_(options_.seed) {
  std::random_device random;
  ids_ = std::uint64_t{random()} << 32 | random();
}

Reply Provider::answer(const RequestHead& head, std::string_view body, std::int64_t now_s) {
  if (created_ == 0) created_ = now_s;
  const Target target = find_route(head.path);
  const bool chat = target.route == Route::chat;
  const std::string allow = "Allow: " + std::string(methods_of(chat)) + "\r\n";
  if (head.method == "OPTIONS") return answer_json(head, 204, {}, allow);
  if (target.route == Route::unknown) {
    return answer_error(
        head, client_error(ErrorKind::not_found,
                           "No such route. There are POST /v1/chat/completions, GET /v1/models and "
                           "GET /v1/models/{id}."));
  }
  if (!accepts_key(head)) {
    return answer_error(
        head, client_error(ErrorKind::unauthorized,
                           "Incorrect API key. Send 'Authorization: Bearer' and the key."));
  }
  const bool fits = chat ? head.method == "POST" : head.method == "GET" || head.method == "HEAD";
  if (!fits) {
    const Error error = client_error(ErrorKind::method_not_allowed,
                                     "This route takes " + std::string(methods_of(chat)) + ".");
    return answer_json(head, http_status(error), encode_error(error), allow);
  }
  switch (target.route) {
    case Route::chat:
      return answer_chat_call(head, body, now_s);
    case Route::models:
      return answer_json(head, 200, encode_models(options_.models, created_));
    default:
      return answer_model(head, target.model);
  }
}

Reply Provider::refuse(const Error& error) {
  RequestHead head;
  head.keep_alive = false;
  return answer_error(head, error);
}

Provider::Target Provider::find_route(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path == "/v1/chat/completions") return {Route::chat, {}};
  if (path == "/v1/models") return {Route::models, {}};
  constexpr std::string_view models = "/v1/models/";
  if (path.starts_with(models)) return {Route::model, path.substr(models.size())};
  return {};
}

Reply Provider::answer_chat_call(const RequestHead& head, std::string_view body,
                                 std::int64_t now_s) {
  if (const int status = planned_failure(); status != 0) {
    Reply reply = answer_error(head, planned_error(status));
    reply.delayed = true;
    return reply;
  }
  if (!is_json(head)) {
    return answer_error(head, client_error(ErrorKind::unsupported_media_type,
                                           "The body must be application/json."));
  }
  const Result<ChatRequest> request = decode_chat_request(body);
  if (!request) return answer_error(head, request.error());
  if (!serves(request->model)) return answer_error(head, unknown_model(request->model));
  if (request->choices * options_.tokens > kMostAnswerTokens) {
    return answer_error(head, client_error(ErrorKind::bad_request, "'n' is too large.", "n"));
  }
  ChatReply chat = answer_chat(*request, options_.tokens);
  const std::string id = next_id();
  const AnswerStamp stamp{"chatcmpl-" + id, now_s};
  if (!request->stream) {
    Reply reply = answer_json(head, 200, encode_chat(chat, stamp));
    reply.delayed = true;
    return reply;
  }
  Reply reply;
  reply.chunked = head.minor_version == 1;
  AnswerHead answer_head = head_of(head, 200, id);
  answer_head.keep_alive = answer_head.keep_alive && reply.chunked;
  reply.bytes = encode_stream_head(answer_head, reply.chunked);
  reply.stream.emplace(std::move(chat), stamp);
  reply.close = !answer_head.keep_alive;
  reply.delayed = true;
  return reply;
}

Reply Provider::answer_model(const RequestHead& head, std::string_view encoded_name) {
  const Result<std::string> name = percent_decode(encoded_name);
  if (!name) return answer_error(head, name.error());
  if (!serves(*name)) return answer_error(head, unknown_model(*name));
  return answer_json(head, 200, encode_model(*name, created_));
}

Reply Provider::answer_error(const RequestHead& head, const Error& error) {
  std::string fields;
  if (error.retry_after_s != 0) {
    fields = "Retry-After: " + std::to_string(error.retry_after_s) + "\r\n";
  }
  if (http_status(error) == 401) fields += "WWW-Authenticate: Bearer\r\n";
  return answer_json(head, http_status(error), encode_error(error), fields);
}

Reply Provider::answer_json(const RequestHead& head, int status, std::string_view body,
                            std::string_view fields) {
  const std::string id = next_id();
  AnswerHead answer_head = head_of(head, status, id);
  answer_head.fields = fields;
  Reply reply;
  reply.bytes = encode_answer(answer_head, body, head.method == "HEAD");
  reply.close = !head.keep_alive;
  return reply;
}

bool Provider::accepts_key(const RequestHead& head) const {
  if (options_.keys.empty()) return true;
  const std::string_view* field = head.fields.find("authorization");
  constexpr std::string_view scheme = "bearer ";
  if (field == nullptr || !same_name(field->substr(0, scheme.size()), scheme)) return false;
  const std::string_view sent = field->substr(scheme.size());
  return std::any_of(options_.keys.begin(), options_.keys.end(),
                     [&](const Secret& key) { return key.reveal() == sent; });
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
