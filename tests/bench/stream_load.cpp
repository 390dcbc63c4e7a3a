// Many streams at once, for the benchmark: opens them, reads every event, and counts what is lost.
//
//   stream_load PORT PATH BODY_FILE STREAMS EVENTS [ROUNDS]
//
// STREAMS connections to 127.0.0.1:PORT each send the body ROUNDS times (1), one after the other.
// A stream is whole when it brings EVENTS events, the last of them [DONE], and ends by its own
// framing. The key is taken from $STREAM_LOAD_KEY. Prints one line of NAME=NUMBER pairs; exit code
// 0 when every stream was whole.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/http/chunked.hpp"
#include "shared/http/head.hpp"

namespace arouter::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};  // without a byte from anyone

struct Plan {
  std::uint16_t port = 0;
  std::string request;
  std::size_t streams = 0;
  std::size_t events = 0;
  std::size_t rounds = 1;
};

struct Tally {
  std::size_t whole = 0, failed = 0;  // streams
  std::size_t events = 0, lost = 0;
  std::vector<double> first_ms;  // from the request to the first event
};

/// One connection and the stream that runs on it.
class Stream {
 public:
  explicit Stream(const Plan& plan) : plan_(plan), rounds_left_(plan.rounds) {}
  ~Stream() { close(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  bool open() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(plan_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket_ >= 0 &&
           ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  int socket() const { return socket_; }

  bool ask() {
    asked_at_ = Clock::now();
    in_.clear();
    tail_.clear();
    decoder_.reset();
    events_ = 0;
    const std::string& request = plan_.request;
    return ::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(request.size());
  }

  /// Reads what is there. False when this connection has no more to do.
  bool on_readable(Tally& tally) {
    std::array<char, 16 * 1024> bytes;
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (size <= 0 || !take({bytes.data(), static_cast<std::size_t>(size)}, tally)) {
      fail(tally);
      return false;
    }
    if (!decoder_ || !decoder_->done()) return true;
    finish(tally);
    return --rounds_left_ > 0 && ask();
  }

  void fail(Tally& tally) {
    ++tally.failed;
    tally.lost += plan_.events - std::min(events_, plan_.events);
  }

 private:
  /// False when it is no event stream.
  bool take(std::string_view bytes, Tally& tally) {
    if (decoder_) return take_body(bytes, tally);
    in_ += bytes;
    const auto head = std::make_unique<ResponseHead>();
    const Result<bool> whole = decode_response_head(in_, HeadLimits{}, false, *head);
    if (!whole) return false;
    if (!*whole) return true;
    if (head->status != 200 || head->framing != BodyFraming::chunked) {
      std::fprintf(stderr, "stream_load: %s\n", in_.substr(0, 400).c_str());
      return false;
    }
    decoder_.emplace(ErrorKind::upstream_malformed);
    return take_body(std::string_view(in_).substr(head->size), tally);
  }

  bool take_body(std::string_view bytes, Tally& tally) {
    const std::size_t begin = tail_.size();
    if (!decoder_->feed(bytes, tail_)) return false;
    // A blank line ends an event; it may have begun in the bytes before.
    std::size_t at = begin == 0 ? 0 : begin - 1;
    while ((at = tail_.find("\n\n", at)) != std::string::npos) {
      if (events_++ == 0) tally.first_ms.push_back(milliseconds_since(asked_at_));
      ++tally.events;
      at += 2;
    }
    constexpr std::size_t kept = 16;  // as much as the last event, [DONE], takes
    if (tail_.size() > kept) tail_.erase(0, tail_.size() - kept);
    return true;
  }

  void finish(Tally& tally) {
    const bool whole = events_ == plan_.events && tail_.ends_with("data: [DONE]\n\n");
    if (!whole) return fail(tally);
    ++tally.whole;
  }

  static double milliseconds_since(Clock::time_point then) {
    return std::chrono::duration<double, std::milli>(Clock::now() - then).count();
  }

  const Plan& plan_;
  std::size_t rounds_left_;
  int socket_ = -1;
  Clock::time_point asked_at_{};
  std::string in_;    // of the head
  std::string tail_;  // the end of the body so far
  std::optional<ChunkedDecoder> decoder_;
  std::size_t events_ = 0;
};

class Load {
 public:
  explicit Load(const Plan& plan) : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (std::size_t i = 0; i < plan.streams; ++i)
      streams_.push_back(std::make_unique<Stream>(plan));
  }
  ~Load() { ::close(epoll_); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  Tally run() {
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      if (streams_[i]->open() && streams_[i]->ask() &&
          ::epoll_ctl(epoll_, EPOLL_CTL_ADD, streams_[i]->socket(), &event) == 0) {
        ++running_;
      } else {
        streams_[i]->fail(tally_);
      }
      serve(0);  // early answers, while others are still being asked for
    }
    while (running_ > 0 && serve(kPatience.count() * 1'000)) {
    }
    for (const auto& stream : streams_) {
      if (running_ > 0 && stream->socket() >= 0) stream->fail(tally_);
    }
    return std::move(tally_);
  }

 private:
  /// False when nothing came for the whole time.
  bool serve(std::int64_t timeout_ms) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                   static_cast<int>(timeout_ms));
    for (int i = 0; i < count; ++i) {
      Stream& stream = *streams_[events[static_cast<std::size_t>(i)].data.u64];
      if (stream.on_readable(tally_)) continue;
      stream.close();
      --running_;
    }
    return count > 0;
  }

  int epoll_;
  std::vector<std::unique_ptr<Stream>> streams_;
  std::size_t running_ = 0;
  Tally tally_;
};

double percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto index = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + index, values.end());
  return values[static_cast<std::size_t>(index)];
}

