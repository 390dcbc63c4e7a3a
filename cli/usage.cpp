// `arouter usage`: what was used and what it cost, from the ledger.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/server.hpp"
#include "cli/usage_report.hpp"

namespace arouter {

namespace {

struct UsageOptions {
  ServerChoice server;
  std::string since;
  std::string by;
  bool json = false;
  bool csv = false;
};

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int run_usage(const UsageOptions& options, const CommandContext& context) {
  Output output;
  std::string path = "/api/usage/summary?by=" + (options.by.empty() ? "endpoint" : options.by);
  if (!options.since.empty()) {
    const auto period = decode_period(options.since);
    if (!period) {
      output.complain("--since takes a number and a unit: 30m, 24h, 7d, 4w");
      return kExitUsage;
    }
    path += "&since=" + std::to_string(now_s() - *period);
  }
  const Result<Server> server = find_server(options.server, context);
  if (!server) return output.fail(server.error());
  output.set_key_advice(server->key_advice);
  if (!server->warning.empty()) output.complain(server->warning);
  const Result<std::string> body = server->client.get(path);
  if (!body) return output.fail(body.error());
  if (options.json) {
    output.out(body->ends_with('\n') ? *body : *body + "\n");
    return output.finish(kExitOk);
  }
  const Result<UsageReport> report = decode_usage_report(*body);
  if (!report) return output.fail(report.error());
  if (options.csv) {
    output.out(usage_csv(*report, options.by));
    return output.finish(kExitOk);
  }
  if (report->lines.empty()) {
    output.err("Nothing was asked" +
               (options.since.empty() ? "" : " in the last " + options.since) +
               " yet. Try: arouter chat \"Hello\"\n");
    return kExitOk;
  }
  output.table(usage_table(*report, options.by, output.out_is_terminal()));
  return output.finish(kExitOk);
}

}  // namespace

void add_usage(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<UsageOptions>();
  CLI::App* command = app.add_subcommand("usage", "Show requests, tokens and cost");
  command->footer(
      "Examples:\n"
      "  arouter usage --since 24h\n"
      "  arouter usage --since 4w --by day\n"
      "  arouter usage --by key --csv > keys.csv\n"
      "Costs are exact. Days are those of UTC. In a pipe: tab-separated, without titles and "
      "total.\n"
      "Exit code: 0 shown, 1 failed, 2 wrong usage, 3 no server.");
  command->add_option("--since", options->since, "Only the last 30m, 24h, 7d, 4w …");
  command->add_option("--by", options->by, "What to sum by; else providers and models together")
      ->check(CLI::IsMember({"provider", "model", "key", "user", "day"}));
  CLI::Option* csv = command->add_flag("--csv", options->csv, "Comma-separated, with a head line");
  command->add_flag("--json", options->json, "The daemon's answer as it is")->excludes(csv);
  command->add_option("--base-url", options->server.base_url,
                      "Another daemon (else $AROUTER_BASE_URL, the local one)");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_usage(*options, context); };
  });
}

}  // namespace arouter
