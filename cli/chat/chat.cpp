#include "cli/chat/chat.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/chat/footer.hpp"
#include "cli/chat/prompt.hpp"
#include "cli/read_text.hpp"
#include "shared/json_scan.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

/// Sorts what was typed into the question and a "-" behind it. False when that is neither.
bool take_words(ChatOptions& options, Output& output) {
  const std::vector<std::string>& words = options.words;
  if (!words.empty()) options.question = words.front();
  if (words.size() < 2) return true;
  if (words.size() == 2 && words.back() == "-") {
    options.files.emplace_back("-");
    return true;
  }
  output.complain("unexpected argument '" + words[1] +
                  "'; quote the question: arouter chat \"What is a router?\"");
  return false;
}

int run_chat(ChatOptions options, const CommandContext& context) {
  Output output;
  if (!take_words(options, output)) return kExitUsage;
  if (!options.temperature.empty()) {
    const Result<JsonType> type = scan_json(options.temperature);
    if (!type || *type != JsonType::number) {
      output.complain("--temperature takes a number such as 0.7");
      return kExitUsage;
    }
  }
  for (const std::string* text : {&options.system, &options.model}) {
    if (const auto checked = must_be_text(*text, "an option"); !checked) {
      return output.fail(checked.error());
    }
  }
  const bool has_question = !options.question.empty() || !options.files.empty();
  const bool at_terminal = ::isatty(STDIN_FILENO) == 1 && output.out_is_terminal();
  if (!has_question && at_terminal && !options.json) {
    return run_conversation(options, context, output);
  }
  return run_question(options, context, output);
}

void declare(CLI::App& command, ChatOptions& options) {
  command
      .add_option("QUESTION", options.words, "What to ask; '-' alone or behind it: standard input")
      ->type_name("")
      ->expected(0, -1);
  command.add_option("-m,--model", options.model, "Model (else $AROUTER_MODEL, the first by name)");
  command.add_option("-s,--system", options.system, "System message");
  command
      .add_option("-f,--file", options.files,
                  "File to append; may be repeated; '-': standard input")
      ->allow_extra_args(false);
  command.add_option("--max-tokens", options.max_tokens, "Longest answer, in tokens")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100'000'000}).description(""));
  command.add_option("--temperature", options.temperature, "Sampling temperature");
  command.add_flag("--json", options.json, "Answer, usage and cost as one JSON object");
  command.add_flag("--no-stream", options.no_stream, "Ask for the answer in one piece");
  command.add_flag("--no-history", options.no_history,
                   "Neither read nor keep the lines typed in a conversation");
  command.add_option("--base-url", options.server.base_url,
                     "Another server (else $AROUTER_BASE_URL, the daemon)");
}

}  // namespace

void print_footer(Output& output, const Asked& asked) {
  if (const std::string note = ending_note(asked.answer); !note.empty()) output.err(note + "\n");
  if (!output.err_is_terminal()) return;
  const std::string footer = strip_terminal_controls(footer_text(asked));
  if (!footer.empty()) output.err(footer + "\n", Style::dim);
}

void add_chat(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ChatOptions>();
  CLI::App* command = app.add_subcommand("chat", "Ask a model, once or in a conversation");
  command->footer(
      "Examples:\n"
      "  arouter chat                                  a conversation\n"
      "  arouter chat -m acme/model-a \"What is a router?\"\n"
      "  git diff | arouter chat -s \"Review this\" -\n"
      "  arouter chat -f notes.txt --json \"Sum up\" | jq -r .content\n"
      "Standard input is appended to the question. Ctrl-C ends the answer.\n"
      "A conversation keeps the lines you typed in chat_history, in the state folder.\n"
      "Exit code: 0 answered, 1 failed, 2 wrong usage, 3 no server, 130 Ctrl-C.");
  declare(*command, *options);
  command->callback([options, &context] {
    context.run = [options, &context] { return run_chat(*options, context); };
  });
}

}  // namespace arouter
