#include "daemon/stages/route.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kShown = 128;

Error unknown_model(const std::string& name, const Catalog& catalog) {
  std::string message = "no provider offers the model '" + name.substr(0, kShown) + "'";
  const std::vector<std::string> nearest = catalog.nearest(name.substr(0, kShown), 3);
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    message += (i == 0 ? "; did you mean '" : "', '") + nearest[i];
  }
  message += nearest.empty() ? "; 'arouter models' lists what there is" : "'?";
  return client_error(ErrorKind::model_not_found, std::move(message), "model");
}

}  // namespace

Result<void> route(Exchange& exchange) {
  const Catalog& catalog = *exchange.runtime->catalog;
  const Model* model = catalog.find_model(exchange.request.model);
  if (model == nullptr) return unknown_model(exchange.request.model, catalog);
  exchange.model = model->id;
  for (const Endpoint& endpoint : model->endpoints) {
    if (endpoint.provider->format == "openai") exchange.plan.push_back(&endpoint);
  }
  if (exchange.plan.empty()) {
    return client_error(
        ErrorKind::model_not_found,
        "'" + model->id + "' is offered only in formats this route cannot speak yet", "model");
  }
  return {};
}

}  // namespace arouter::daemon
