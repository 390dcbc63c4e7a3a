#include "daemon/upstream/token_source.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

namespace arouter::daemon {

namespace {

bool same(const std::optional<OAuth2Client>& a, const std::optional<OAuth2Client>& b) {
  if (!a || !b) return !a && !b;
  return a->client_id == b->client_id && a->scope == b->scope && a->audience == b->audience &&
         a->client_secret.reveal() == b->client_secret.reveal();
}

bool same(const std::optional<ServiceAccount>& a, const std::optional<ServiceAccount>& b) {
  if (!a || !b) return !a && !b;
  return a->client_email == b->client_email && a->key_id == b->key_id && a->scope == b->scope &&
         a->token_url == b->token_url && a->private_key.reveal() == b->private_key.reveal();
}

}  // namespace

Provider TokenSource::endpoint_of(const Provider& provider) {
  Provider endpoint = provider;
  endpoint.keys.clear();
  endpoint.proxy = provider.token_proxy;
  endpoint.origin = provider.oauth2 ? provider.oauth2->token : provider.service_account->token;
  return endpoint;
}

TokenSource::TokenSource(const Provider& provider, std::shared_ptr<ProviderState> state)
    : endpoint_(endpoint_of(provider)),
      state_(std::move(state)),
      client_(provider.oauth2),
      account_(provider.service_account) {}

bool TokenSource::serves(const Provider& provider) const {
  const Origin wanted = endpoint_of(provider).origin;
  return same(client_, provider.oauth2) && same(account_, provider.service_account) &&
         wanted.base_path == endpoint_.origin.base_path;
}

void TokenSource::forgive() {
  const std::scoped_lock lock(mutex_);
  cycle_.forgive();
}

TokenTurn TokenSource::ask(Loop& loop, SteadyTime now) {
  TokenTurn turn;
  const std::scoped_lock lock(mutex_);
  const TokenStep step = cycle_.ask(now);
  turn.fetches = step == TokenStep::renew || step == TokenStep::fetch;
  if (step == TokenStep::use || step == TokenStep::renew) {
    turn.token = token_;
  } else if (step == TokenStep::refuse) {
    turn.failure = failure_;
    const auto wait = seconds_until(cycle_.retry_at(), now);
    turn.failure->retry_after_s = static_cast<std::uint32_t>(wait.count());
  } else {
    turn.waiter = std::make_shared<TokenWaiter>(loop);
    waiters_.push_back(turn.waiter);
  }
  return turn;
}

/// Each on its own loop, where it looks again at what there is.
void TokenSource::wake(std::unique_lock<std::mutex> lock) {
  const std::vector<std::shared_ptr<TokenWaiter>> waiters = std::exchange(waiters_, {});
  lock.unlock();
  for (const auto& waiter : waiters) {
    asio::post(waiter->loop, [waiter] { waiter->woken.fire(); });
  }
}

std::string TokenSource::end_fetch(Result<FetchedToken> result, std::chrono::seconds retry_after,
                                   SteadyTime now) {
  std::unique_lock lock(mutex_);
  std::string told;
  if (result) {
    cycle_.fetched(result->lifetime, now);
    token_ = std::make_shared<const Secret>(std::move(result->value));
    if (std::exchange(failing_, false)) {
      told = "provider '" + endpoint_.name + "': its token endpoint gives out tokens again";
    }
  } else {
    failing_ = true;
    cycle_.failed(retry_after, now);
    failure_ = result.error();
    const std::string what = failure_.message;
    failure_.message =
        "no token for provider '" + endpoint_.name + "' could be had: its token endpoint " + what;
    failure_.provider = endpoint_.name;
    told = failure_.message + (failure_.detail.empty() ? "" : "; " + failure_.detail) +
           "; asked again after " + std::to_string(seconds_until(cycle_.retry_at(), now).count()) +
           " s";
  }
  wake(std::move(lock));
  return told;
}

void TokenSource::abandon_fetch() {
  std::unique_lock lock(mutex_);
  cycle_.abandoned();
  wake(std::move(lock));
}

bool TokenSource::refused(const Token& token, SteadyTime now) {
  const std::scoped_lock lock(mutex_);
  return token != token_ || cycle_.refused(now);
}

}  // namespace arouter::daemon
