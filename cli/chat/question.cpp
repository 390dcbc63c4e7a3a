// One question from the command line, its answer to stdout.
#include <unistd.h>

#include "cli/chat/ask.hpp"
#include "cli/chat/chat.hpp"
#include "cli/chat/footer.hpp"
#include "cli/chat/model_choice.hpp"
#include "cli/chat/prompt.hpp"
#include "cli/chat/shown_text.hpp"
#include "cli/interrupt.hpp"

namespace arouter {

namespace {

ChatRequest request_of(const ChatOptions& options, std::string model, std::string prompt) {
  ChatRequest request;
  request.model = std::move(model);
  request.messages = first_messages(options.system, std::move(prompt));
  request.max_tokens = options.max_tokens;
  request.temperature = options.temperature;
  request.stream = !options.no_stream;
  return request;
}

int end_question(const Asked& asked, const ChatRequest& request, const Client& client,
                 Output& output) {
  if (asked.interrupted) {
    // Without text of the model's the terminal's own "^C" still stands in the line.
    const std::string gap = asked.answer.content.empty() ? "\n" : "";
    if (output.err_is_terminal()) output.err(gap + "Interrupted.\n", Style::dim);
    return kExitInterrupted;
  }
  if (output.reader_is_gone()) return kExitOk;
  if (asked.error) return output.fail(with_suggestion(*asked.error, client, request.model));
  print_footer(output, asked);
  return output.finish(kExitOk);
}

}  // namespace

int run_question(const ChatOptions& options, const CommandContext& context, Output& output) {
  const Result<std::string> prompt =
      read_prompt({options.question, options.files, ::isatty(STDIN_FILENO) != 1});
  if (!prompt) return output.fail(prompt.error());
  const Result<Server> server = find_server(options.server, context);
  if (!server) return output.fail(server.error());
  output.set_key_advice(server->key_advice);
  if (!server->warning.empty()) output.complain(server->warning);

  const Interrupt interrupt(Interrupt::Second::ends_program);
  const Result<ModelChoice> model = choose_model(server->client, options.model);
  if (Interrupt::happened()) return kExitInterrupted;
  if (!model) return output.fail(model.error());
  if (!model->note.empty()) output.err(model->note + "\n", Style::dim);

  const ChatRequest request = request_of(options, model->id, *prompt);
  ShownText shown(output);
  const Asked asked = ask(server->client, request,
                          [&](std::string_view text) { return options.json || shown.show(text); });
  if (!options.json) shown.end_line();
  if (options.json && !asked.error && !asked.interrupted) output.out(asked_as_json(asked));
  return end_question(asked, request, server->client, output);
}

}  // namespace arouter
