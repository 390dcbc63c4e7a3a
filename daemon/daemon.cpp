#include "daemon/daemon.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <mutex>

#include "daemon/limits/count_spent.hpp"
#include "daemon/log.hpp"
#include "daemon/services.hpp"
#include "daemon/signals.hpp"
#include "daemon/state.hpp"
#include "daemon/worker.hpp"

namespace arouter {

using namespace daemon;  // its parts: this file puts them together

namespace {

constexpr std::chrono::seconds kAfterAbort{5};
constexpr const char* kOpenBeyondLoopback =
    "[auth] mode = \"open\" is for loopback addresses only: beyond them keys are needed";
constexpr std::chrono::seconds kFlushWithin{5};

/// No core file may hold keys or prompts, and no other process of the user may look inside.
void forbid_cores() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
}

std::string url_of(const asio::ip::tcp::endpoint& endpoint) {
  const asio::ip::address& address = endpoint.address();
  std::string host = address.to_string();
  if (address.is_unspecified()) host = address.is_v6() ? "::1" : "127.0.0.1";
  if (address.is_v6()) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(endpoint.port());
}

bool are_loopback(const Endpoints& endpoints) {
  return std::all_of(endpoints.begin(), endpoints.end(),
                     [](const auto& endpoint) { return endpoint.address().is_loopback(); });
}

std::size_t worker_count(const ServerConfig& server) {
  if (server.workers != 0) return server.workers;
  return std::max(1U, std::thread::hardware_concurrency());
}

struct Loaded {
  std::shared_ptr<const Runtime> runtime;
  std::vector<ConfigFault> faults;
};

Loaded load(const std::function<ConfigOutcome()>& load_config, const Runtime* previous) {
  ConfigOutcome written = load_config();
  if (!written.faults.empty()) return {nullptr, std::move(written.faults)};
  CatalogOutcome built = build_catalog(std::move(written.config));
  if (built.catalog == nullptr) return {nullptr, std::move(built.faults)};
  RuntimeOutcome outcome = build_runtime(std::move(built.catalog), previous);
  return {std::move(outcome.runtime), std::move(outcome.faults)};
}

}  // namespace

/// Everything a running daemon holds; destroyed from the bottom up.
struct Daemon::Parts {
  explicit Parts(DaemonOptions given) : options(std::move(given)) {}

  DaemonOptions options;
  std::optional<StateFolder> state;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<KeyStore> keys;
  std::unique_ptr<Shared> shared;
  std::shared_ptr<const Runtime> runtime;
  std::shared_ptr<const Catalog> first_catalog;
  Endpoints endpoints;
  std::vector<std::string> base_urls;
  std::mutex reloading;  // guards `runtime`

  // The control loop runs inside wait(), on the caller's thread: signals, the drain's patience.
  Loop control{BOOST_ASIO_CONCURRENCY_HINT_SAFE};
  asio::executor_work_guard<LoopExecutor> work{control.get_executor()};
  Signals signals{control};
  Timer patience{control};
  bool draining = false;
  bool aborting = false;
  std::size_t running_workers = 0;
  bool waited = false;
  std::vector<std::unique_ptr<Worker>> workers;

  bool open(StartFailure& failure);
  bool listen(StartFailure& failure);
  void start_workers();
  void take_signal(int number);
  std::vector<ConfigFault> reload();
  Result<void> count_budgets(const LimitsConfig* before);
  void warn_of_the_lasting() const;
  void warn_of_unknown_prices() const;
  void begin_drain();
  void abort_rest();
};

bool Daemon::Parts::open(StartFailure& failure) {
  Loaded loaded = load(options.load_config, nullptr);
  if (loaded.runtime == nullptr) {
    failure.faults = std::move(loaded.faults);
    return false;
  }
  runtime = std::move(loaded.runtime);
  first_catalog = runtime->catalog;
  start_log(options.handle_signals ? std::string_view(first_catalog->config.log_level) : "off");
  Result<StateFolder> folder = StateFolder::open(options.state);
  if (!folder) {
    failure.message = folder.error().message;
    return false;
  }
  state.emplace(std::move(*folder));
  Result<std::unique_ptr<Ledger>> opened =
      Ledger::open(options.state, first_catalog->config.durability);
  if (!opened) {
    failure.message = opened.error().message;
    return false;
  }
  ledger = std::move(*opened);
  Result<std::unique_ptr<KeyStore>> store =
      KeyStore::open(options.state, state->pepper(), first_catalog->config.durability);
  if (!store) {
    failure.message = store.error().message;
    return false;
  }
  keys = std::move(*store);
  shared = std::make_unique<Shared>(
      *ledger, *keys, BuiltInKeys(state->pepper(), state->local_key(), state->management_key()));
  if (Result<void> counted = count_budgets(nullptr); !counted) {
    failure.message = counted.error().message;
    return false;
  }
  return listen(failure);
}

Result<void> Daemon::Parts::count_budgets(const LimitsConfig* before) {
  const BudgetKeepers keepers{*ledger, *keys, shared->built_in, shared->limiter};
  return count_spent(keepers, before, runtime->catalog->config.limits, unix_seconds());
}

bool Daemon::Parts::listen(StartFailure& failure) {
  const ServerConfig& server = first_catalog->config.server;
  Result<Endpoints> claimed = claim_addresses(options.listen ? *options.listen : server.listen);
  if (!claimed) {
    failure.message = claimed.error().message;
    return false;
  }
  endpoints = std::move(*claimed);
  if (first_catalog->config.auth == AuthMode::open && !are_loopback(endpoints)) {
    failure.message = kOpenBeyondLoopback;
    return false;
  }
  for (std::size_t i = 0; i < worker_count(server); ++i) {
    workers.push_back(std::make_unique<Worker>(*shared, runtime));
    if (Result<void> good = workers.back()->listen(endpoints); !good) {
      failure.message = good.error().message;
      return false;
    }
  }
  for (const auto& endpoint : endpoints) base_urls.push_back(url_of(endpoint));
  return true;
}

