#include "cli/server.hpp"

#include <poll.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "shared/config_reader.hpp"
#include "shared/origin.hpp"
#include "shared/paths.hpp"

namespace arouter {

namespace {

using namespace std::chrono_literals;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

const char* key_variable(const ServerChoice& choice) {
  return choice.manages_keys ? "AROUTER_MGMT_KEY" : "AROUTER_API_KEY";
}

/// Of the daemon on this machine.
Result<Secret> own_key(const ServerChoice& choice) {
  return choice.manages_keys ? read_management_key(state_dir()) : read_local_key(state_dir());
}

/// The server that was named. Its key is that of the environment, or the local one when it is our
/// daemon.
Result<Server> named_server(const std::string& given, const ServerChoice& choice) {
  const std::string base_url = without_version(given);
  const Result<Origin> origin = decode_base_url(base_url);
  if (!origin) {
    return client_error(ErrorKind::bad_request,
                        "'" + given + "' is no base URL: " + origin.error().message);
  }
  Secret key(environment(key_variable(choice)));
  const bool has_key = !key.empty();
  if (!has_key) {
    const Result<DaemonNote> note = read_daemon_note(state_dir());
    if (note && note->base_url == base_url) {
      const Result<Secret> local = own_key(choice);
      if (local) key = *local;
    }
  }
  Server server{Client(base_url, std::move(key))};
  if (has_key && !origin->tls && !is_loopback(origin->host)) {
    server.warning = "the key and all that is said travel to " + base_url + " in clear text";
  }
  return server;
}

/// A daemon that listens on every address is called on the one that is this machine's own.
std::string reachable(const std::string& base_url) {
  for (const auto& [any, own] :
       {std::pair("//0.0.0.0:", "//127.0.0.1:"), {"//[::]:", "//[::1]:"}}) {
    const std::size_t at = base_url.find(any);
    if (at != std::string::npos) return std::string(base_url).replace(at, std::strlen(any), own);
  }
  return base_url;
}

Result<Server> running_daemon(const DaemonNote& note, const ServerChoice& choice) {
  Secret key(environment(key_variable(choice)));
  std::string warning;
  if (key.empty()) {
    const Result<Secret> local = own_key(choice);
    // No failure yet: the configuration may have turned keys off.
    if (local) {
      key = *local;
    } else {
      warning = local.error().message;
    }
  }
  return Server{Client(reachable(note.base_url), std::move(key)), nullptr, std::move(warning)};
}

/// Another command may be starting a daemon of its own on the same state right now: its note comes
/// in a moment.
Result<DaemonNote> await_note() {
  const auto deadline = std::chrono::steady_clock::now() + 2s;
  for (;;) {
    Result<DaemonNote> note = read_daemon_note(state_dir());
    if (note || std::chrono::steady_clock::now() > deadline) return note;
    ::poll(nullptr, 0, 20);
  }
}

Result<Server> own_daemon(const ServerChoice& choice, const CommandContext& context) {
  const std::filesystem::path config = find_config("");
  if (config.empty()) return client_error(ErrorKind::bad_request, explain_no_config());

  LocalDaemonOptions options;
  options.load_config = [config] {
    ConfigOutcome outcome = read_config(config);
    outcome.config.log_level = "error";  // stderr belongs to the command
    return outcome;
  };
  options.state = state_dir();
  options.listen = std::vector<std::string>{"127.0.0.1:0"};
  LocalDaemonFailure failure;
  std::unique_ptr<LocalDaemon> daemon = context.start_daemon(std::move(options), failure);
  if (daemon == nullptr) {
    if (!failure.faults.empty()) {
      return client_error(ErrorKind::bad_request,
                          "the configuration has faults:\n" + list_faults(failure.faults));
    }
    if (const Result<DaemonNote> note = await_note()) return running_daemon(*note, choice);
    Error error = internal_error("");
    error.message = failure.message;
    return error;
  }
  const Result<Secret> key = own_key(choice);
  if (!key) return key.error();
  Client client(daemon->base_urls().front(), *key);
  return Server{std::move(client), std::move(daemon)};
}

Result<Server> pick_server(const ServerChoice& choice, const CommandContext& context) {
  if (!choice.base_url.empty()) return named_server(choice.base_url, choice);
  const std::string named = environment("AROUTER_BASE_URL");
  if (!named.empty()) return named_server(named, choice);
  if (const Result<DaemonNote> note = read_daemon_note(state_dir())) {
    return running_daemon(*note, choice);
  }
  if (choice.must_run_already) {
    return upstream_error(ErrorKind::upstream_unreachable, "no daemon runs");
  }
  return own_daemon(choice, context);
}

/// Names only what decided here.
std::string key_advice(const ServerChoice& choice) {
  const std::string variable = key_variable(choice);
  if (environment(variable.c_str()).empty()) {
    return "This server wants a key: export " + variable + "=…";
  }
  if (!choice.base_url.empty()) return "Check " + variable + ".";
  const bool named = !environment("AROUTER_BASE_URL").empty();
  return "Check " + variable + "; unset it" + (named ? ", and AROUTER_BASE_URL," : "") +
         " to use the local key.";
}

}  // namespace

Result<Server> find_server(const ServerChoice& choice, const CommandContext& context) {
  Result<Server> server = pick_server(choice, context);
  if (server) server->key_advice = key_advice(choice);
  return server;
}

std::string explain_no_config() {
  const std::string path = (config_dir() / "arouter.toml").string();
  return "there is no configuration yet. Write the smallest one to " + path +
         ":\n\n"
         "  [[provider]]\n"
         "  name = \"demo\"\n"
         "  base_url = \"http://127.0.0.1:18090/v1\"\n\n"
         "  [[provider.model]]\n"
         "  id = \"demo-small\"\n"
         "  pricing = { prompt = \"0.000002\", completion = \"0.000006\" }   # USD per token\n\n"
         "That is the demo provider, which `arouter mock` runs in another terminal. For a real "
         "one,\n"
         "give its base_url and models, and its key by reference: keys = [{ env = \"ACME_KEY\" }].";
}

std::string list_faults(const std::vector<ConfigFault>& faults) {
  std::string text;
  for (const ConfigFault& fault : faults) {
    if (!text.empty()) text += "\n";
    text += to_string(fault);
  }
  return text;
}

}  // namespace arouter
