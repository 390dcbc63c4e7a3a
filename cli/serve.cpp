// `arouter serve`: the daemon in the foreground.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/server.hpp"
#include "shared/config_reader.hpp"
#include "shared/origin.hpp"
#include "shared/paths.hpp"

namespace arouter {

namespace {

struct ServeOptions {
  std::string config;
  std::vector<std::string> listen;
};

std::size_t count_models(const Config& config) {
  std::size_t count = config.models.size();
  for (const ProviderConfig& provider : config.providers) count += provider.models.size();
  return count;
}

std::string names_of(const std::vector<ProviderConfig>& providers) {
  std::string names;
  for (const ProviderConfig& provider : providers) {
    if (!names.empty()) names += ", ";
    names += provider.name;
  }
  return names.empty() ? "none" : names;
}

std::string key_file() {
  return (state_dir() / "local.key").string();
}

/// What a client needs. The key itself goes to a terminal, or out once, when it is new: whatever
/// else stdout is (a journal, a log file), more people read it than the key file.
std::string client_lines(const LocalDaemon& daemon, bool show_key) {
  if (!show_key) return "  local key      " + key_file() + "\n";
  const bool open = daemon.config().auth == AuthMode::open;
  return "To point an OpenAI client at it:\n  export OPENAI_BASE_URL=" +
         daemon.base_urls().front() + "/v1\n  export OPENAI_API_KEY=" +
         (open ? "none" : std::string(daemon.local_key().reveal())) + "\n";
}

void print_banner(Output& output, const LocalDaemon& daemon, const std::string& config) {
  std::string text;
  for (const std::string& url : daemon.base_urls()) text += "arouter listens on " + url + "\n";
  text += "  configuration  " + config + "\n";
  text += "  providers      " + names_of(daemon.config().providers) + "\n";
  text += "  models         " + std::to_string(count_models(daemon.config())) + "\n";
  output.out(text + client_lines(daemon, daemon.local_key_is_new() || output.out_is_terminal()));
}

int run_serve(const ServeOptions& options, const CommandContext& context) {
  Output output;
  const std::filesystem::path config = find_config(options.config);
  if (config.empty()) {
    output.complain(explain_no_config());
    return kExitUsage;
  }
  for (const std::string& address : options.listen) {
    if (const auto listen = decode_listen(address); !listen) return output.fail(listen.error());
  }
  LocalDaemonOptions start;
  start.load_config = [config] { return read_config(config); };
  start.state = state_dir();
  if (!options.listen.empty()) start.listen = options.listen;
  start.handle_signals = true;
  LocalDaemonFailure failure;
  const std::unique_ptr<LocalDaemon> daemon = context.start_daemon(std::move(start), failure);
  if (daemon == nullptr && !failure.faults.empty()) {
    output.err(list_faults(failure.faults) + "\n");
    return kExitUsage;
  }
  if (daemon == nullptr) {
    output.complain(failure.message);
    return kExitFailed;
  }
  print_banner(output, *daemon, config.string());
  daemon->wait();
  return kExitOk;
}

}  // namespace

void add_serve(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Run the daemon that applications talk to");
  command->footer(
      "Examples:\n"
      "  arouter serve\n"
      "  arouter serve --config ./arouter.toml --listen 127.0.0.1:0\n"
      "SIGHUP reads the configuration anew; SIGTERM and Ctrl-C finish what runs, then stop.\n"
      "Exit code: 0 stopped, 1 could not start, 2 wrong usage or configuration.");
  command->add_option("--config", options->config,
                      "Configuration file (else $AROUTER_CONFIG, ~/.config/arouter/arouter.toml)");
  command
      ->add_option("--listen", options->listen,
                   "ADDRESS:PORT to listen on instead; port 0 takes a free one")
      ->allow_extra_args(false);
  command->callback([options, &context] {
    context.run = [options, &context] { return run_serve(*options, context); };
  });
}

}  // namespace arouter
