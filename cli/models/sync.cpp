#include "cli/models/sync.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <memory>

#include "cli/models/fetch_offers.hpp"
#include "cli/models/sync_report.hpp"
#include "cli/output.hpp"
#include "cli/read_text.hpp"
#include "cli/replace_file.hpp"
#include "cli/server.hpp"
#include "shared/config/try_config.hpp"
#include "shared/model_pattern.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

struct SyncOptions {
  std::string provider, config;
  std::vector<std::string> match;
  bool known = false;
  bool comment_out = false;
  bool dry_run = false;
  bool yes = false;
  bool prices = false;
};

const ProviderConfig* find_provider(const Config& config, const std::string& name) {
  const auto found = std::find_if(config.providers.begin(), config.providers.end(),
                                  [&](const ProviderConfig& each) { return each.name == name; });
  return found == config.providers.end() ? nullptr : &*found;
}

std::string no_such_provider(const Config& config, const std::string& name) {
  std::vector<std::string_view> names;
  for (const ProviderConfig& each : config.providers) names.push_back(each.name);
  const std::string near = nearest_name(name, names);
  return "no provider '" + name + "' in the configuration" +
         (near.empty() ? "" : "; did you mean " + near + "?");
}

/// Of what is new, what was asked for.
bool is_wanted(const OfferDiff& diff, const SyncOptions& options) {
  if (diff.kind != OfferDiff::Kind::added) return true;
  if (options.known) return false;
  return options.match.empty() ||
         std::any_of(options.match.begin(), options.match.end(),
                     [&](const std::string& pattern) { return matches_pattern(pattern, diff.id); });
}

bool is_yes(Output& output, const std::string& question) {
  output.err(question + " [y/N] ");
  std::string answer;
  char byte = 0;
  while (answer.size() < 16) {
    const ssize_t size = ::read(STDIN_FILENO, &byte, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0 || byte == '\n') break;
    answer += byte;
  }
  return answer == "y" || answer == "Y" || answer == "yes";
}

class Sync {
 public:
  Sync(const SyncOptions& options, Output& output) : options_(options), output_(output) {}

  int run() {
    path_ = find_config(options_.config);
    if (path_.empty()) return wrong(explain_no_config());
    const ConfigOutcome read = read_config(path_);
    if (!read.faults.empty()) return wrong(list_faults(read.faults));
    const ProviderConfig* provider = find_provider(read.config, options_.provider);
    if (provider == nullptr) return wrong(no_such_provider(read.config, options_.provider));
    file_ = provider->place.file;
    Result<std::string> before = read_text(file_);
    if (!before) return output_.fail(before.error());
    before_ = std::move(*before);

    const Result<OfferList> list = fetch_offers(*provider);
    if (!list) return fail(list.error());
    diffs_ = compare_offers(*provider, list->offers);
    std::erase_if(diffs_, [&](const OfferDiff& each) { return !is_wanted(each, options_); });
    show(*list, provider->models.size());
    return finish();
  }

 private:
  int wrong(const std::string& message) {
    output_.complain(message);
    return kExitUsage;
  }

  /// Without the advice that is for a daemon of ours.
  int fail(const Error& error) {
    output_.complain(error.message);
    if (error.kind == ErrorKind::bad_request && error.status == 0) return kExitUsage;
    const bool was_answered = error.status != 0 && error.kind != ErrorKind::unauthorized;
    return was_answered || error.kind == ErrorKind::upstream_malformed ? kExitFailed
                                                                       : kExitUnreachable;
  }

  void show(const OfferList& list, std::size_t configured) {
    for (const StyledLine& line : report_diffs(diffs_)) output_.out(line.text + "\n", line.style);
    for (const std::string& each : list.remarks) output_.complain(each);
    output_.err(options_.provider + ": " + std::to_string(list.offers.size()) + " models listed, " +
                std::to_string(configured) + " configured; " + summary_of(diffs_) + "\n");
  }

