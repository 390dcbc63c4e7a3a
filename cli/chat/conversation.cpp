// Question after question at a terminal. Each request carries the whole conversation so far.
#include <array>
#include <filesystem>

#include "cli/chat/ask.hpp"
#include "cli/chat/chat.hpp"
#include "cli/chat/footer.hpp"
#include "cli/chat/line_editor.hpp"
#include "cli/chat/model_choice.hpp"
#include "cli/chat/prompt.hpp"
#include "cli/chat/shown_text.hpp"
#include "cli/chat/typed_text.hpp"
#include "cli/interrupt.hpp"
#include "cli/models/model_list.hpp"
#include "cli/read_text.hpp"
#include "shared/paths.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

class Conversation {
 public:
  Conversation(const ChatOptions& options, const Client& client, Output& output)
      : options_(options), client_(client), output_(output), system_(options.system) {}

  int run(const ModelChoice& model);

 private:
  struct Command {
    std::string_view name, argument, help;
    void (Conversation::*run)(const std::string& argument);
  };
  static const std::array<Command, 8>& commands();

  void take_line(LineEditor& editor, const std::string& line);
  bool wants_to_leave(const TypedLine& line);
  void run_command(const SlashCommand& command);
  void ask_question(const std::string& question);
  ChatRequest next_request() const;
  void keep(const Asked& asked);
  void say(const std::string& text) { output_.err(strip_terminal_controls(text) + "\n"); }

  void help(const std::string&);
  void choose(const std::string& model);
  void list_models(const std::string& text);
  void set_system(const std::string& text);
  void clear(const std::string&);
  void retry(const std::string&);
  void show_cost(const std::string&);
  void quit(const std::string&) { over_ = true; }

  const ChatOptions& options_;
  const Client& client_;
  Output& output_;
  std::string model_, system_;
  std::vector<ChatMessage> messages_;  // without the system message
  std::string last_question_;
  CostTotal total_;
  TypedText typed_;
  bool leaving_ = false;  // Ctrl-C was the last thing typed
  bool over_ = false;
};

const std::array<Conversation::Command, 8>& Conversation::commands() {
  static constexpr std::array<Command, 8> kCommands{{
      {"help", "", "this list", &Conversation::help},
      {"model", "NAME", "ask another model from here on", &Conversation::choose},
      {"models", "[TEXT]", "what can be asked", &Conversation::list_models},
      {"system", "[TEXT]", "set the system message; without TEXT: none", &Conversation::set_system},
      {"clear", "", "forget what was said", &Conversation::clear},
      {"retry", "", "ask the last question again", &Conversation::retry},
      {"cost", "", "what the conversation took so far", &Conversation::show_cost},
      {"quit", "", "leave; Ctrl-D does too", &Conversation::quit},
  }};
  return kCommands;
}

int Conversation::run(const ModelChoice& model) {
  model_ = model.id;
  if (!model.note.empty()) output_.err(model.note + "\n", Style::dim);
  output_.err("Talking to " + strip_terminal_controls(model_) +
                  ". /help lists the commands, Ctrl-D leaves.\n",
              Style::dim);
  LineEditor editor(output_, options_.no_history ? "" : state_dir() / "chat_history");
  while (!over_ && !output_.reader_is_gone()) {
    Interrupt::forget();
    const TypedLine line = editor.read(typed_.is_open() ? "… " : "> ");
    if (line.end != TypedLine::End::line) {
      over_ = wants_to_leave(line);
      continue;
    }
    leaving_ = false;
    take_line(editor, line.text);
  }
  return output_.finish(kExitOk);
}

void Conversation::take_line(LineEditor& editor, const std::string& line) {
  const std::optional<std::string> text = typed_.add(line);
  if (!text || text->find_first_not_of(" \t\n") == std::string::npos) return;
  editor.remember(*text);
  if (const auto command = decode_command(*text)) {
    run_command(*command);
  } else {
    ask_question(*text);
  }
}

/// Ctrl-D leaves. Ctrl-C drops what stands in the line; at an empty one it leaves the second time.
bool Conversation::wants_to_leave(const TypedLine& line) {
  output_.out("\n");
  if (line.end == TypedLine::End::closed) return true;
  const bool empty = !line.had_text && !typed_.is_open();
  typed_.drop();
  if (empty && leaving_) return true;
  leaving_ = empty;
  if (empty) output_.err("Ctrl-C again, or Ctrl-D, leaves.\n", Style::dim);
  return false;
}

