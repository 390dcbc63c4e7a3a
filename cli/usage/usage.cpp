// `arouter usage`: what was used and what it cost, from the ledger.
#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/period.hpp"
#include "cli/server.hpp"
#include "cli/usage/usage_report.hpp"
#include "shared/date.hpp"

namespace arouter {

namespace {

struct UsageOptions {
  ServerChoice server{};
  std::string since{};
  std::string by{};
  std::string model{};              // of what-if
  std::string provider{}, month{};  // of a statement
  bool json = false;
  bool csv = false;
};

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A field of a query; what is no plain character is encoded.
std::string query_field(const char* name, std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string field = "&" + std::string(name) + "=";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_') {
      field += c;
    } else {
      field += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return field;
}

/// `empty`: what to say when nothing was asked.
int show(const UsageOptions& options, const std::string& query, const std::string& empty,
         const CommandContext& context, Output& output) {
  const Result<Server> server = find_server(options.server, context);
  if (!server) return output.fail(server.error());
  output.set_key_advice(server->key_advice);
  if (!server->warning.empty()) output.complain(server->warning);
  const std::string by = options.by.empty() ? "endpoint" : options.by;
  const Result<std::string> body = server->client.get("/api/usage/summary?by=" + by + query);
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
    output.err(empty + "\n");
    return kExitOk;
  }
  output.table(usage_table(*report, options.by, output.out_is_terminal()));
  return output.finish(kExitOk);
}

/// The field of --since. False when it is no period, which was complained of.
bool read_since(const UsageOptions& options, Output& output, std::string& query) {
  if (options.since.empty()) return true;
  const auto period = decode_period(options.since);
  if (!period) {
    output.complain("--since takes a number and a unit: 30m, 24h, 7d, 4w");
    return false;
  }
  query += "&since=" + std::to_string(now_s() - *period);
  return true;
}

std::string nothing_since(const UsageOptions& options) {
  return "Nothing was asked" + (options.since.empty() ? "" : " in the last " + options.since) +
         " yet. Try: arouter chat \"Hello\"";
}

int run_usage(const UsageOptions& options, const CommandContext& context) {
  Output output;
  std::string query;
  if (!read_since(options, output, query)) return kExitUsage;
  return show(options, query, nothing_since(options), context, output);
}

int run_what_if(const UsageOptions& options, const CommandContext& context) {
  Output output;
  std::string query = query_field("what_if", options.model);
  if (!read_since(options, output, query)) return kExitUsage;
  return show(options, query, nothing_since(options), context, output);
}

int run_statement(UsageOptions options, const CommandContext& context) {
  Output output;
  if (options.month.empty()) options.month = month_before(now_s());
  const auto month = decode_month(options.month);
  if (!month) {
    output.complain("--month takes a month such as 2027-01");
    return kExitUsage;
  }
  options.by = "model";
  std::string query = query_field("provider_id", options.provider);
  query += query_field("start_time", encode_date(month->begin_s));
  query += query_field("end_time", encode_date(month->end_s));
  return show(options, query, options.provider + " was not used in " + options.month, context,
              output);
}

void add_output(CLI::App& command, const std::shared_ptr<UsageOptions>& options) {
  CLI::Option* csv = command.add_flag("--csv", options->csv, "Comma-separated, with a head line");
  command.add_flag("--json", options->json, "The daemon's answer as it is")->excludes(csv);
  command.add_option("--base-url", options->server.base_url,
                     "Another daemon (else $AROUTER_BASE_URL, the local one)");
}

void add_since(CLI::App& command, const std::shared_ptr<UsageOptions>& options) {
  command.add_option("--since", options->since, "Only the last 30m, 24h, 7d, 4w …");
}

CLI::App* add_what_if(CLI::App& usage, const std::shared_ptr<UsageOptions>& options,
                      CommandContext& context) {
  CLI::App* command =
      usage.add_subcommand("what-if", "What the same requests would cost with another model");
  command->footer(
      "Example:\n"
      "  arouter usage what-if acme/model-a --since 4w\n"
      "The tokens stay what they were; another model counts and answers differently. The price is\n"
      "that of the model's first endpoint, at the time of each request.");
  command->add_option("MODEL", options->model, "Model id")->required();
  add_since(*command, options);
  add_output(*command, options);
  command->callback([options, &context] {
    context.run = [options, &context] { return run_what_if(*options, context); };
  });
  return command;
}

CLI::App* add_statement(CLI::App& usage, const std::shared_ptr<UsageOptions>& options,
                        CommandContext& context) {
  CLI::App* command =
      usage.add_subcommand("statement", "What a provider is owed for a month, by model");
  command->footer(
      "Example:\n"
      "  arouter usage statement acme --month 2027-01 --csv\n"
      "A month is one of UTC; a request belongs to that in which it began.");
  command->add_option("PROVIDER", options->provider, "Its name")->required();
  command->add_option("--month", options->month, "2027-01; else the month before this one");
  add_output(*command, options);
  command->callback([options, &context] {
    context.run = [options, &context] { return run_statement(*options, context); };
  });
  return command;
}

}  // namespace

void add_usage(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<UsageOptions>();
  CLI::App* command = app.add_subcommand("usage", "Show requests, tokens and cost");
  command->footer(
      "Examples:\n"
      "  arouter usage --since 4w --by day\n"
      "  arouter usage --by key --csv > keys.csv\n"
      "  arouter usage what-if acme/model-a\n"
      "Costs are exact. Days are those of UTC. In a pipe: tab-separated, without titles and "
      "total.\n"
      "Exit code: 0 shown, 1 failed, 2 wrong usage, 3 no server.");
  add_since(*command, options);
  command->add_option("--by", options->by, "What to sum by; else providers and models together")
      ->check(CLI::IsMember({"provider", "model", "key", "user", "day"}));
  add_output(*command, options);
  CLI::App* what_if = add_what_if(*command, options, context);
  CLI::App* statement = add_statement(*command, options, context);
  command->callback([options, what_if, statement, &context] {
    if (what_if->parsed() || statement->parsed()) return;  // whose callback has run before this one
    context.run = [options, &context] { return run_usage(*options, context); };
  });
}

}  // namespace arouter
