// `arouter providers`: who is configured, and how they fare.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/provider_list.hpp"
#include "cli/server.hpp"

namespace arouter {

namespace {

struct ProvidersOptions {
  ServerChoice server;
  bool json = false;
};

int run_providers(const ProvidersOptions& options, const CommandContext& context) {
  Output output;
  const Result<Server> server = find_server(options.server, context);
  if (!server) return output.fail(server.error());
  output.set_key_advice(server->key_advice);
  if (!server->warning.empty()) output.complain(server->warning);
  const Result<std::string> body = server->client.get("/api/v1/providers");
  if (!body) return output.fail(body.error());
  const Result<std::vector<ListedProvider>> providers = decode_providers(*body);
  if (!providers) return output.fail(providers.error());
  if (options.json) {
    output.out(body->ends_with('\n') ? *body : *body + "\n");
  } else {
    output.table(provider_table(*providers, output.out_is_terminal()));
  }
  return output.finish(kExitOk);
}

}  // namespace

void add_providers(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ProvidersOptions>();
  options->server.must_run_already = true;  // one that has just begun knows of nobody
  CLI::App* command = app.add_subcommand("providers", "Show how the providers fare");
  command->footer(
      "Examples:\n"
      "  arouter providers\n"
      "  arouter providers --json\n"
      "Keys that can be used, of how many; the median time to the first token, the median speed\n"
      "and the requests that went well in the last 30 minutes; what is benched, and for how long.\n"
      "In a pipe: tab-separated, without titles and units.\n"
      "Exit code: 0 shown, 1 failed, 2 wrong usage, 3 no daemon runs.");
  command->add_flag("--json", options->json, "The daemon's answer as it is");
  command->add_option("--base-url", options->server.base_url,
                      "Another daemon (else $AROUTER_BASE_URL, the local one)");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_providers(*options, context); };
  });
}

}  // namespace arouter
