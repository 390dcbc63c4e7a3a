// The program: picks the command, runs it, returns its exit code. The one place where the CLI and
// the daemon meet.
#include <CLI/CLI.hpp>
#include <csignal>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/wrong_usage.hpp"
#include "daemon/daemon.hpp"

namespace arouter {

namespace {

class InProcessDaemon : public LocalDaemon {
 public:
  explicit InProcessDaemon(std::unique_ptr<Daemon> daemon) : daemon_(std::move(daemon)) {}
  std::vector<std::string> base_urls() const override { return daemon_->base_urls(); }
  Secret local_key() const override { return daemon_->local_key(); }
  bool local_key_is_new() const override { return daemon_->local_key_is_new(); }
  const Config& config() const override { return daemon_->first_catalog().config; }
  void wait() override { daemon_->wait(); }

 private:
  std::unique_ptr<Daemon> daemon_;
};

std::unique_ptr<LocalDaemon> start_daemon(LocalDaemonOptions options, LocalDaemonFailure& failure) {
  DaemonOptions daemon_options;
  daemon_options.load_config = std::move(options.load_config);
  daemon_options.state = std::move(options.state);
  daemon_options.listen = std::move(options.listen);
  daemon_options.handle_signals = options.handle_signals;
  StartFailure why;
  std::unique_ptr<Daemon> daemon = Daemon::start(std::move(daemon_options), why);
  if (daemon == nullptr) {
    failure.faults = std::move(why.faults);
    failure.message = std::move(why.message);
    return nullptr;
  }
  return std::make_unique<InProcessDaemon>(std::move(daemon));
}

int run(int argc, char** argv) {
  CLI::App app{"One API for hundreds of models, on your own machine.", "arouter"};
  app.set_version_flag("--version", "arouter " AROUTER_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  arouter serve                    answer applications on http://127.0.0.1:18080/v1\n"
      "  arouter chat \"What is a router?\"\n"
      "  arouter models --max-price 0.5\n"
      "Each command has more: arouter chat --help\n"
      "Exit code: 0 good, 1 failed, 2 wrong usage or configuration, 3 could not be tried, 130 "
      "Ctrl-C.");
  CommandContext context;
  context.start_daemon = start_daemon;
  add_chat(app, context);
  add_completion(app, context);
  add_config(app, context);
  add_keys(app, context);
  add_mock(app, context);
  add_models(app, context);
  add_providers(app, context);
  add_serve(app, context);
  add_usage(app, context);
  add_validate(app, context);
  // A closed pipe is an error of write(), not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  if (argc == 1) {
    Output().err(app.help());
    return kExitUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has its own exit codes from 100 up; ours for wrong usage is 2. Help and version are
    // errors to it as well, with code 0.
    if (error.get_exit_code() == 0) return app.exit(error);
    Output().complain(explain_wrong_usage(app, error));
    return kExitUsage;
  }
  return context.run ? context.run() : kExitUsage;
}

}  // namespace

}  // namespace arouter

int main(int argc, char** argv) {
  return arouter::run(argc, argv);
}
