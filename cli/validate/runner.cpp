#include "cli/validate/runner.hpp"

#include <future>
#include <set>
#include <thread>
#include <vector>

#include "shared/validate/report.hpp"

namespace arouter::validate {

namespace {

constexpr std::size_t kMostBytes = 64 * 1024 * 1024;

class Run {
 public:
  Run(RunSettings settings, const TlsSettings& tls)
      : settings_(std::move(settings)), tls_(tls), exchanger_(settings_.exchange, tls) {
    transcript_.base_url = settings_.exchange.base_url;
    transcript_.model = settings_.model;
    transcript_.no_auth = settings_.no_auth;
    transcript_.any_model = settings_.any_model;
    transcript_.sent_key = !settings_.exchange.key.empty();
  }

  Transcript take() {
    start();
    if (!obstacle_of(transcript_).empty() || redirected()) return std::move(transcript_);
    for (const Probe& probe : probes().answers()) send(probe);
    if (!settings_.no_auth) check_credentials();
    for (const Probe& probe : probes().refusals()) send(probe);
    check_routes();
    check_parallel();
    check_abort();
    if (stream_is_slow()) send(probes().gzip_stream());
    list_again();
    return std::move(transcript_);
  }

 private:
  Probes probes() const { return Probes({settings_.model, settings_.exchange.nonce, spelling_}); }

  void announce(std::string_view probe) {
    if (settings_.progress) settings_.progress(transcript_.exchanges.size(), probe);
  }

  const Exchange& keep(Exchange exchange) {
    bytes_ += exchange.wire.size();
    return transcript_.exchanges.emplace_back(std::move(exchange));
  }

  const Exchange& send(const Probe& probe) {
    announce(probe.name);
    if (bytes_ <= kMostBytes) return keep(exchanger_.run(probe));
    Exchange unsent;
    unsent.probe = probe.name;
    unsent.expect = probe.expect;
    unsent.failure = Failure::not_run;
    unsent.failure_detail = "the answers before are larger than 64 MiB together";
    return keep(std::move(unsent));
  }

  void start() {
    const Exchange& list = send(probes().models("models"));
    const bool unreachable = list.failure == Failure::connect || list.failure == Failure::tls;
    send_basic();
    if (unreachable && !obstacle_of(transcript_).empty()) return;
    if (adapt()) {
      drop("basic");
      drop("basic-again");
      send_basic();
    }
    send(probes().stream());
  }

  void send_basic() {
    announce("basic");
    auto [first, second] =
        exchanger_.run_pair(probes().basic("basic"), probes().basic("basic-again"));
    keep(std::move(first));
    keep(std::move(second));
  }

  void drop(std::string_view probe) {
    std::erase_if(transcript_.exchanges,
                  [&](const Exchange& exchange) { return exchange.probe == probe; });
  }

  /// Tries another base URL, or another spelling of the request, when the first was refused.
  /// True when the other one works.
  bool adapt() {
    const int status = transcript_.find("basic")->status();
    if (status == 404) return adapt_base_url();
    if (status != 400 && status != 422) return false;
    const std::string& body = transcript_.find("basic")->response.body;
    const bool blames_spelling = body.find("max_completion_tokens") != std::string::npos ||
                                 body.find("max_tokens") != std::string::npos ||
                                 body.find("temperature") != std::string::npos;
    if (!blames_spelling) return false;
    const Spelling before = spelling_;
    spelling_ = {.max_completion_tokens = true, .temperature = false};
    if (exchanger_.run(probes().basic("spelling")).ok()) return true;
    spelling_ = before;
    return false;
  }

  bool adapt_base_url() {
    ExchangeSettings other = settings_.exchange;
    const auto toggle = [](std::string& path) {
      if (path.ends_with("/v1")) {
        path.resize(path.size() - 3);
      } else {
        path += "/v1";
      }
    };
    toggle(other.address.base_path);
    toggle(other.base_url);
    const Exchanger exchanger(other, tls_);
    if (!exchanger.run(probes().basic("base-url")).ok()) return false;
    transcript_.right_base_url = other.base_url;
    settings_.exchange = other;
    exchanger_ = exchanger;
    drop("models");
    send(probes().models("models"));
    return true;
  }

  bool redirected() const {
    const int status = transcript_.find("basic")->status();
    return status >= 300 && status < 400;
  }

  void check_credentials() {
    for (const Probe& probe : probes().credentials()) {
      const bool needs_key = probe.credential == Probe::Credential::lower_case;
      if (!needs_key || transcript_.sent_key) send(probe);
    }
  }

  void check_routes() {
    for (const Probe& probe : probes().routes()) send(probe);
    const bool slashed = settings_.model.find('/') != std::string::npos;
    if (slashed && !transcript_.find("model")->ok()) send(probes().model_encoded());
  }

  void check_parallel() {
    announce("parallel");
    std::vector<std::future<Exchange>> running;
    for (const Probe& probe : probes().parallel()) {
      running.push_back(
          std::async(std::launch::async, [this, probe] { return exchanger_.run(probe); }));
    }
    for (std::future<Exchange>& exchange : running) keep(exchange.get());
  }

  void check_abort() {
    send(probes().abort());
    if (send(probes().basic("after-abort")).answered()) return;
    // A server may take a moment to notice that its client is gone.
    if (!pause(std::chrono::seconds(1))) return;
    drop("after-abort");
    send(probes().basic("after-abort"));
  }

  /// False when the run would be over by then.
  bool pause(std::chrono::seconds length) const {
    const Clock::time_point end = Clock::now() + length;
    if (end >= settings_.exchange.run_deadline) return false;
    std::this_thread::sleep_until(end);
    return true;
  }

  bool stream_is_slow() const {
    const Exchange* stream = transcript_.find("stream-usage");
    return stream != nullptr && stream->ok() && stream->duration_ms > 1'000;
  }

  static std::set<std::string> ids(const Exchange& list) {
    std::set<std::string> found;
    for (const JsonRef& model : list.json.root()["data"].children()) {
      found.insert(model["id"].text());
    }
    return found;
  }

  void list_again() {
    const Exchange& again = send(probes().models("models-again"));
    const Exchange* first = transcript_.find("models");
    if (!again.ok() || !first->ok() || ids(again) == ids(*first)) return;
    // A rolling deploy may show two lists for a moment.
    if (pause(std::chrono::seconds(2))) send(probes().models("models-third"));
  }

  RunSettings settings_;
  const TlsSettings& tls_;
  Exchanger exchanger_;
  Spelling spelling_;
  Transcript transcript_;
  std::size_t bytes_ = 0;  // of all answers
};

}  // namespace

Transcript run_probes(RunSettings settings, const TlsSettings& tls) {
  const Clock::time_point began = Clock::now();
  Transcript transcript = Run(std::move(settings), tls).take();
  transcript.duration_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
  return transcript;
}

}  // namespace arouter::validate
