// What every command shares: how it is added to the parser and what it may ask of the program.
//
// A command is one file: add_<name>() declares its options and help and sets `context.run`; the run
// function takes its options struct and returns the exit code. Only cli/main.cpp knows the daemon;
// commands reach it through LocalDaemon.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared/config_reader.hpp"
#include "shared/secret.hpp"

namespace CLI {
class App;
}

namespace arouter {

// Exit codes of every command.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;       // the thing asked for failed
inline constexpr int kExitUsage = 2;        // wrong usage or configuration
inline constexpr int kExitUnreachable = 3;  // could not be tried: unreachable, refused
inline constexpr int kExitInterrupted = 130;

/// A daemon inside this process. Its end drains it.
class LocalDaemon {
 public:
  virtual ~LocalDaemon() = default;
  virtual std::vector<std::string> base_urls() const = 0;
  virtual Secret local_key() const = 0;
  virtual bool local_key_is_new() const = 0;
  virtual const Config& config() const = 0;
  virtual void wait() = 0;
};

struct LocalDaemonOptions {
  std::function<ConfigOutcome()> load_config;
  std::filesystem::path state;
  std::optional<std::vector<std::string>> listen{};
  bool handle_signals = false;
};

struct LocalDaemonFailure {
  std::vector<ConfigFault> faults;
  std::string message;
};

struct CommandContext {
  /// Set by the command that was chosen; main() calls it after parsing.
  std::function<int()> run;
  /// Null result: `failure` says why.
  std::function<std::unique_ptr<LocalDaemon>(LocalDaemonOptions, LocalDaemonFailure& failure)>
      start_daemon;
};

void add_chat(CLI::App& app, CommandContext& context);
void add_completion(CLI::App& app, CommandContext& context);
void add_config(CLI::App& app, CommandContext& context);
void add_keys(CLI::App& app, CommandContext& context);
void add_mock(CLI::App& app, CommandContext& context);
void add_models(CLI::App& app, CommandContext& context);
void add_providers(CLI::App& app, CommandContext& context);
void add_serve(CLI::App& app, CommandContext& context);
void add_usage(CLI::App& app, CommandContext& context);
void add_validate(CLI::App& app, CommandContext& context);

}  // namespace arouter