  int finish() {
    EditChoice choice{.known_prices = options_.prices,
                      .comment_out_unlisted = options_.comment_out};
    if (options_.dry_run) return output_.finish(diffs_.empty() ? kExitOk : kExitFailed);
    if (!options_.yes) {
      const bool can_ask = ::isatty(STDIN_FILENO) == 1 && output_.err_is_terminal();
      EditChoice everything = choice;
      everything.known_prices = true;
      if (edits_for(diffs_, everything).empty()) return output_.finish(kExitOk);
      if (!can_ask) return wrong("nothing is written unasked: add --yes, or --dry-run to look");
      if (!is_yes(output_, "Write this to " + file_ + "?")) return kExitFailed;
      const std::size_t prices = count_price_changes(diffs_);
      choice.known_prices |=
          prices > 0 && is_yes(output_, "Also the prices of " + std::to_string(prices) +
                                            " models that are configured already?");
    }
    const std::vector<ModelEdit> edits = edits_for(diffs_, choice);
    if (!choice.known_prices && count_price_changes(diffs_) > 0) {
      output_.err(
          "Prices of models that are configured already stay as they are; --prices takes "
          "them over.\n");
    }
    return edits.empty() ? output_.finish(kExitOk) : write(edits);
  }

  int write(const std::vector<ModelEdit>& edits) {
    const Result<std::string> after = edit_models(before_, options_.provider, edits);
    if (!after) {
      const Error& error = after.error();
      return wrong(file_ +
                   " cannot be edited: " + (error.detail.empty() ? error.message : error.detail));
    }
    // Nothing of it is written unless all of it would load.
    const ConfigOutcome checked = try_config(path_, file_, *after);
    if (!checked.faults.empty()) {
      return wrong("the configuration would have faults, nothing is written:\n" +
                   list_faults(checked.faults));
    }
    if (const Result<void> done = replace_file(file_, before_, *after); !done) {
      output_.complain(done.error().message);
      return kExitFailed;
    }
    output_.err("Written to " + file_ + "; the old one is " + file_ +
                "~. A running daemon takes it over on SIGHUP.\n");
    return output_.finish(kExitOk);
  }

  const SyncOptions& options_;
  Output& output_;
  std::filesystem::path path_;
  std::string file_;    // that holds the provider
  std::string before_;  // its text, before anybody was asked anything
  std::vector<OfferDiff> diffs_;
};

}  // namespace

CLI::App* add_models_sync(CLI::App& models, CommandContext& context) {
  auto options = std::make_shared<SyncOptions>();
  CLI::App* command =
      models.add_subcommand("sync", "Take over what a provider lists into the configuration");
  command->footer(
      "Examples:\n"
      "  arouter models sync acme --dry-run\n"
      "  arouter models sync acme --match 'llama-*'\n"
      "  arouter models sync acme --known --yes     # what is configured, without its prices\n"
      "Shows the differences and asks before it writes; the rest of the file stays as it is.\n"
      "Exit code: 0 all the same or written; 1 differences with --dry-run, or nothing written;\n"
      "2 wrong usage or configuration; 3 the provider cannot be reached, or refused the key.");
  command->add_option("PROVIDER", options->provider, "As the configuration calls it")->required();
  command->add_option("--config", options->config,
                      "Configuration file (else $AROUTER_CONFIG, ~/.config/arouter/arouter.toml)");
  command->add_option("--match", options->match, "Of new models only these; '*' for any characters")
      ->allow_extra_args(false);
  command->add_flag("--known", options->known, "No new models");
  command->add_flag("--prices", options->prices,
                    "Also prices of models that are configured already");
  command->add_flag("--comment-out", options->comment_out,
                    "Turn models that are no longer listed into comments");
  CLI::Option* dry_run =
      command->add_flag("-n,--dry-run", options->dry_run, "Only show; exit code 1 for differences");
  command->add_flag("-y,--yes", options->yes, "Write without asking")->excludes(dry_run);
  command->callback([options, &context] {
    context.run = [options] {
      Output output;
      return Sync(*options, output).run();
    };
  });
  return command;
}

}  // namespace arouter
