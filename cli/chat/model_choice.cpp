#include "cli/chat/model_choice.hpp"

#include <cstdlib>

#include "cli/models/model_list.hpp"

namespace arouter {

Result<ModelChoice> choose_model(const Client& client, const std::string& named) {
  if (!named.empty()) return ModelChoice{named};
  if (const char* variable = std::getenv("AROUTER_MODEL"); variable != nullptr && *variable != 0) {
    return ModelChoice{variable};
  }
  const Result<std::string> body = client.get("/v1/models");
  if (!body) return body.error();
  const Result<std::vector<ListedModel>> models = decode_models(*body);
  if (!models) return models.error();
  if (models->empty()) {
    return client_error(
        ErrorKind::bad_request,
        "the server offers no models; add a [[provider.model]] to the configuration");
  }
  ModelChoice choice{models->front().id};
  if (models->size() > 1) {
    choice.note = "Asking " + choice.id + ", the first of " + std::to_string(models->size()) +
                  " models; choose with -m or AROUTER_MODEL.";
  }
  return choice;
}

Error with_suggestion(Error error, const Client& client, const std::string& model) {
  if (error.status != 404 || error.message.find("did you mean") != std::string::npos) return error;
  const Result<std::string> body = client.get("/v1/models");
  if (!body) return error;
  const Result<std::vector<ListedModel>> models = decode_models(*body);
  if (!models) return error;
  const std::string near = nearest_model(*models, model);
  if (!near.empty() && near != model) error.message += "; did you mean " + near + "?";
  return error;
}

}  // namespace arouter
