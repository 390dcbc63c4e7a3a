// Which server a command talks to: the one it is told of, else the running daemon, else a daemon
// inside this process for as long as the command runs.
#pragma once

#include <memory>
#include <string>

#include "cli/client.hpp"
#include "cli/command.hpp"
#include "shared/error.hpp"

namespace arouter {

struct ServerChoice {
  std::string base_url{};         // --base-url
  bool must_run_already = false;  // no daemon inside this process
  bool manages_keys = false;      // with a management key, not one that calls models
};

struct Server {
  Client client;
  std::unique_ptr<LocalDaemon> own{};  // when it is in this process
  std::string warning{};               // for stderr, "" when there is none
  std::string key_advice{};            // what to do when it refuses the key
};

/// Errors: bad_request when there is no configuration or it has faults (all of them in the
/// message), or the base URL is none; unauthorized when the key of the running daemon cannot be
/// read; internal when the daemon does not start; upstream_unreachable when none runs, and one
/// must.
Result<Server> find_server(const ServerChoice& choice, const CommandContext& context);

/// What to tell someone who has no configuration yet: the smallest one, and where to write it.
std::string explain_no_config();
/// All faults, a line each.
std::string list_faults(const std::vector<ConfigFault>& faults);

}  // namespace arouter