void Daemon::Parts::start_workers() {
  running_workers = workers.size();
  workers.front()->check_providers();
  for (const auto& worker : workers) {
    worker->start([this] {
      asio::post(control, [this] {
        if (--running_workers == 0) control.stop();
      });
    });
  }
}

/// A price that nobody stated is not a price of nothing.
void Daemon::Parts::warn_of_unknown_prices() const {
  for (const Model& model : runtime->catalog->models) {
    if (model.endpoints.front().pricing.known) continue;
    log_line(LogLevel::warn, "model '" + log_text(model.id) +
                                 "' has no pricing: what it costs is unknown and booked as 0");
  }
}

void Daemon::Parts::take_signal(int number) {
  if (number != SIGHUP) {
    if (draining) return abort_rest();  // asked twice
    return begin_drain();
  }
  const std::vector<ConfigFault> faults = reload();
  for (const ConfigFault& fault : faults) {
    log_line(LogLevel::error, "reload: " + log_text(to_string(fault)));
  }
  log_line(LogLevel::info, faults.empty() ? "reload: the new configuration is in force"
                                          : "reload: refused, the old configuration stays");
}

std::vector<ConfigFault> Daemon::Parts::reload() {
  const std::lock_guard lock(reloading);
  Loaded loaded = load(options.load_config, runtime.get());
  if (loaded.runtime == nullptr) return std::move(loaded.faults);
  // Judged by where we listen, which a reload does not change, not by what the file says now.
  if (loaded.runtime->catalog->config.auth == AuthMode::open && !are_loopback(endpoints)) {
    return {{.place = {}, .message = kOpenBeyondLoopback}};
  }
  const std::shared_ptr<const Runtime> previous = std::exchange(runtime, std::move(loaded.runtime));
  if (Result<void> counted = count_budgets(&previous->catalog->config.limits); !counted) {
    runtime = previous;
    return {{.place = {}, .message = "budgets: " + counted.error().message}};
  }
  set_log_level(options.handle_signals ? std::string_view(runtime->catalog->config.log_level)
                                       : "off");
  for (const auto& worker : workers) worker->set_runtime(runtime);
  warn_of_the_lasting();
  warn_of_unknown_prices();
  return {};
}

/// Some settings shape the process itself and are read at its start only.
void Daemon::Parts::warn_of_the_lasting() const {
  const Config& began = first_catalog->config;
  const Config& now = runtime->catalog->config;
  const auto warn = [](bool changed, const char* key) {
    if (!changed) return;
    log_line(LogLevel::warn, std::string("reload: ") + key + " changes at the next start only");
  };
  warn(began.server.listen != now.server.listen, "[server] listen");
  warn(began.server.workers != now.server.workers, "[server] workers");
  warn(began.durability != now.durability, "[ledger] durability");
}

void Daemon::Parts::begin_drain() {
  if (std::exchange(draining, true)) return;
  log_line(LogLevel::info, "draining: what runs may finish");
  for (const auto& worker : workers) worker->drain();
  const std::lock_guard lock(reloading);
  patience.expires_after(runtime->catalog->config.server.drain);
  patience.async_wait([this](const boost::system::error_code& failure) {
    if (!failure) abort_rest();
  });
}

/// Breaks off what still runs, and after another few seconds does not wait for it either.
void Daemon::Parts::abort_rest() {
  if (std::exchange(aborting, true)) return;
  for (const auto& worker : workers) worker->abort();
  patience.expires_after(kAfterAbort);
  patience.async_wait([this](const boost::system::error_code& failure) {
    if (failure) return;
    for (const auto& worker : workers) worker->stop();
  });
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Daemon::~Daemon() {
  drain();
  wait();
}

std::unique_ptr<Daemon> Daemon::start(DaemonOptions options, StartFailure& failure) {
  if (options.handle_signals) {
    forbid_cores();
    Signals::hold();
  }
  auto parts = std::make_unique<Parts>(std::move(options));
  if (!parts->open(failure)) return nullptr;
  if (parts->options.handle_signals) {
    parts->signals.start([&held = *parts](int number) { held.take_signal(number); });
  }
  parts->warn_of_unknown_prices();
  parts->start_workers();
  if (Result<void> noted = parts->state->write_note(parts->base_urls.front()); !noted) {
    failure.message = noted.error().message;
    std::unique_ptr<Daemon> ends_here(new Daemon(std::move(parts)));
    return nullptr;
  }
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

const std::vector<std::string>& Daemon::base_urls() const {
  return parts_->base_urls;
}
const Secret& Daemon::local_key() const {
  return parts_->state->local_key();
}
bool Daemon::local_key_is_new() const {
  return parts_->state->local_key_is_new();
}
const Catalog& Daemon::first_catalog() const {
  return *parts_->first_catalog;
}
std::vector<ConfigFault> Daemon::reload() {
  return parts_->reload();
}

void Daemon::drain() {
  Parts& parts = *parts_;
  asio::post(parts.control, [&parts] { parts.begin_drain(); });
}

void Daemon::wait() {
  if (std::exchange(parts_->waited, true)) return;
  parts_->control.run();
  for (const auto& worker : parts_->workers) worker->join();
  parts_->ledger->flush(kFlushWithin);
  parts_->ledger.reset();  // it may still answer a question, to a loop that is there
  log_line(LogLevel::info, "stopped");
}

}  // namespace arouter
