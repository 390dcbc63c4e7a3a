// `arouter keys`: the keys that clients of the daemon are given.
#include <CLI/CLI.hpp>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>

#include "cli/command.hpp"
#include "cli/keys/key_list.hpp"
#include "cli/keys/key_settings.hpp"
#include "cli/output.hpp"
#include "cli/period.hpp"
#include "cli/server.hpp"
#include "shared/date.hpp"
#include "shared/json_writer.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::string_view kKeys = "/api/v1/keys";
constexpr std::size_t kPage = 100;
constexpr std::int64_t kMostGrace = 30 * 86'400;  // seconds that the daemon takes
constexpr std::size_t kMostKeys = 1'000'000;      // of a server that never comes to an end

struct KeysOptions {
  ServerChoice server{};
  KeySettings settings{};
  std::string key{};    // which one
  std::string grace{};  // that a rotated key stays good for
  bool all = false;     // disabled ones too
  bool sure = false;    // --yes
  bool json = false;
};

/// A command's way to the daemon, begun at its first call, and what it prints.
class Desk {
 public:
  Desk(const KeysOptions& options, const CommandContext& context)
      : options_(options), context_(context) {}

  int fail(Error error) {
    // A key that calls models is refused too, and the server cannot know where it came from.
    if (error.kind == ErrorKind::forbidden) error.kind = ErrorKind::unauthorized;
    return output.fail(error);
  }
  int refuse(std::string_view message) {
    output.complain(message);
    return kExitUsage;
  }

  Result<std::string> call(std::string_view method, const std::string& path,
                           std::string body = {}) {
    if (!server_) {
      Result<Server> found = find_server(options_.server, context_);
      if (!found) return found.error();
      server_.emplace(std::move(*found));
      output.set_key_advice(server_->key_advice);
      if (!server_->warning.empty()) output.complain(server_->warning);
    }
    return server_->client.call(method, path, std::move(body));
  }

  Result<std::vector<KeyLine>> list(bool all) {
    std::vector<KeyLine> keys;
    while (keys.size() < kMostKeys) {
      const Result<std::string> body = call(
          "GET", std::string(kKeys) + "?offset=" + std::to_string(keys.size()) +
                     "&page_size=" + std::to_string(kPage) + (all ? "&include_disabled=true" : ""));
      if (!body) return body.error();
      Result<std::vector<KeyLine>> page = decode_key_list(*body);
      if (!page) return page.error();
      const bool is_last = page->size() < kPage;
      std::move(page->begin(), page->end(), std::back_inserter(keys));
      if (is_last) break;
    }
    return keys;
  }

  /// The path of the key that was named.
  Result<std::string> path() {
    const Result<std::vector<KeyLine>> keys = list(true);
    if (!keys) return keys.error();
    const Result<KeyLine> key = pick_key(*keys, options_.key);
    if (!key) return key.error();
    return std::string(kKeys) + "/" + key->hash;
  }

  /// The secret alone goes to stdout, so that it can be piped; what it is, to stderr.
  int show_secret(const std::string& body, std::string_view done) {
    if (options_.json) return show_json(body);
    const Result<KeyLine> key = decode_one_key(body);
    if (!key) return fail(key.error());
    const Result<std::string> secret = decode_secret(body);
    if (!secret) return fail(secret.error());
    output.err(strip_terminal_controls(std::string(done) + " '" + key->name + "' (" +
                                       key->hash.substr(0, 12) +
                                       "). This is the only time that the key is shown:") +
               "\n");
    output.out(*secret + "\n");
    return output.finish(kExitOk);
  }

  int show_json(const std::string& body) {
    output.out(body.ends_with('\n') ? body : body + "\n");
    return output.finish(kExitOk);
  }

  int show_key(const std::string& body) {
    if (options_.json) return show_json(body);
    const Result<KeyLine> key = decode_one_key(body);
    if (!key) return fail(key.error());
    const std::string lines = key_lines(*key);
    output.out(output.out_is_terminal() ? strip_terminal_controls(lines) : lines);
    return output.finish(kExitOk);
  }

  Output output;

 private:
  const KeysOptions& options_;
  const CommandContext& context_;
  std::optional<Server> server_;
};

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

int run_create(const KeysOptions& options, Desk& desk) {
  const Result<std::string> body = encode_key_body(options.settings, KeyBody::of_new, now_s());
  if (!body) return desk.fail(body.error());
  const Result<std::string> answer = desk.call("POST", std::string(kKeys), *body);
  if (!answer) return desk.fail(answer.error());
  return desk.show_secret(*answer, "Made");
}

int run_list(const KeysOptions& options, Desk& desk) {
  const Result<std::vector<KeyLine>> keys = desk.list(options.all);
  if (!keys) return desk.fail(keys.error());
  if (options.json) {
    std::string body = R"({"data":[)";
    for (const KeyLine& each : *keys) body += (body.ends_with('[') ? "" : ",") + each.body;
    return desk.show_json(body + "]}");
  }
  if (keys->empty()) {
    desk.output.err(options.all ? "There are no keys yet. Make one with: arouter keys create NAME\n"
                                : "There are no keys, or all are disabled (see --all). Make one "
                                  "with: arouter keys create NAME\n");
    return kExitOk;
  }
  desk.output.table(key_table(*keys, encode_date(now_s()), desk.output.out_is_terminal()));
  return desk.output.finish(kExitOk);
}

