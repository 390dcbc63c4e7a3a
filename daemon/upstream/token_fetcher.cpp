#include "daemon/upstream/token_fetcher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "daemon/log.hpp"
#include "daemon/upstream/assertion.hpp"
#include "shared/errors/blame.hpp"

namespace arouter::daemon {

namespace {

/// What the endpoint did, as it follows its name; which host and why is for the log.
Error unanswered(const Error& error) {
  const auto what = [&]() -> std::string {
    if (error.kind == ErrorKind::upstream_timeout) return "did not answer in time";
    if (error.kind == ErrorKind::upstream_unreachable) return "could not be reached";
    return "gave no whole answer";
  };
  std::string detail = error.message;
  if (!error.detail.empty()) detail += ": " + error.detail;
  return upstream_error(ErrorKind::upstream_auth, what(), std::move(detail));
}

Error late(const Provider& provider) {
  Error error = upstream_error(ErrorKind::upstream_auth,
                               "no token for provider '" + provider.name +
                                   "' could be had: its token endpoint did not answer in time");
  error.provider = provider.name;
  return error;
}

Error cancelled() {
  Error error = upstream_error(ErrorKind::upstream_truncated, "the call was cancelled");
  error.code = kCancelledCode;
  return error;
}

Result<TokenRequest> make_request(const TokenSource& source, ClientAuth auth) {
  if (source.client()) return client_credentials_request(*source.client(), auth);
  const ServiceAccount& account = *source.account();
  const std::string text = unsigned_assertion(account, unix_seconds());
  const Result<std::string> signature = sign_rs256(account.private_key, text);
  if (!signature) return signature.error();
  return assertion_request(text, *signature);
}

std::string_view secret_of(const TokenSource& source) {
  return source.client() ? source.client()->client_secret.reveal()
                         : source.account()->private_key.reveal();
}

}  // namespace

Awaitable<Result<Token>> TokenFetcher::token(std::shared_ptr<TokenSource> source, Timeouts timeouts,
                                             std::function<void()>& cancel) {
  const TimePoint deadline = Clock::now() + timeouts.connect + timeouts.tls;
  bool is_cancelled = false;
  for (;;) {
    const TokenTurn turn = source->ask(means_.loop, Clock::now());
    if (turn.fetches) begin(source, timeouts);
    if (turn.token != nullptr) co_return turn.token;
    if (turn.failure) co_return *turn.failure;
    // Never resumed inside the call that ends the wait: its caller may not outlive the exchange.
    const std::shared_ptr<TokenWaiter> waiter = turn.waiter;
    const auto wake = [waiter] { asio::post(waiter->loop, [waiter] { waiter->woken.fire(); }); };
    cancel = [wake, &is_cancelled] {
      is_cancelled = true;
      wake();
    };
    Deadlines::Entry entry(means_.deadlines, wake);
    entry.set(deadline);
    co_await waiter->woken.wait();
    cancel = nullptr;
    if (is_cancelled) co_return cancelled();
    if (entry.expired()) co_return late(source->endpoint());
  }
}

void TokenFetcher::begin(std::shared_ptr<TokenSource> source, const Timeouts& timeouts) {
  const TimePoint deadline = Clock::now() + timeouts.connect + timeouts.tls;
  auto ended = [](const std::exception_ptr& failure) {
    if (failure) log_line(LogLevel::error, "a fetch of a token ended by an exception: a bug");
  };
  asio::co_spawn(means_.loop, fetch(std::move(source), deadline), ended);
}

Awaitable<void> TokenFetcher::fetch(std::shared_ptr<TokenSource> source, TimePoint deadline) {
  const ClientAuth usual = source->auth();
  Asked asked = co_await ask_endpoint(*source, usual, deadline);
  const bool was_refused = asked.status == 400 || asked.status == 401;
  if (was_refused && source->client()) {
    // Perhaps for where the secret stood. What works is kept to.
    const ClientAuth other = usual == ClientAuth::header ? ClientAuth::body : ClientAuth::header;
    Asked again = co_await ask_endpoint(*source, other, deadline);
    if (again.token) {
      source->set_auth(other);
      asked = std::move(again);
    }
    asked.cancelled = asked.cancelled || again.cancelled;
  }
  if (asked.cancelled) {
    source->abandon_fetch();
    co_return;
  }
  const bool went_well = asked.token.has_value();
  const std::string told =
      source->end_fetch(std::move(asked.token), asked.retry_after, Clock::now());
  if (!told.empty()) log_line(went_well ? LogLevel::info : LogLevel::warn, log_text(told));
}

Awaitable<TokenFetcher::Asked> TokenFetcher::ask_endpoint(const TokenSource& source,
                                                          ClientAuth auth, TimePoint deadline) {
  const Result<TokenRequest> request = make_request(source, auth);
  if (!request) co_return Asked{.token = request.error()};
  const std::string& path = source.endpoint().origin.base_path;
  const FetchRequest wanted{.method = "POST",
                            .target = path.empty() ? std::string_view("/") : path,
                            .fields = request->fields.reveal(),
                            .body = request->body.reveal()};
  Fetch fetch(means_);
  running_.insert(&fetch);
  const Result<FetchAnswer> answer =
      co_await fetch.run(source.endpoint(), source.state(), wanted, deadline);
  running_.erase(&fetch);
  if (!answer) {
    co_return Asked{.token = unanswered(answer.error()), .cancelled = fetch.cancelled()};
  }
  co_return Asked{.token = decode_token_answer(answer->status, answer->body, secret_of(source)),
                  .retry_after = answer->retry_after,
                  .status = answer->status};
}

void TokenFetcher::stop() {
  for (Fetch* each : running_) each->cancel();
}

}  // namespace arouter::daemon
