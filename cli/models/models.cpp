// `arouter models`: what can be asked, and what it costs.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/models/explain.hpp"
#include "cli/models/model_list.hpp"
#include "cli/models/sync.hpp"
#include "cli/output.hpp"
#include "cli/server.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

struct ModelsOptions {
  ServerChoice server;
  ModelFilter filter;
  std::string max_price;
  std::string show;  // an id; "": the list
  bool json = false;
};

/// Why nothing is shown: a misspelt provider is the likeliest reason.
std::string explain_nothing(const std::vector<ListedModel>& all, const ModelFilter& filter) {
  if (all.empty()) return "the server offers no models";
  std::vector<std::string_view> providers;
  for (const ListedModel& model : all) {
    if (model.provider() == filter.provider) return "no model matches";
    providers.push_back(model.provider());
  }
  if (filter.provider.empty()) return "no model matches";
  const std::string near = nearest_name(filter.provider, providers);
  return "no provider '" + filter.provider + "'" +
         (near.empty() ? "" : "; did you mean " + near + "?");
}

int show_one(Output& output, const std::vector<ListedModel>& models, const ModelsOptions& options) {
  const ListedModel* model = find_listed(models, options.show);
  if (model == nullptr) {
    const std::string near = nearest_model(models, options.show);
    output.complain(
        "no model '" + options.show + "'" +
        (near.empty() ? "; `arouter models` lists them" : "; did you mean " + near + "?"));
    return kExitFailed;
  }
  if (options.json) {
    output.out(model->raw + "\n");
  } else {
    const std::string text = describe_model(*model);
    output.out(output.out_is_terminal() ? strip_terminal_controls(text) : text);
  }
  return kExitOk;
}

int show_list(Output& output, const std::vector<ListedModel>& all, const ModelsOptions& options) {
  std::vector<ListedModel> models;
  for (const ListedModel& model : all) {
    if (passes(model, options.filter)) models.push_back(model);
  }
  if (options.json) {
    output.out(models_as_json(models));
  } else if (!models.empty()) {
    output.table(model_table(models, output.out_is_terminal()));
  }
  if (!models.empty()) return kExitOk;
  output.complain(explain_nothing(all, options.filter));
  return kExitFailed;
}

int run_models(ModelsOptions options, const CommandContext& context) {
  Output output;
  if (!options.max_price.empty()) {
    const Result<Money> price = decode_money(options.max_price);
    if (!price) return output.fail(price.error());
    options.filter.max_price = *price;
  }
  const Result<Server> server = find_server(options.server, context);
  if (!server) return output.fail(server.error());
  output.set_key_advice(server->key_advice);
  if (!server->warning.empty()) output.complain(server->warning);
  const Result<std::string> body = server->client.get("/v1/models");
  if (!body) return output.fail(body.error());
  const Result<std::vector<ListedModel>> models = decode_models(*body);
  if (!models) return output.fail(models.error());
  const int code = options.show.empty() ? show_list(output, *models, options)
                                        : show_one(output, *models, options);
  return output.finish(code);
}

}  // namespace

void add_models(CLI::App& app, CommandContext& context) {
  auto options = std::make_shared<ModelsOptions>();
  CLI::App* command = app.add_subcommand("models", "List the models and their prices");
  command->footer(
      "Examples:\n"
      "  arouter models llama --max-price 0.5\n"
      "  arouter models --provider acme --json\n"
      "  arouter models show acme/model-a\n"
      "Prices are USD per million tokens. In a pipe: tab-separated, without titles.\n"
      "Exit code: 0 shown, 1 nothing matches, 2 wrong usage, 3 no server.");
  command->add_option("TEXT", options->filter.text, "Only models with this in id or name");
  command->add_option("--provider", options->filter.provider, "Only this provider's");
  command->add_option("--modality", options->filter.modality,
                      "Only models that take or give it: text, image, audio");
  command->add_option("--max-price", options->max_price,
                      "At most this for a million tokens, in and out");
  command->add_flag("--json", options->json, "The server's objects as a JSON array");
  command->add_option("--base-url", options->server.base_url,
                      "Another server (else $AROUTER_BASE_URL, the daemon)");
  CLI::App* show = command->add_subcommand("show", "Everything known of one model");
  show->footer("Example:\n  arouter models show acme/model-a");
  show->add_option("ID", options->show, "Model id")->required();
  show->add_flag("--json", options->json, "The server's object as JSON");
  CLI::App* explain = add_models_explain(*command, context);
  CLI::App* sync = add_models_sync(*command, context);
  command->callback([options, explain, sync, &context] {
    if (explain->parsed() || sync->parsed()) return;  // whose callback has run before this one
    context.run = [options, &context] { return run_models(*options, context); };
  });
}

}  // namespace arouter
