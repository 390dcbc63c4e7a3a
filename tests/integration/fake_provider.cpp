#include "tests/integration/fake_provider.hpp"

#include <signal.h>
#include <sys/socket.h>

#include <cstdio>

#include "shared/http/chunked.hpp"
#include "shared/http/head.hpp"

namespace arouter::test {

namespace {

constexpr HeadLimits kLimits{
    .request_line = 1024 * 1024, .field = 1024 * 1024, .head = 1024 * 1024};

/// What a proxy is sent as "GET http://host/path" is what a server would get as "GET /path".
std::string without_authority(const std::string& request) {
  const std::size_t target = request.find(' ') + 1;
  constexpr std::string_view kScheme = "http://";
  if (target == 0 || request.compare(target, kScheme.size(), kScheme) != 0) return request;
  const std::size_t path = request.find('/', target + kScheme.size());
  if (path == std::string::npos) return request;
  return request.substr(0, target) + request.substr(path);
}

std::string find_field(const std::string& head, std::string_view name) {
  for (std::size_t line = head.find("\r\n"); line != std::string::npos;
       line = head.find("\r\n", line + 2)) {
    const std::size_t begin = line + 2, colon = head.find(':', begin);
    if (colon == std::string::npos) break;
    if (!same_name(std::string_view(head).substr(begin, colon - begin), name)) continue;
    const std::size_t end = head.find("\r\n", colon);
    const std::size_t value = head.find_first_not_of(" \t", colon + 1);
    return value < end ? head.substr(value, end - value) : "";
  }
  return "";
}

}  // namespace

Script& Script::add(Act act, std::string bytes, Gate gate) {
  steps_.push_back({act, std::move(bytes), std::move(gate)});
  return *this;
}
Script& Script::on_accept() {
  start_ = Start::accepted;
  return *this;
}
Script& Script::on_head() {
  start_ = Start::head_read;
  return *this;
}
Script& Script::send(std::string bytes) {
  return add(Act::send, std::move(bytes));
}
Script& Script::dribble(std::string bytes) {
  return add(Act::dribble, std::move(bytes));
}
Script& Script::flood(std::string bytes) {
  return add(Act::flood, std::move(bytes));
}
Script& Script::wait(Gate gate) {
  return add(Act::wait, {}, std::move(gate));
}
Script& Script::reach(Gate gate) {
  return add(Act::reach, {}, std::move(gate));
}
Script& Script::await_client_gone(Gate gate) {
  return add(Act::await_client_gone, {}, std::move(gate));
}
Script& Script::stall() {
  return add(Act::await_client_gone);
}
Script& Script::close() {
  return add(Act::close);
}
Script& Script::close_without_notify() {
  return add(Act::close_silently);
}
Script& Script::reset() {
  return add(Act::reset);
}

std::string RecordedRequest::field(std::string_view name) const {
  return find_field(head, name);
}

FakeProvider::FakeProvider(std::optional<TlsIdentity> identity)
    : listener_(listen_on_loopback(port_)) {
  if (identity) tls_ = make_server_context(*identity);
  acceptor_ = std::thread([this] { accept_loop(); });
}

FakeProvider::~FakeProvider() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const Gate& gate : gates_) gate.open();
    for (ServerStream* stream : streams_) stream->shut_down();
  }
  ::shutdown(listener_.get(), SHUT_RDWR);  // ends accept()
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
}

std::string FakeProvider::base_url() const {
  return (tls_ ? "https" : "http") + ("://127.0.0.1:" + std::to_string(port_)) + "/v1";
}

void FakeProvider::note_gates(const Script& script) {
  for (const Script::Step& step : script.steps_) gates_.push_back(step.gate);
}

void FakeProvider::plays(Script script) {
  const std::lock_guard lock(mutex_);
  note_gates(script);
  scripts_.push_back(std::move(script));
}

void FakeProvider::always(Script script) {
  const std::lock_guard lock(mutex_);
  note_gates(script);
  always_ = std::move(script);
}

void FakeProvider::answers(std::function<Script(const RecordedRequest&)> choose) {
  const std::lock_guard lock(mutex_);
  choose_ = std::move(choose);
}

std::vector<RecordedRequest> FakeProvider::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<RecordedRequest> FakeProvider::wait_for_requests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  recorded_.wait_for(lock, kPatience, [&] { return requests_.size() >= count; });
  return requests_;
}

int FakeProvider::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

std::optional<Script> FakeProvider::take_script(const RecordedRequest& request) {
  const std::lock_guard lock(mutex_);
  if (scripts_.empty() && choose_) {
    Script script = choose_(request);
    note_gates(script);
    return script;
  }
  if (scripts_.empty()) return always_;
  Script script = std::move(scripts_.front());
  scripts_.pop_front();
  return script;
}

std::optional<Script::Start> FakeProvider::next_start() const {
  const std::lock_guard lock(mutex_);
  if (!scripts_.empty()) return scripts_.front().start_;
  return always_ ? std::optional(always_->start_) : std::nullopt;
}

void FakeProvider::record(RecordedRequest request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(std::move(request));
  recorded_.notify_all();
}

