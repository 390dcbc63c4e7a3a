#include "cli/wrong_usage.hpp"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "shared/text.hpp"

namespace arouter {

namespace {

/// The command whose arguments are being read: the innermost that was named.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::string full_name(const CLI::App& command) {
  const CLI::App* parent = command.get_parent();
  const std::string& name = command.get_name();
  return parent == nullptr ? name : full_name(*parent) + " " + name;
}

std::vector<std::string> names_in(const CLI::App& command, bool options) {
  std::vector<std::string> names;
  if (!options) {
    for (const CLI::App* each : command.get_subcommands({})) names.push_back(each->get_name());
    return names;
  }
  for (const CLI::Option* each : command.get_options()) {
    for (const std::string& name : each->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::string explain_extra(const CLI::App& command, const std::string& extra) {
  const bool option = extra.starts_with('-');
  const std::vector<std::string> names = names_in(command, option);
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  // Without the value: that may be a key.
  const std::string name = extra.substr(0, extra.find('='));
  const std::string near = nearest_name(name, candidates);
  std::string text = option                                ? "unknown option " + name
                     : command.get_subcommands({}).empty() ? "unexpected argument '" + extra + "'"
                                                           : "unknown command '" + extra + "'";
  if (!near.empty()) text += "; did you mean " + near + "?";
  return text;
}

}  // namespace

std::string explain_wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = innermost(app);
  const std::vector<std::string> extras = app.remaining(true);
  const std::string fault = extras.empty() ? error.what() : explain_extra(command, extras.front());
  return fault + "\nSee: " + full_name(command) + " --help";
}

}  // namespace arouter
