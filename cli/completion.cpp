#include "cli/completion.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/output.hpp"

namespace arouter {

namespace {

constexpr std::string_view kBash =
    R"(# bash completion for arouter. Load it with: source <(arouter completion bash)
_arouter() {
  local IFS=$'\n'
  COMPREPLY=($("$1" completion bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o bashdefault -o default -F _arouter arouter
)";

constexpr std::string_view kZsh = R"(#compdef arouter
# zsh completion for arouter. Load it with: source <(arouter completion zsh)
_arouter() {
  local -a candidates
  candidates=("${(@f)$("${words[1]}" completion zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n ${candidates[1]-} ]]; then
    _describe arouter candidates
  else
    _files
  fi
}
if [[ ${funcstack[1]-} == _arouter ]]; then
  _arouter "$@"
else
  compdef _arouter arouter
fi
)";

constexpr std::string_view kFish =
    R"(# fish completion for arouter. Load it with: arouter completion fish | source
function __arouter_candidates
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  set -l candidates ($typed[1] completion fish -- $typed[2..] "$current" 2>/dev/null)
  if set -q candidates[1]
    printf '%s\n' $candidates
  else
    __fish_complete_path "$current"
  end
end
complete -c arouter -f -a '(__arouter_candidates)'
)";

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

const CLI::Option* find_option(const CLI::App& command, std::string_view word) {
  const std::string name(word.substr(0, word.find('=')));
  for (const CLI::Option* option : command.get_options()) {
    if (!option->get_positional() && option->check_name(name)) return option;
  }
  return nullptr;
}

const CLI::App* find_command(const CLI::App& command, const std::string& word) {
  const auto named = [&](const CLI::App* each) { return each->get_name() == word; };
  const std::vector<const CLI::App*> found = command.get_subcommands(named);
  return found.empty() ? nullptr : found.front();
}

/// The parser knows an option's values only as part of a text: "TEXT:{auto,openai}".
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}', begin == std::string::npos ? 0 : begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

/// bash parts words at '='. Gives back "--json=x" for "--json", "=", "x", with the length of what
/// then stands before the word that bash completes.
struct Words {
  std::vector<std::string> words;
  std::size_t kept_by_shell = 0;
};
Words join_assignments(std::span<const std::string> typed) {
  Words joined;
  bool after_equals = false;
  for (const std::string& word : typed) {
    const bool equals =
        word == "=" && !joined.words.empty() && joined.words.back().starts_with("-");
    joined.kept_by_shell = 0;
    if (equals || after_equals) {
      joined.words.back() += word;
      joined.kept_by_shell = joined.words.back().size() - (equals ? 0 : word.size());
    } else {
      joined.words.push_back(word);
    }
    after_equals = equals;
  }
  return joined;
}

void add_choices(std::vector<Candidate>& candidates, const CLI::Option& option,
                 const std::string& before) {
  for (const std::string& choice : choices_of(option)) candidates.push_back({before + choice, {}});
}

void add_options(std::vector<Candidate>& candidates, const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional() || option->get_group().empty()) continue;
    for (const std::string& name : option->get_lnames()) {
      candidates.push_back({"--" + name, option->get_description()});
    }
    if (!option->get_lnames().empty()) continue;
    for (const std::string& name : option->get_snames()) {
      candidates.push_back({"-" + name, option->get_description()});
    }
  }
}

void add_commands(std::vector<Candidate>& candidates, const CLI::App& command) {
  for (const CLI::App* each : command.get_subcommands(nullptr)) {
    if (each->get_group().empty()) continue;
    candidates.push_back({each->get_name(), each->get_description()});
  }
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) add_choices(candidates, *option, "");
  }
}

}  // namespace

std::vector<Candidate> find_candidates(const CLI::App& app, std::span<const std::string> typed) {
  const auto [words, kept_by_shell] = join_assignments(typed);
  if (words.empty()) return {};
  const CLI::App* command = &app;
  const CLI::Option* waiting = nullptr;  // the option whose value comes next
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (waiting != nullptr) {
      waiting = nullptr;
    } else if (word.starts_with("-")) {
      const CLI::Option* option = find_option(*command, word);
      const bool has_value = word.find('=') != std::string::npos;
      if (option != nullptr && takes_value(*option) && !has_value) waiting = option;
    } else if (const CLI::App* next = find_command(*command, word)) {
      command = next;
    }
  }

  const std::string& current = words.back();
  std::vector<Candidate> candidates;
  const std::size_t equals = current.find('=');
  if (waiting != nullptr) {
    add_choices(candidates, *waiting, "");
  } else if (current.starts_with("--") && equals != std::string::npos) {
    const CLI::Option* option = find_option(*command, current);
    if (option != nullptr) add_choices(candidates, *option, current.substr(0, equals + 1));
  } else if (current.starts_with("-")) {
    add_options(candidates, *command);
  } else {
    add_commands(candidates, *command);
  }
  std::erase_if(candidates, [&](const Candidate& each) { return !each.word.starts_with(current); });
  for (Candidate& each : candidates) each.word.erase(0, kept_by_shell);
  return candidates;
}

std::string encode_candidates(const std::vector<Candidate>& candidates, std::string_view shell) {
  std::string lines;
  for (const Candidate& each : candidates) {
    std::string word = each.word;
    if (shell == "zsh") {
      for (std::size_t at = 0; (at = word.find(':', at)) != std::string::npos; at += 2) {
        word.insert(at, 1, '\\');  // a bare colon begins the description
      }
    }
    lines += word;
    if (shell != "bash" && !each.description.empty()) {
      lines += shell == "zsh" ? ':' : '\t';
      lines += each.description.substr(0, each.description.find('\n'));
    }
    lines += '\n';
  }
  return lines;
}

std::string_view completion_script(std::string_view shell) {
  if (shell == "bash") return kBash;
  return shell == "zsh" ? kZsh : kFish;
}

void add_completion(CLI::App& app, CommandContext& context) {
  struct Options {
    std::string shell;
    std::vector<std::string> words;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("completion", "Complete commands in bash, zsh or fish");
  command->footer(
      "Examples:\n"
      "  source <(arouter completion bash)       # in ~/.bashrc\n"
      "  source <(arouter completion zsh)        # in ~/.zshrc, after compinit\n"
      "  arouter completion fish | source        # in ~/.config/fish/config.fish\n"
      "Exit code: 0 printed, 2 wrong usage.");
  command->add_option("SHELL", options->shell, "Whose script to print")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->add_option("WORDS", options->words, "What the script asks: the words typed so far");
  command->callback([options, &app, &context] {
    context.run = [options, &app] {
      Output output;
      if (options->words.empty()) {
        output.out(completion_script(options->shell));
      } else {
        output.out(encode_candidates(find_candidates(app, options->words), options->shell));
      }
      return output.finish(kExitOk);
    };
  });
}

}  // namespace arouter