void FakeProvider::accept_loop() {
  for (;;) {
    Descriptor socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    const std::lock_guard lock(mutex_);
    if (stopping_ || socket.get() < 0) return;
    send_at_once(socket);
    auto stream = std::make_unique<ServerStream>(std::move(socket));
    streams_.insert(stream.get());
    threads_.emplace_back([this, stream = std::move(stream)]() mutable {
      // OpenSSL writes with write(): to a peer that is gone that would end the tests.
      sigset_t broken_pipe;
      sigemptyset(&broken_pipe);
      sigaddset(&broken_pipe, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
      int connection = 0;
      if (tls_ == nullptr || stream->start_tls(tls_.get())) {
        {
          const std::lock_guard counting(mutex_);
          connection = ++connections_;
        }
        serve(*stream, connection);
      }
      const std::lock_guard leaving(mutex_);
      streams_.erase(stream.get());
      stream.reset();  // closes: the thread object itself stays until the end
    });
  }
}

void FakeProvider::serve(ServerStream& stream, int connection) {
  std::string in;
  while (serve_one(stream, connection, in)) {
  }
}

bool FakeProvider::serve_one(ServerStream& stream, int connection, std::string& in) {
  if (next_start() == Script::Start::accepted) return play(*take_script({}), stream, in);

  auto head = std::make_unique<RequestHead>();
  std::string origin_form;  // head refers into it
  for (;;) {
    origin_form = without_authority(in);
    const Result<bool> whole = decode_request_head(origin_form, kLimits, *head);
    if (!whole) {
      record({.head = in, .body = {}, .connection = connection});  // the test will see it
      return false;
    }
    if (*whole) break;
    if (stream.read(in) != ReadEnd::data) return false;
  }
  const std::size_t head_size = head->size + in.size() - origin_form.size();
  const bool chunked = head->framing == BodyFraming::chunked;
  RecordedRequest request{.head = in.substr(0, head_size), .body = {}, .connection = connection};
  if (next_start() == Script::Start::head_read) {
    record(request);
    return play(*take_script(request), stream, in);
  }
  in.erase(0, head_size);
  if (chunked) {
    ChunkedDecoder decoder(ErrorKind::bad_request);
    while (!decoder.done()) {
      const Result<std::size_t> used = decoder.feed(in, request.body);
      if (!used) return false;
      in.erase(0, *used);
      if (!decoder.done() && stream.read(in) != ReadEnd::data) return false;
    }
  } else {
    const std::size_t size = head->content_length;
    while (in.size() < size) {
      if (stream.read(in) != ReadEnd::data) return false;
    }
    request.body = in.substr(0, size);
    in.erase(0, size);
  }
  std::optional<Script> script = take_script(request);
  record(std::move(request));
  if (!script) script = Script().send(json_answer(500, R"({"error":"no script"})")).close();
  return play(*script, stream, in);
}

/// False when the connection has ended.
bool FakeProvider::play(const Script& script, ServerStream& stream, std::string& in) {
  using Act = Script::Act;
  for (const Script::Step& step : script.steps_) {
    switch (step.act) {
      case Act::send:
        if (!stream.write(step.bytes)) return false;
        break;
      case Act::dribble:
        for (std::size_t at = 0; at < step.bytes.size(); ++at) {
          if (!stream.write(std::string_view(step.bytes).substr(at, 1))) return false;
        }
        break;
      case Act::flood:
        while (stream.write(step.bytes)) {
        }
        break;
      case Act::wait:
        step.gate.wait();
        break;
      case Act::reach:
        step.gate.open();
        break;
      case Act::await_client_gone:
        while (stream.read(in) == ReadEnd::data) {
        }
        step.gate.open();
        return false;
      case Act::close:
      case Act::close_silently:
        stream.end(step.act == Act::close);
        return false;
      case Act::reset:
        stream.end_with_reset();
        return false;
    }
  }
  return true;
}

std::string json_answer(int status, std::string_view body, std::string_view fields) {
  return "HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Type: application/json\r\n" +
         std::string(fields) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string event_stream_head() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string chunk(std::string_view bytes) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return size + std::string(bytes) + "\r\n";
}

std::string chat_body(std::string_view content) {
  return R"({"id":"chatcmpl-1","object":"chat.completion","created":1750000000,"model":"a-1",)"
         R"("choices":[{"index":0,"message":{"role":"assistant","content":")" +
         std::string(content) +
         R"("},"finish_reason":"stop"}],)"
         R"("usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}})";
}

std::vector<std::string> chat_events(const std::vector<std::string>& pieces, bool usage) {
  const auto event = [](const std::string& choices, const std::string& more) {
    return R"(data: {"id":"chatcmpl-2","object":"chat.completion.chunk","created":1750000000,)"
           R"("model":"a-1","choices":[)" +
           choices + "]" + more + "}\n\n";
  };
  std::vector<std::string> events;
  for (const std::string& piece : pieces) {
    events.push_back(
        event(R"({"index":0,"delta":{"content":")" + piece + R"("},"finish_reason":null})", ""));
  }
  events.push_back(event(R"({"index":0,"delta":{},"finish_reason":"stop"})", ""));
  if (usage) {
    const std::string output = std::to_string(pieces.size());
    events.push_back(event("", R"(,"usage":{"prompt_tokens":9,"completion_tokens":)" + output +
                                   R"(,"total_tokens":)" + std::to_string(9 + pieces.size()) +
                                   "}"));
  }
  events.push_back("data: [DONE]\n\n");
  return events;
}

Script streamed_chat(const std::vector<std::string>& pieces, bool usage) {
  Script script;
  script.send(event_stream_head());
  for (const std::string& event : chat_events(pieces, usage)) script.send(chunk(event));
  return script.send(std::string(kLastChunk));
}

}  // namespace arouter::test
