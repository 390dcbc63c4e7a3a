// `arouter mock`: a provider for demos, tests and app developers.
#include "cli/mock/mock.hpp"

#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>
#include <utility>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "shared/secret_source.hpp"

namespace arouter {

namespace {

using std::chrono::milliseconds;

struct MockFlags {
  MockOptions options;
  std::int64_t latency_ms = 0;
  std::int64_t chunk_delay_ms = 0;
  std::vector<std::string> key_names;  // of environment variables
};

std::string describe(const MockServer& server, const MockOptions& options) {
  const std::string url = server.base_url();
  std::string text = "Mock provider at " + url + "\n";
  text += "        " + url.substr(0, url.rfind('/')) + " for Anthropic and Gemini\nModels: ";
  for (const std::string& model : options.models) {
    text += &model == &options.models.front() ? model : ", " + model;
  }
  text += "\nKey:    ";
  text += options.keys.empty() ? "none needed" : "needed";
  return text + "\nStop it with Ctrl-C.\n";
}

/// SIGINT and SIGTERM, taken one at a time instead of interrupting. Before any thread is started,
/// so that all of them leave the two alone.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int run_mock(const MockFlags& flags) {
  Output output;
  MockOptions options = flags.options;
  options.latency = milliseconds(flags.latency_ms);
  options.chunk_delay = milliseconds(flags.chunk_delay_ms);
  for (const std::string& name : flags.key_names) {
    const Result<Secret> key = fetch_named_key("--key-env", name);
    if (!key) return output.fail(key.error());
    options.keys.push_back(*key);
  }
  const sigset_t signals = block_signals();
  const Result<std::unique_ptr<MockServer>> server = MockServer::start(options);
  if (!server) {
    const Error error = server.error();
    output.complain(error.message);
    return error.kind == ErrorKind::bad_request ? kExitUsage : kExitFailed;
  }
  output.out(describe(**server, options));
  int signal = 0;
  ::sigwait(&signals, &signal);
  return signal == SIGINT ? kExitInterrupted : kExitOk;
}

void add_flags(CLI::App& command, MockFlags& flags) {
  constexpr std::int64_t kMostDelay = 600'000;
  MockOptions& options = flags.options;
  command.add_option("--listen", options.listen, "Address and port; port 0 takes a free one")
      ->capture_default_str();
  command.add_option("--model", options.models, "Model to serve; may be given again")
      ->capture_default_str();
  command.add_option("--key-env", flags.key_names,
                     "NAME of an environment variable with a key to accept; may be given again; "
                     "without it no key is asked for");
  command.add_option("--tokens", options.tokens, "Words of an answer")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  command.add_option("--latency", flags.latency_ms, "Milliseconds before each answer")
      ->check(CLI::Range(std::int64_t{0}, kMostDelay));
  command
      .add_option("--chunk-delay", flags.chunk_delay_ms,
                  "Milliseconds between two events of a stream")
      ->check(CLI::Range(std::int64_t{0}, kMostDelay));
  command.add_option("--status", options.status, "Answer every model call with this error status")
      ->check(CLI::Range(400, 599));
  command.add_option("--fail-rate", options.fail_rate, "Share of model calls to fail, 0 to 1")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--fail-status", options.fail_status, "What --fail-rate answers")
      ->check(CLI::Range(400, 599))
      ->capture_default_str();
  command.add_option("--seed", options.seed, "Of the draws of --fail-rate")->capture_default_str();
}

}  // namespace

void add_mock(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<MockFlags>();
  CLI::App* command =
      app.add_subcommand("mock", "Run a provider that always behaves, for demos and tests");
  command->footer(
      "It speaks OpenAI (chat, responses, embeddings), Anthropic (messages) and Gemini\n"
      "(generateContent, embeddings), plain and streamed, with counts and models. A base\n"
      "URL for OpenAI ends in /v1; the others take it without a path.\n"
      "An answer is some words, the same for the same question. Tools are called when the\n"
      "request forces it, or when the user's last words hold 'tool', all of them with\n"
      "'parallel'; a tool's result is said again; images and files are counted.\n"
      "Examples:\n"
      "  arouter mock\n"
      "  arouter mock --listen 127.0.0.1:0 --tokens 200 --chunk-delay 20\n"
      "  arouter mock --fail-rate 0.1 --fail-status 503 --latency 300\n"
      "  DEMO_KEY=secret arouter mock --key-env DEMO_KEY\n"
      "Exit code: 0 after SIGTERM, 130 after Ctrl-C, 1 when it cannot listen, 2 wrong usage.");
  add_flags(*command, *flags);
  command->callback([flags, &context] { context.run = [flags] { return run_mock(*flags); }; });
}

}  // namespace arouter
