#include "cli/validate/exchanger.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <thread>

#include "shared/validate/http_wire.hpp"

namespace arouter::validate {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostBytes = 8 * 1024 * 1024;
constexpr std::size_t kMostArrivals = 100'000;
constexpr milliseconds kEndGrace{5'000};  // from [DONE] to the end of the answer
constexpr milliseconds kExcessWatch{50};  // for bytes after the end
constexpr milliseconds kLongestWait{5'000};

/// Waits a moment for bytes after the end of an answer, or for a close that was not announced.
void watch_for_more(Connection& connection, Exchange& exchange) {
  const Connection::Read result = connection.read(exchange.wire, Clock::now() + kExcessWatch);
  if (result == Connection::Read::end) exchange.peer_closed = true;
}

std::int64_t ms_since(Clock::time_point began) {
  return std::chrono::duration_cast<milliseconds>(Clock::now() - began).count();
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

/// Seconds of a Retry-After; nothing when it is absent or a date (which is legal, but not waited
/// for).
std::optional<std::int64_t> retry_after_s(const Exchange& exchange) {
  const std::string* value = exchange.response.find("retry-after");
  std::int64_t seconds = 0;
  if (value == nullptr) return std::nullopt;
  const auto [end, failure] =
      std::from_chars(value->data(), value->data() + value->size(), seconds);
  if (failure != std::errc() || seconds < 0) return std::nullopt;
  return std::min<std::int64_t>(seconds, 86'400);
}

bool says_when(const Exchange& exchange) {
  const std::string* value = exchange.response.find("retry-after");
  // An HTTP date ends in GMT.
  return value != nullptr && (retry_after_s(exchange) || value->ends_with("GMT"));
}

std::string wrong_key(const std::string& nonce) {
  std::string digits = nonce;
  while (digits.size() < 32) digits += nonce;
  return "sk-arouter-invalid-" + digits.substr(0, 32);
}

/// The end of `body` holds the line that ends a stream.
bool ends_a_stream(std::string_view body) {
  const std::string_view tail = body.substr(body.size() - std::min<std::size_t>(body.size(), 64));
  return tail.find("data: [DONE]") != tail.npos || tail.find("data:[DONE]") != tail.npos;
}

/// What a deadline of ours means for the exchange that ran into it.
void note_timeout(const ResponseReader& reader, bool ended, std::int64_t after_ms,
                  Exchange& exchange) {
  const bool finished = reader.response().body.find("\"finish_reason\":\"") != std::string::npos;
  exchange.left_open = exchange.expect == Expect::stream && (ended || finished);
  if (exchange.left_open) return;
  exchange.failure = Failure::timeout;
  exchange.failure_detail = (reader.has_head() ? "it did not end within " : "none came within ") +
                            std::to_string((after_ms + 500) / 1'000) + " s";
}

}  // namespace

Exchange Exchanger::begin(const Probe& probe) const {
  Exchange exchange;
  exchange.probe = probe.name;
  exchange.expect = probe.expect;
  exchange.method = probe.method;
  exchange.url = settings_.base_url + probe.path;
  exchange.request_body = probe.body;
  exchange.max_tokens = probe.max_tokens;
  exchange.began_unix_s = static_cast<std::int64_t>(std::time(nullptr));
  const auto add = [&](std::string name, std::string value) {
    exchange.request_fields.push_back({std::move(name), std::move(value)});
  };
  add("Host", settings_.address.host_header);
  add("User-Agent", "arouter-validate/" AROUTER_VERSION);
  add("Accept", probe.expect == Expect::stream ? "text/event-stream" : "application/json");
  add("Accept-Encoding", probe.accept_gzip ? "gzip, br, zstd" : "identity");
  if (probe.method == "POST") add("Content-Type", "application/json");
  // The credential stands here as a shell variable; only request_bytes() puts the key in.
  const bool has_key = !settings_.key.empty();
  if (probe.credential == Probe::Credential::wrong) {
    add("Authorization", "Bearer " + wrong_key(settings_.nonce));
  } else if (has_key && probe.credential == Probe::Credential::key) {
    add("Authorization", "Bearer $" + settings_.key_variable);
  } else if (has_key && probe.credential == Probe::Credential::lower_case) {
    add("Authorization", "bearer $" + settings_.key_variable);
  }
  return exchange;
}

std::string Exchanger::request_bytes(const Probe& probe) const {
  std::string bytes =
      probe.method + " " + settings_.address.base_path + probe.path + " HTTP/1.1\r\n";
  for (const HeaderLine& field : begin(probe).request_fields) {
    std::string value = field.value;
    const std::size_t variable = value.find('$');
    if (field.name == "Authorization" && variable != std::string::npos) {
      value.replace(variable, std::string::npos, settings_.key.reveal());
    }
    bytes.append(field.name).append(": ").append(value).append("\r\n");
  }
  if (probe.method == "POST") {
    bytes.append("Content-Length: ").append(std::to_string(probe.body.size())).append("\r\n");
  }
  return bytes.append("\r\n").append(probe.body);
}

Exchange Exchanger::attempt(const Probe& probe, std::unique_ptr<Connection>& connection,
                            bool followed) const {
  Exchange exchange = begin(probe);
  const Clock::time_point began = Clock::now();
  const Clock::time_point deadline = std::min(began + settings_.timeout, settings_.run_deadline);
  if (began >= settings_.run_deadline) {
    exchange.failure = Failure::not_run;
    exchange.failure_detail = "the time of the run was used up";
    return exchange;
  }
  exchange.attempts = 1;
  exchange.second_on_connection = connection != nullptr;
  NetworkFault fault;
  if (connection == nullptr) {
    connection = Connection::open(settings_.address, *tls_, deadline, fault);
  }
  if (connection == nullptr) {
    exchange.failure = fault.failure;
    exchange.failure_detail = fault.detail;
  } else {
    // A server may answer before it has read everything; the answer is read either way.
    connection->write_all(request_bytes(probe), deadline);
    receive(probe, *connection, began, exchange);
  }
  exchange.duration_ms = ms_since(began);
  if (followed && connection != nullptr && exchange.failure == Failure::none) {
    watch_for_more(*connection, exchange);
  }
  read_answer(exchange, settings_.key.reveal());
  const bool open = connection != nullptr && !exchange.peer_closed && !exchange.hung_up &&
                    exchange.failure == Failure::none && !exchange.left_open &&
                    !exchange.response.announces_close();
  if (!open) connection.reset();
  return exchange;
}

void Exchanger::receive(const Probe& probe, Connection& connection, Clock::time_point began,
                        Exchange& exchange) const {
  Clock::time_point deadline = std::min(began + settings_.timeout, settings_.run_deadline);
  ResponseReader reader(probe.method == "HEAD");
  const std::string& body = reader.response().body;
  bool ended = false;  // the end mark of the stream was seen
  while (!reader.done()) {
    const std::size_t before = exchange.wire.size();
    const Connection::Read result = connection.read(exchange.wire, deadline);
    exchange.peer_closed = result == Connection::Read::end;
    if (exchange.peer_closed) return;
    if (result == Connection::Read::timeout) {
      return note_timeout(reader, ended, ms_since(began), exchange);
    }
    reader.feed(std::string_view(exchange.wire).substr(before));
    if (exchange.arrivals.size() < kMostArrivals) {
      exchange.arrivals.push_back({exchange.wire.size(), body.size(), ms_since(began)});
    }
    if (exchange.wire.size() > kMostBytes) {
      exchange.failure = Failure::too_large;
      exchange.failure_detail = "more than 8 MiB";
      return;
    }
    exchange.hung_up = probe.hang_up && count_of(body, "data:") >= 2;
    if (exchange.hung_up) return;
    if (!ended && ends_a_stream(body)) {
      ended = true;
      deadline = std::min(deadline, Clock::now() + kEndGrace);
    }
  }
}

Exchange Exchanger::run(const Probe& probe) const {
  Exchange last;
  for (int tries = 1;; ++tries) {
    std::unique_ptr<Connection> connection;
    Exchange next = attempt(probe, connection, false);
    next.saw_throttle = last.saw_throttle || next.throttled();
    next.throttle_said_when = next.throttled() ? says_when(next) : last.throttle_said_when;
    next.attempts += last.attempts;
    last = std::move(next);
    if (!last.throttled() || tries == 3) return last;
    const milliseconds asked{1'000 * retry_after_s(last).value_or(tries)};
    const Clock::time_point resume = Clock::now() + std::min(asked, kLongestWait);
    if (resume >= settings_.run_deadline) return last;
    std::this_thread::sleep_until(resume);
  }
}

std::pair<Exchange, Exchange> Exchanger::run_pair(const Probe& first, const Probe& second) const {
  std::unique_ptr<Connection> connection;
  Exchange before = attempt(first, connection, true);
  if (before.throttled()) {
    Exchange retried = run(first);
    retried.attempts += before.attempts;
    retried.saw_throttle = true;
    return {std::move(retried), run(second)};
  }
  // A close that was not announced is found by sending: that is what a pooled client does.
  Exchange after = attempt(second, connection, false);
  if (after.throttled()) {
    const int attempts = after.attempts;
    after = run(second);
    after.attempts += attempts;
  }
  return {std::move(before), std::move(after)};
}

}  // namespace arouter::validate