void Conversation::run_command(const SlashCommand& command) {
  std::vector<std::string_view> names;
  for (const Command& each : commands()) {
    if (each.name == command.name) return (this->*each.run)(command.argument);
    names.push_back(each.name);
  }
  const std::string near = nearest_name(command.name, names);
  say("No command /" + command.name +
      (near.empty() ? "; /help lists them." : "; did you mean /" + near + "?") +
      " A question may begin with \"/\" behind a blank.");
}

void Conversation::ask_question(const std::string& question) {
  if (const Result<void> checked = must_be_text(question, "the question"); !checked) {
    output_.fail(checked.error());
    return;
  }
  last_question_ = question;
  messages_.push_back({"user", question});
  ShownText shown(output_);
  const Asked asked =
      ask(client_, next_request(), [&shown](std::string_view text) { return shown.show(text); });
  shown.end_line();
  keep(asked);
  if (asked.error) {
    output_.fail(with_suggestion(*asked.error, client_, model_));
  } else if (asked.interrupted) {
    say("");
  } else {
    print_footer(output_, asked);
  }
}

ChatRequest Conversation::next_request() const {
  ChatRequest request;
  request.model = model_;
  if (!system_.empty()) request.messages.push_back({"system", system_});
  request.messages.insert(request.messages.end(), messages_.begin(), messages_.end());
  request.max_tokens = options_.max_tokens;
  request.temperature = options_.temperature;
  request.stream = !options_.no_stream;
  return request;
}

/// What came of an answer stays in the conversation, whole or not. A question without any answer
/// goes, so that roles keep alternating.
void Conversation::keep(const Asked& asked) {
  if (asked.answer.content.empty()) {
    messages_.pop_back();
    return;
  }
  messages_.push_back({"assistant", asked.answer.content});
  total_.count(asked.answer);
}

void Conversation::help(const std::string&) {
  for (const Command& each : commands()) {
    std::string usage = "  /" + std::string(each.name) + " " + std::string(each.argument);
    usage.resize(18, ' ');
    say(usage + std::string(each.help));
  }
  say("  \"\"\" begins and ends a text of several lines; so do pasting and Alt-Enter.");
}

void Conversation::choose(const std::string& model) {
  if (model.empty()) return say("Talking to " + model_ + ". Another: /model NAME");
  const Result<std::string> body = client_.get("/v1/models");
  const Result<std::vector<ListedModel>> models =
      body ? decode_models(*body) : Result<std::vector<ListedModel>>(body.error());
  if (models && find_listed(*models, model) == nullptr) {
    const std::string near = nearest_model(*models, model);
    // Taken all the same: a server may know names that it does not list.
    say("The server does not list " + model +
        (near.empty() ? "; /models shows what it has." : "; did you mean " + near + "?"));
  }
  model_ = model;
  say("Talking to " + model_ + ".");
}

void Conversation::list_models(const std::string& text) {
  const Result<std::string> body = client_.get("/v1/models");
  const Result<std::vector<ListedModel>> models =
      body ? decode_models(*body) : Result<std::vector<ListedModel>>(body.error());
  if (!models) {
    output_.fail(models.error());
    return;
  }
  std::vector<ListedModel> matching;
  for (const ListedModel& model : *models) {
    if (passes(model, {text, {}, {}, {}})) matching.push_back(model);
  }
  if (matching.empty()) return say("No model matches.");
  output_.table(model_table(matching, true));
}

void Conversation::set_system(const std::string& text) {
  system_ = text;
  say(text.empty() ? "No system message from here on." : "The system message is set.");
}

void Conversation::clear(const std::string&) {
  messages_.clear();
  last_question_.clear();
  say("What was said is forgotten.");
}

void Conversation::retry(const std::string&) {
  if (last_question_.empty()) return say("Nothing was asked yet.");
  if (!messages_.empty() && messages_.back().role == "assistant") {
    messages_.pop_back();
    messages_.pop_back();
  }
  ask_question(std::string(last_question_));
}

void Conversation::show_cost(const std::string&) {
  say(total_.text());
}

}  // namespace

int run_conversation(const ChatOptions& options, const CommandContext& context, Output& output) {
  const Result<Server> server = find_server(options.server, context);
  if (!server) return output.fail(server.error());
  output.set_key_advice(server->key_advice);
  if (!server->warning.empty()) output.complain(server->warning);
  const Interrupt interrupt(Interrupt::Second::repeats);
  const Result<ModelChoice> model = choose_model(server->client, options.model);
  if (Interrupt::happened()) return kExitInterrupted;
  if (!model) return output.fail(model.error());
  return Conversation(options, server->client, output).run(*model);
}

}  // namespace arouter
