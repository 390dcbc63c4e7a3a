#include "daemon/stages/estimate_count.hpp"

#include "daemon/edge/answer.hpp"
#include "daemon/edge/error_answer.hpp"
#include "daemon/edge/options.hpp"
#include "shared/chat/estimate.hpp"

namespace arouter::daemon {

Result<void> estimate_count(Exchange& exchange) {
  const Result<chat::Request> request = exchange.format->decode_request(
      exchange.body, exchange.request, exchange.translation.decoded);
  if (!request) return request.error();
  const std::string body = exchange.format->encode_count(chat::estimate_tokens(*request));
  exchange.status = 200;
  AnswerHead head{.content_length = body.size(), .keep_alive = exchange.keep_alive};
  append_request_id(head.fields, exchange);
  append_allowed_origin(head.fields, exchange);
  append_field(head.fields, "X-ARouter-Model", exchange.model);
  append_field(head.fields, "X-ARouter-Usage", "estimated");
  exchange.tail = encode_head(head) + body;
  return {};
}

}  // namespace arouter::daemon
