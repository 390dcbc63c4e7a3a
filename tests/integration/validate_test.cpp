// The network side of `arouter validate` against providers that do what no provider should.
#include <doctest/doctest.h>

#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "cli/validate/runner.hpp"
#include "shared/validate/report.hpp"
#include "tests/integration/fake_provider.hpp"
#include "tests/integration/temp_dir.hpp"
#include "tests/places.hpp"

namespace arouter::test {

namespace {

using namespace validate;
using std::chrono::milliseconds;

constexpr std::string_view kKey = "sk-provider-0123456789-secret";

ExchangeSettings settings_for(const FakeProvider& provider, milliseconds timeout, bool tls = false,
                              const std::string& host = "127.0.0.1") {
  ExchangeSettings settings;
  settings.address = {tls, host, provider.port(), host + ":" + std::to_string(provider.port()),
                      "/v1"};
  settings.base_url = (tls ? "https://" : "http://") + settings.address.host_header + "/v1";
  settings.key = Secret(std::string(kKey));
  settings.nonce = "0123abcd";
  settings.timeout = timeout;
  settings.run_deadline = Clock::now() + 4 * timeout;
  return settings;
}

/// One exchange with a generous deadline, or the given one.
class OneExchange {
 public:
  explicit OneExchange(const FakeProvider& provider, milliseconds timeout = milliseconds(20'000))
      : tls_("", false, fault_), exchanger_(settings_for(provider, timeout), tls_) {}

  Exchange basic() const { return exchanger_.run(probes_.basic("basic")); }
  Exchange stream() const { return exchanger_.run(probes_.stream()); }
  Exchange abort() const { return exchanger_.run(probes_.abort()); }
  std::pair<Exchange, Exchange> pair() const {
    return exchanger_.run_pair(probes_.basic("basic"), probes_.basic("basic-again"));
  }

 private:
  std::string fault_;
  TlsSettings tls_;
  Exchanger exchanger_;
  Probes probes_{ProbeSettings{"model-a", "0123abcd", {}}};
};

Report whole_run(const FakeProvider& provider, milliseconds timeout) {
  std::string fault;
  const TlsSettings tls("", false, fault);
  RunSettings run;
  run.exchange = settings_for(provider, timeout);
  run.model = "model-a";
  return make_report(run_probes(std::move(run), tls), kKey);
}

Failure tls_outcome(const TlsIdentity& identity, const std::string& ca_pem,
                    const std::string& host) {
  FakeProvider provider(identity);
  provider.always(Script().send(json_answer(200, chat_body("hello"))));
  const TempDir directory;
  const std::string ca_file = directory.write("ca.pem", ca_pem);
  std::string fault;
  const TlsSettings tls(ca_file, false, fault);
  REQUIRE(fault == "");
  const Exchanger exchanger(settings_for(provider, milliseconds(20'000), true, host), tls);
  const Exchange exchange = exchanger.run(Probes({"model-a", "0123abcd", {}}).basic("basic"));
  CAPTURE(exchange.failure_detail);
  return exchange.failure;
}

struct Ran {
  int code = -1;
  std::string output;  // standard output and error
};

/// `arouter validate` as a person runs it, with the key in the variable KEY.
Ran run_program(const std::string& arguments) {
  const std::string command =
      "KEY=" + std::string(kKey) + " " + binary_path() + " validate " + arguments + " 2>&1";
  Ran ran;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char buffer[4096];
  for (std::size_t got; (got = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
    ran.output.append(buffer, got);
  }
  ran.code = WEXITSTATUS(::pclose(pipe));
  return ran;
}

}  // namespace

TEST_SUITE("validate network") {
  TEST_CASE("an answer is recorded byte for byte") {
    FakeProvider provider;
    const std::string bytes = json_answer(200, chat_body("hello"), "X-Odd:  yes \r\n");
    provider.plays(Script().dribble(bytes));
    const Exchange exchange = OneExchange(provider).basic();
    CHECK(exchange.failure == Failure::none);
    CHECK(exchange.wire == bytes);
    CHECK(exchange.response.body == chat_body("hello"));
    CHECK(exchange.arrivals.back().wire == bytes.size());
    const RecordedRequest request = provider.requests().front();
    CHECK(request.field("authorization") == "Bearer " + std::string(kKey));
    CHECK(request.field("user-agent").starts_with("arouter-validate/"));
    CHECK(request.field("accept-encoding") == "identity");
  }

  TEST_CASE("two requests share a connection that stays open") {
    FakeProvider provider;
    provider.always(Script().send(json_answer(200, chat_body("hello"))));
    const auto [first, second] = OneExchange(provider).pair();
    CHECK(first.ok());
    CHECK(second.ok());
    CHECK(second.second_on_connection);
    CHECK(provider.connections() == 1);
  }

  TEST_CASE("bytes after the end of an answer are seen") {
    FakeProvider provider;
    provider.plays(Script().send(json_answer(200, chat_body("hello")) + "more"));
    CHECK(OneExchange(provider).pair().first.response.excess == "more");
  }

  TEST_CASE("a provider that closes, cuts or resets is told apart") {
    FakeProvider provider;
    provider.plays(Script().close());
    CHECK(OneExchange(provider).basic().failure == Failure::closed);
    provider.plays(Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").close());
    CHECK(OneExchange(provider).basic().failure == Failure::cut);
    provider.plays(Script().on_head().reset());
    CHECK(OneExchange(provider).basic().failure == Failure::closed);
    provider.plays(Script().on_accept().close());
    CHECK(OneExchange(provider).basic().failure == Failure::closed);
  }

  TEST_CASE("429 is tried again, and remembered") {
    FakeProvider provider;
    provider.plays(Script().send(json_answer(429, "{}", "Retry-After: 0\r\n")));
    provider.plays(Script().send(json_answer(503, "{}", "Retry-After: 0\r\n")));
    provider.plays(Script().send(json_answer(200, chat_body("hello"))));
    const Exchange exchange = OneExchange(provider).basic();
    CHECK(exchange.ok());
    CHECK(exchange.attempts == 3);
    CHECK(exchange.saw_throttle);
    CHECK(exchange.throttle_said_when);
  }

  TEST_CASE("a provider that says nothing, or never ends, costs a deadline") {
    FakeProvider provider;
    provider.plays(Script().stall());
    CHECK(OneExchange(provider, milliseconds(100)).basic().failure == Failure::timeout);
    provider.plays(Script().send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc").stall());
    CHECK(OneExchange(provider, milliseconds(100)).basic().failure == Failure::timeout);
    provider.plays(Script().send("HTTP/1.1 200 OK\r\nX: ").stall());
    CHECK(OneExchange(provider, milliseconds(100)).basic().failure == Failure::timeout);
  }

  TEST_CASE("an answer without end is given up at 8 MiB") {
    FakeProvider provider;
    provider.plays(Script()
                       .send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" +
                             std::string(9 * 1024 * 1024, ' '))
                       .close());
    CHECK(OneExchange(provider).basic().failure == Failure::too_large);
  }

  TEST_CASE("a stream that stays open after its end mark is a stream left open") {
    FakeProvider provider;
    std::string events;
    for (const std::string& event : chat_events({"one"}, false)) events += event;
    provider.plays(Script().send(event_stream_head()).send(chunk(events)).stall());
    const Exchange exchange = OneExchange(provider, milliseconds(200)).stream();
    CHECK(exchange.failure == Failure::none);
    CHECK(exchange.left_open);
    CHECK(exchange.sse.events.size() > 2);
  }

  TEST_CASE("the broken-off stream is really closed") {
    FakeProvider provider;
    Gate gone;
    provider.plays(Script()
                       .send(event_stream_head())
                       .send(chunk("data: {}\n\n"))
                       .send(chunk("data: {}\n\n"))
                       .await_client_gone(gone));
    const Exchange exchange = OneExchange(provider).abort();
    CHECK(exchange.hung_up);
    CHECK(exchange.failure == Failure::none);
    CHECK(gone.wait());
  }

  TEST_CASE("certificates are verified against the authority and the name") {
    const TestAuthority authority;
    const std::string& ca = authority.certificate_pem();
    CHECK(tls_outcome(authority.issue("127.0.0.1"), ca, "127.0.0.1") == Failure::none);
    CHECK(tls_outcome(authority.issue("localhost"), ca, "localhost") == Failure::none);
    CHECK(tls_outcome(authority.issue("other.example"), ca, "localhost") == Failure::tls);
    CHECK(tls_outcome(authority.issue("127.0.0.1", Validity::expired), ca, "127.0.0.1") ==
          Failure::tls);
    CHECK(tls_outcome(self_signed("127.0.0.1"), ca, "127.0.0.1") == Failure::tls);
  }

  TEST_CASE("a whole run against a silent provider ends in time, with one cause") {
    FakeProvider provider;
    provider.always(Script().stall());
    const Clock::time_point began = Clock::now();
    const Report report = whole_run(provider, milliseconds(150));
    CHECK(Clock::now() - began < milliseconds(5'000));
    CHECK(report.verdict == Verdict::not_measured);
    CHECK(report.obstacle.find("none came within") != std::string::npos);
  }

  TEST_CASE("a base URL that is one /v1 off is told, and the run goes on") {
    FakeProvider provider;
    for (int i = 0; i < 3; ++i) provider.plays(Script().send(json_answer(404, "{}")));
    provider.always(Script().send(json_answer(200, chat_body("hello"))));
    const Report report = whole_run(provider, milliseconds(20'000));
    CHECK(render_text(report).find("FAIL http.base-v1: the base URL given answers 404; the routes "
                                   "are at http://127.0.0.1:") != std::string::npos);
    const std::vector<RecordedRequest> requests = provider.requests();
    REQUIRE(requests.size() > 10);
    CHECK(requests[1].head.starts_with("POST /v1/chat/completions "));
    CHECK(requests[10].head.starts_with("POST /chat/completions "));
  }

  TEST_CASE("a model that refuses max_tokens is asked in the newer words") {
    FakeProvider provider;
    const std::string refusal = json_answer(
        400, R"({"error":{"message":"max_tokens is not supported, use max_completion_tokens"}})");
    provider.plays(Script().send(json_answer(200, "{}")));
    for (int i = 0; i < 2; ++i) provider.plays(Script().send(refusal));
    provider.always(Script().send(json_answer(200, chat_body("hello"))));
    CHECK(whole_run(provider, milliseconds(20'000)).obstacle == "");
    const std::vector<RecordedRequest> requests = provider.requests();
    REQUIRE(requests.size() > 10);
    CHECK(requests[1].body.find("\"max_tokens\":16,\"temperature\":0") != std::string::npos);
    CHECK(requests[10].body.find("\"max_completion_tokens\":") != std::string::npos);
    CHECK(requests[10].body.find("temperature") == std::string::npos);
  }

  TEST_CASE("a provider that says the same to everything is judged, in 45 requests at most") {
    FakeProvider provider;
    provider.always(Script().send(json_answer(200, chat_body("hello"))));
    const Report report = whole_run(provider, milliseconds(20'000));
    CHECK(report.verdict == Verdict::not_ready);
    CHECK(exit_code(report, false) == 1);
    CHECK(provider.requests().size() <= 45);
  }

  TEST_CASE("a provider that echoes the key cannot bring it into a report") {
    FakeProvider provider;
    const std::string key(kKey);
    provider.always(Script().send(json_answer(
        200, "{\"id\":\"" + key + "\",\"model\":\"" + key + "\",\"choices\":\"" + key + "\"}",
        "X-Request-Id: " + key + "\r\nContent-Type: text/" + key + "\r\n")));
    const Report echoing = whole_run(provider, milliseconds(20'000));
    CHECK(render_json(echoing).find(key) == std::string::npos);
    CHECK(render_text(echoing).find(key) == std::string::npos);
    CHECK(render_text(echoing).find("FAIL auth.no-echo") != std::string::npos);
    provider.always(
        Script().send(json_answer(401, "{\"error\":{\"message\":\"no such key " + key + "\"}}")));
    const Report refused = whole_run(provider, milliseconds(20'000));
    CHECK(exit_code(refused, false) == 3);
    CHECK(render_json(refused).find(key) == std::string::npos);
    CHECK(render_text(refused).find(key) == std::string::npos);
  }

  TEST_CASE("the program's exit codes tell what happened") {
    CHECK(run_program("").code == 2);
    CHECK(run_program("--base-url http://127.0.0.1:1/v1").code == 2);
    CHECK(run_program("--base-url ftp://127.0.0.1/v1 --model m").code == 2);
    CHECK(run_program("--base-url http://127.0.0.1:1/v1 --model m --key-env NO_SUCH").code == 2);
    CHECK(run_program("--base-url http://127.0.0.1:1/v1 --model m --nonsense").code == 2);
    CHECK(run_program("--base-url http://api.example/v1 --model m --key-env KEY").code == 2);
    CHECK(run_program("--base-url http://127.0.0.1:1/v1 --model m --metadata /none").code == 2);
    const Ran gemini = run_program("--base-url http://127.0.0.1:1/v1 --model m --dialect gemini");
    CHECK(gemini.code == 2);
    CHECK(gemini.output.find("only the openai dialect is checked so far") != std::string::npos);
    CHECK(run_program("--base-url http://127.0.0.1:1/v1 --model m").code == 3);
    CHECK(run_program("--list").code == 0);
    FakeProvider provider;
    provider.always(Script().send(json_answer(200, chat_body("hello"))));
    CHECK(run_program("--base-url " + provider.base_url() + " --model m").code == 1);
  }

  TEST_CASE("the program writes a JSON report and never the key") {
    FakeProvider provider;
    const std::string key(kKey);
    provider.always(Script().send(
        json_answer(200, "{\"id\":\"" + key + "\"}", "X-Request-Id: " + key + "\r\n")));
    const TempDir directory;
    const std::string file = directory.path() / "report.json";
    const Ran ran = run_program("--base-url " + provider.base_url() +
                                " --model m --key-env KEY --json " + file);
    CHECK(ran.output.find(key) == std::string::npos);
    std::ifstream written(file);
    const std::string text((std::istreambuf_iterator<char>(written)), {});
    CHECK(text.find(key) == std::string::npos);
    CHECK(nlohmann::json::parse(text)["schema"] == "arouter-validate/1");
    CHECK(run_program("--base-url " + provider.base_url() + " --model m --json /none/x").code == 2);
  }
}

}  // namespace arouter::test
