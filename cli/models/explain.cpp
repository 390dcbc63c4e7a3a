#include "cli/models/explain.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/chat/model_choice.hpp"
#include "cli/models/explained_request.hpp"
#include "cli/models/plan_report.hpp"
#include "cli/output.hpp"
#include "cli/read_text.hpp"
#include "cli/server.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostPlan = 32 * 1024 * 1024;

struct ExplainOptions {
  ServerChoice server{.must_run_already = true};  // its health is what is asked about
  std::string model, body, format = "openai";
  bool json = false;
};

Result<ExplainedRequest> request_of(const ExplainOptions& options) {
  std::string body;
  if (!options.body.empty()) {
    Result<std::string> text = read_text(options.body);
    if (!text) return text.error();
    if (text->empty()) return client_error(ErrorKind::bad_request, options.body + " is empty");
    body = std::move(*text);
  }
  return explained_request(options.format, options.model, body);
}

Result<std::string> ask_for_plan(const Client& client, const ExplainedRequest& request) {
  std::string document;
  const Client::Piece keep = [&document](std::string_view piece) {
    document += piece;
    return document.size() <= kMostPlan;
  };
  const Result<AnswerHead> head =
      client.with_field("X-ARouter-Explain", Secret("only")).post(request.path, request.body, keep);
  if (!head) return head.error();
  return document;
}

void show(Output& output, const PlanReport& report) {
  if (!output.out_is_terminal()) {
    output.table(plan_table(report));
    return;
  }
  for (const StyledLine& line : lay_out_plan(report, output.width())) {
    output.out(line.text + "\n", line.style);
  }
}

int run_explain(const ExplainOptions& options, const CommandContext& context) {
  Output output;
  const Result<ExplainedRequest> request = request_of(options);
  if (!request) return output.fail(request.error());
  const Result<Server> server = find_server(options.server, context);
  if (!server) return output.fail(server.error());
  output.set_key_advice(server->key_advice);
  if (!server->warning.empty()) output.complain(server->warning);
  const Result<std::string> document = ask_for_plan(server->client, *request);
  if (!document) {
    return output.fail(with_suggestion(document.error(), server->client, options.model));
  }
  const Result<PlanReport> report = decode_plan_report(*document);
  if (!report) return output.fail(report.error());
  options.json ? static_cast<void>(output.out(*document + "\n")) : show(output, *report);
  if (report->kept() > 0) return output.finish(kExitOk);
  output.complain("no endpoint may be asked");
  return output.finish(kExitFailed);
}

}  // namespace

CLI::App* add_models_explain(CLI::App& models, CommandContext& context) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      models.add_subcommand("explain", "Whom a request would go to, and why; asks nobody");
  command->footer(
      "Examples:\n"
      "  arouter models explain meta-llama/llama-4-maverick:floor\n"
      "  arouter models explain --body request.json\n"
      "  jq .request log.json | arouter models explain auto --body - --format anthropic\n"
      "Of every endpoint: its place or why it has none, prices per million tokens, health, keys.\n"
      "Exit code: 0 somebody may be asked, 1 nobody or no such model, 2 wrong usage,\n"
      "3 no daemon runs.");
  command->add_option("MODEL", options->model, "Id, alias, 'auto'; else the body's own model");
  command->add_option("--body", options->body,
                      "A request in a file ('-': standard input), whose wishes count");
  command->add_option("--format", options->format, "Whose request it is")
      ->check(CLI::IsMember({"openai", "anthropic", "gemini", "responses"}))
      ->capture_default_str();
  command->add_flag("--json", options->json, "The daemon's answer as it is");
  command->add_option("--base-url", options->server.base_url,
                      "Another daemon (else $AROUTER_BASE_URL, the local one)");
  command->callback([options, &context] {
    context.run = [options, &context] { return run_explain(*options, context); };
  });
  return command;
}

}  // namespace arouter