std::size_t number_from(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Nothing when the arguments make no sense.
std::optional<Plan> plan_from(const std::vector<std::string>& arguments) {
  if (arguments.size() < 5) return std::nullopt;
  std::ifstream file(arguments[2], std::ios::binary);
  if (!file) return std::nullopt;
  const std::string body((std::istreambuf_iterator<char>(file)), {});
  Plan plan;
  plan.port = static_cast<std::uint16_t>(number_from(arguments[0]));
  plan.streams = number_from(arguments[3]);
  plan.events = number_from(arguments[4]);
  if (arguments.size() > 5) plan.rounds = number_from(arguments[5]);
  plan.request = "POST " + arguments[1] + " HTTP/1.1\r\nHost: 127.0.0.1:" + arguments[0] +
                 "\r\nContent-Type: application/json\r\n";
  if (const char* key = std::getenv("STREAM_LOAD_KEY"); key != nullptr && *key != '\0') {
    plan.request += "Authorization: Bearer " + std::string(key) + "\r\n";
  }
  plan.request += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  if (plan.port == 0 || plan.streams == 0 || plan.events == 0 || plan.rounds == 0) {
    return std::nullopt;
  }
  return plan;
}

int run(const std::vector<std::string>& arguments) {
  const std::optional<Plan> plan = plan_from(arguments);
  if (!plan) {
    std::fprintf(stderr, "usage: stream_load PORT PATH BODY_FILE STREAMS EVENTS [ROUNDS]\n");
    return 2;
  }
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  const Clock::time_point start = Clock::now();
  Tally tally = Load(*plan).run();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  std::printf(
      "whole=%zu failed=%zu events=%zu lost=%zu seconds=%.3f first_p50_ms=%.2f "
      "first_p99_ms=%.2f\n",
      tally.whole, tally.failed, tally.events, tally.lost, seconds, percentile(tally.first_ms, 0.5),
      percentile(tally.first_ms, 0.99));
  return tally.failed == 0 ? 0 : 1;
}

}  // namespace

}  // namespace arouter::bench

int main(int argc, char** argv) {
  return arouter::bench::run({argv + 1, argv + argc});
}
