#include "daemon/upstream/fetch.hpp"

#include <algorithm>

#include "daemon/edge/answer.hpp"
#include "daemon/upstream/answer.hpp"
#include "daemon/upstream/request_head.hpp"
#include "shared/errors/wait.hpp"
#include "shared/secret.hpp"

namespace arouter::daemon {

namespace {

Secret encode_head_of(const Provider& provider, const FetchRequest& request) {
  std::string head;
  head.reserve(1024 + request.target.size() + request.fields.size());  // no copies left behind
  begin_request_head(head, request.method, request.target, provider);
  const Proxy* const proxy = provider.reading_proxy();
  if (proxy != nullptr && !proxy->authorization.empty()) {
    append_field(head, "Proxy-Authorization", proxy->authorization.reveal());
  }
  append_field(head, "Connection", "close");
  if (request.method != "GET") {
    append_field(head, "Content-Length", std::to_string(request.body.size()));
  }
  head += request.fields;
  head += "\r\n";
  return Secret(std::move(head));
}

/// No longer than until `deadline`, from now.
Timeouts within(Timeouts timeouts, TimePoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  timeouts.connect = std::min(timeouts.connect, left);
  timeouts.tls = std::min(timeouts.tls, left);
  return timeouts;
}

}  // namespace

Awaitable<Result<FetchAnswer>> Fetch::run(const Provider& provider, const ProviderState& state,
                                          FetchRequest request, TimePoint deadline) {
  auto connection = std::make_unique<UpstreamConnection>(means_.loop, means_.deadlines);
  wire_ = connection.get();
  const Timeouts timeouts = within(provider.timeouts, deadline);
  const Result<void> opened = co_await connection->open(provider, state, timeouts, means_.resolver);
  if (!opened || cancelled_) {
    wire_ = nullptr;
    Error error = opened ? upstream_error(ErrorKind::upstream_truncated, "the call was cancelled")
                         : opened.error();
    co_return error;
  }
  Result<FetchAnswer> answer = co_await ask(std::move(connection), provider, request, deadline);
  wire_ = nullptr;
  co_return answer;
}

Awaitable<Result<FetchAnswer>> Fetch::ask(std::unique_ptr<UpstreamConnection> connection,
                                          const Provider& provider, FetchRequest request,
                                          TimePoint deadline) {
  const Secret head = encode_head_of(provider, request);
  connection->set_deadline(deadline);
  // Whether or not it could be sent whole, there may be an answer.
  co_await connection->write(head.reveal(), request.body);
  UpstreamAnswer answer(std::move(connection), means_.pool);
  const Result<void> began = co_await answer.read_head(deadline);
  if (!began) co_return began.error();
  FetchAnswer fetched{.status = answer.status(), .body = {}};
  fetched.retry_after = std::chrono::seconds(find_wait(answer.fields(), unix_seconds()));
  for (bool more = true; more;) {
    const Result<bool> read = co_await answer.read_body(fetched.body, deadline);
    if (!read) co_return read.error();
    if (fetched.body.size() > kMostBody) {
      co_return upstream_error(ErrorKind::upstream_malformed, "the answer is too large");
    }
    more = *read;
  }
  co_return fetched;
}

void Fetch::cancel() {
  cancelled_ = true;
  if (wire_ != nullptr) wire_->cancel();
}

}  // namespace arouter::daemon
