// `arouter config`: is the configuration good, and what may stand in it?
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"
#include "cli/server.hpp"
#include "shared/catalog.hpp"
#include "shared/config_reader.hpp"

namespace arouter {

namespace {

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// Reads as the daemon does, keys included.
int check_config(const std::string& option) {
  Output output;
  const std::filesystem::path path = find_config(option);
  if (path.empty()) {
    output.complain(explain_no_config());
    return kExitUsage;
  }
  ConfigOutcome read = read_config(path);
  std::vector<ConfigFault> faults = std::move(read.faults);
  CatalogOutcome built;
  if (faults.empty()) {
    built = build_catalog(std::move(read.config));
    faults = std::move(built.faults);
  }
  if (!faults.empty()) {
    output.err(list_faults(faults) + "\n");
    return kExitUsage;
  }
  output.out(path.string() + ": good, " + counted(built.catalog->providers.size(), "provider") +
             ", " + counted(built.catalog->models.size(), "model") + "\n");
  return output.finish(kExitOk);
}

int list_keys() {
  Output output;
  std::string text;
  for (const std::string& key : config_keys()) text += key + "\n";
  output.out(text);
  return output.finish(kExitOk);
}

}  // namespace

void add_config(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("config", "Check the configuration");
  command->require_subcommand(1);

  auto option = std::make_shared<std::string>();
  CLI::App* check = command->add_subcommand("check", "Tell every fault with its place");
  check->add_option("--config", *option,
                    "Configuration file (else $AROUTER_CONFIG, ~/.config/arouter/arouter.toml)");
  check->footer(
      "Examples:\n"
      "  arouter config check\n"
      "  arouter config check --config ./arouter.toml\n"
      "Keys are looked up as well, where the file says they are, and never shown.\n"
      "Exit code: 0 good, 2 faults, one a line: FILE:LINE:COLUMN: what is wrong.");
  check->callback([option, &context] { context.run = [option] { return check_config(*option); }; });

  CLI::App* keys = command->add_subcommand("keys", "List every key that may stand in the file");
  keys->footer("Example:\n  arouter config keys | grep timeouts");
  keys->callback([&context] { context.run = list_keys; });
}

}  // namespace arouter
