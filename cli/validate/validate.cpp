// `arouter validate`: checks a provider before it joins.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <random>

#include "cli/command.hpp"
#include "cli/validate/runner.hpp"
#include "cli/validate/target.hpp"
#include "shared/validate/report.hpp"

namespace arouter {

namespace {

using namespace validate;

struct ValidateOptions {
  TargetOptions target;
  std::string dialect = "auto";
  std::string metadata;
  std::string json;
  bool no_auth = false;
  bool any_model = false;
  bool strict = false;
  bool list = false;
  double timeout_s = 15;
};

void print(std::FILE* to, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), to);
  std::fflush(to);
}

int usage_error(const std::string& message) {
  print(stderr, "arouter validate: " + message + "\n");
  return kExitUsage;
}

std::string make_nonce() {
  constexpr std::string_view hex = "0123456789abcdef";
  std::random_device random;
  std::string nonce;
  for (int i = 0; i < 8; ++i) nonce += hex[random() & 15];
  return nonce;
}

/// Shows how far a run is, on one line of a terminal that is wiped at the end.
class Progress {
 public:
  explicit Progress(bool shown) : shown_(shown) {}
  ~Progress() {
    if (shown_) print(stderr, "\r\x1b[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t sent, std::string_view probe) const {
    if (!shown_) return;
    print(stderr, "\r\x1b[K" + std::to_string(sent) + "/40 " + std::string(probe));
  }

 private:
  bool shown_;
};

/// At most 1 MiB; nothing when the file cannot be read or is larger.
std::optional<std::string> read_file(const std::string& path) {
  constexpr std::size_t kMost = 1024 * 1024;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMost + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || !file.eof() || text.size() > kMost) return std::nullopt;
  return text;
}

bool write_file(const std::string& path, const std::string& text) {
  if (path == "-") {
    print(stdout, text);
    return true;
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.flush();
  return file.good();
}

RunSettings settings_of(const ValidateOptions& options, const Target& target) {
  RunSettings run;
  run.exchange.address = target.address;
  run.exchange.base_url = target.base_url;
  run.exchange.key = target.key;
  if (!target.key_variable.empty()) run.exchange.key_variable = target.key_variable;
  run.exchange.nonce = make_nonce();
  run.exchange.timeout =
      std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout_s * 1'000));
  run.exchange.run_deadline = Clock::now() + 4 * run.exchange.timeout;
  run.model = target.model;
  run.no_auth = options.no_auth;
  run.any_model = options.any_model;
  return run;
}

/// Asks the provider, with a progress line when standard error is a terminal.
Transcript ask(RunSettings run, const TlsSettings& tls) {
  const Progress progress(::isatty(STDERR_FILENO) == 1);
  run.progress = [&](std::size_t sent, std::string_view probe) { progress.show(sent, probe); };
  return run_probes(std::move(run), tls);
}

int tell(const Report& report, const ValidateOptions& options) {
  if (options.json != "-") print(stdout, render_text(report, options.strict));
  if (!options.json.empty() && !write_file(options.json, render_json(report))) {
    return usage_error("cannot write " + options.json);
  }
  return exit_code(report, options.strict);
}

int run_validate(const ValidateOptions& options) {
  if (options.list) {
    print(stdout, render_rule_list());
    return kExitOk;
  }
  if (options.dialect == "anthropic" || options.dialect == "gemini") {
    return usage_error("only the openai dialect is checked so far, not " + options.dialect);
  }
  const Result<Target> target = resolve_target(options.target);
  if (!target) return usage_error(target.error().message);
  std::optional<JsonTree> metadata;
  if (!options.metadata.empty()) {
    const std::optional<std::string> text = read_file(options.metadata);
    if (!text) return usage_error("cannot read " + options.metadata);
    metadata = JsonTree::read(*text);
  }
  if (options.target.insecure) {
    print(stderr,
          "WARNING: --insecure: the provider's identity is not checked, and the key may "
          "travel in clear text.\n");
  }
  std::string fault;
  const TlsSettings tls(target->ca_file, options.target.insecure, fault);
  if (!fault.empty()) return usage_error(fault);
  // OpenSSL writes to a socket that the peer has closed without asking for silence.
  std::signal(SIGPIPE, SIG_IGN);
  Transcript transcript = ask(settings_of(options, *target), tls);
  transcript.metadata = std::move(metadata);
  return tell(make_report(std::move(transcript), target->key.reveal()), options);
}

}  // namespace

void add_validate(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check that a provider is ready to join");
  command->footer(
      "Examples:\n"
      "  arouter validate --base-url https://api.acme.example/v1 --model model-a "
      "--key-env ACME_KEY\n"
      "  arouter validate --base-url http://127.0.0.1:8080/v1 --model tiny --no-auth --any-model\n"
      "Exit code: 0 ready, 1 a required check fails, 2 wrong usage, 3 not measured.");
  command->add_option("--base-url", options->target.base_url, "URL that an SDK is given");
  command->add_option("--model", options->target.model, "Model to ask");
  command->add_option("--key-env", options->target.key_env,
                      "NAME of the environment variable that holds the key");
  command->add_option("--dialect", options->dialect, "Wire format to check")
      ->check(CLI::IsMember({"auto", "openai", "anthropic", "gemini"}));
  command->add_option("--metadata", options->metadata,
                      "Metadata of the models as JSON, checked as well");
  command->add_option("--json", options->json, "Write the report as JSON ('-': standard output)");
  command->add_flag("--no-auth", options->no_auth, "The provider needs no key");
  command->add_flag("--any-model", options->any_model,
                    "The provider serves any model name; unknown ones are skipped");
  command
      ->add_option("--timeout", options->timeout_s,
                   "Seconds for one request; the whole run has four times as long")
      ->check(CLI::Range(0.5, 3600.0));
  command->add_flag("--strict", options->strict, "Warnings fail too");
  command->add_flag("--list", options->list, "List the rules and their sources");
  command->add_flag("--insecure", options->target.insecure,
                    "Do not verify certificates; allow a key over plain http");
  command->add_option("--ca-file", options->target.ca_file, "Certificates to trust (PEM)");
  command->callback(
      [options, &context] { context.run = [options] { return run_validate(*options); }; });
}

}  // namespace arouter