int run_show(const KeysOptions& /*options*/, Desk& desk) {
  const Result<std::string> path = desk.path();
  if (!path) return desk.fail(path.error());
  const Result<std::string> answer = desk.call("GET", *path);
  return answer ? desk.show_key(*answer) : desk.fail(answer.error());
}

int change(Desk& desk, const std::string& body) {
  const Result<std::string> path = desk.path();
  if (!path) return desk.fail(path.error());
  const Result<std::string> answer = desk.call("PATCH", *path, body);
  return answer ? desk.show_key(*answer) : desk.fail(answer.error());
}

int run_update(const KeysOptions& options, Desk& desk) {
  const Result<std::string> body = encode_key_body(options.settings, KeyBody::of_change, now_s());
  if (!body) return desk.fail(body.error());
  if (*body == "{}") return desk.refuse("nothing to change; see: arouter keys update --help");
  return change(desk, *body);
}

int run_disable(const KeysOptions& /*options*/, Desk& desk) {
  return change(desk, R"({"disabled":true})");
}

int run_enable(const KeysOptions& /*options*/, Desk& desk) {
  return change(desk, R"({"disabled":false})");
}

int run_delete(const KeysOptions& options, Desk& desk) {
  if (!options.sure) {
    desk.output.complain(
        "a deleted key cannot be brought back. Say --yes, or disable it with: "
        "arouter keys disable " +
        options.key);
    return kExitUsage;
  }
  const Result<std::string> path = desk.path();
  if (!path) return desk.fail(path.error());
  const Result<std::string> answer = desk.call("DELETE", *path);
  if (!answer) return desk.fail(answer.error());
  if (options.json) return desk.show_json(*answer);
  desk.output.err("Deleted '" + options.key + "'\n");
  return kExitOk;
}

int run_rotate(const KeysOptions& options, Desk& desk) {
  std::string body;
  if (!options.grace.empty()) {
    const auto period = decode_period(options.grace);
    if (!period || *period > kMostGrace) {
      return desk.refuse("--grace takes a number and a unit, at most 30d: 30m, 24h, 7d");
    }
    JsonWriter(body).begin_object().number("grace_period", *period).end_object();
  }
  const Result<std::string> path = desk.path();
  if (!path) return desk.fail(path.error());
  const Result<std::string> answer = desk.call("POST", *path + "/rotate", body);
  if (!answer) return desk.fail(answer.error());
  return desk.show_secret(*answer, "Rotated");
}

using Run = int (*)(const KeysOptions&, Desk&);

/// A subcommand with what all of them share.
CLI::App* add_command(CLI::App& keys, const char* name, const char* description, Run run,
                      const std::shared_ptr<KeysOptions>& options, CommandContext& context) {
  CLI::App* command = keys.add_subcommand(name, description);
  command->add_flag("--json", options->json, "The daemon's answer as it is");
  command->add_option("--base-url", options->server.base_url,
                      "Another daemon (else $AROUTER_BASE_URL, the local one)");
  command->callback([options, run, &context] {
    context.run = [options, run, &context] {
      Desk desk(*options, context);
      return run(*options, desk);
    };
  });
  return command;
}

}  // namespace

void add_keys(CLI::App& app, CommandContext& context) {
  CLI::App* keys = app.add_subcommand("keys", "Make, change and revoke the keys of clients");
  keys->require_subcommand(1);
  keys->footer(
      "Examples:\n"
      "  arouter keys create backend --limit 25 --reset monthly --rpm 60\n"
      "  arouter keys list\n"
      "  arouter keys update backend --model 'acme/*' --limit none\n"
      "  arouter keys rotate backend --grace 24h\n"
      "A key is named by its name, its label or the beginning of its hash. Changes are in force "
      "at\n"
      "once. The daemon of this machine is managed with the key in its state folder; any other "
      "with\n"
      "$AROUTER_MGMT_KEY.\n"
      "Exit code: 0 done, 1 failed, 2 wrong usage, 3 no server.");
  const auto options = std::make_shared<KeysOptions>();
  options->server.manages_keys = true;

  CLI::App* create = add_command(*keys, "create", "Make a key, and show it this once", run_create,
                                 options, context);
  create->add_option("name", options->settings.name, "What people call it")->required();
  create->add_flag("--management", options->settings.management,
                   "One that manages keys and calls no models");
  add_key_settings(*create, options->settings, KeyBody::of_new);

  CLI::App* list = add_command(*keys, "list", "Show the keys", run_list, options, context);
  list->add_flag("--all", options->all, "Disabled ones too");

  const auto add_one = [&](const char* name, const char* description, Run run) {
    CLI::App* command = add_command(*keys, name, description, run, options, context);
    command->add_option("key", options->key, "Its name, label or hash")->required();
    return command;
  };
  add_one("show", "Show all of one key", run_show);
  CLI::App* update = add_one("update", "Change what is said, and leave the rest", run_update);
  update->add_option("--name", options->settings.name, "Another name");
  add_key_settings(*update, options->settings, KeyBody::of_change);
  add_one("disable", "Refuse it from now on", run_disable);
  add_one("enable", "Take it again", run_enable);
  add_one("delete", "Forget it for good", run_delete)
      ->add_flag("--yes", options->sure, "Really: it cannot be brought back");
  add_one("rotate", "Give it a new secret", run_rotate)
      ->add_option("--grace", options->grace, "How long the old one stays good: 24h");
}

}  // namespace arouter
