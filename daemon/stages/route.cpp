#include "daemon/stages/route.hpp"

#include <algorithm>

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

/// Whether a call in the caller's format can be made in `format`.
bool carries(const Format& format, CallKind call) {
  switch (call) {
    case CallKind::chat:
      return true;
    case CallKind::completions:
      return false;  // the older endpoint of OpenAI only passes
    case CallKind::embeddings:
    case CallKind::one_embedding:
      return format.embeddings() != nullptr;
    case CallKind::count_tokens:
      return format.offers(call);
  }
  return false;
}

/// The format that `provider` is to be asked in; null when it cannot answer such a call.
const Format* format_for(const Exchange& exchange, const Provider& provider) {
  const CallKind call = exchange.route.call;
  if (provider.speaks(exchange.format) && exchange.format->offers(call)) return exchange.format;
  for (const Format* format : provider.formats) {
    if (carries(*format, call)) return format;
  }
  return nullptr;
}

}  // namespace

Result<void> route(Exchange& exchange) {
  const Catalog& catalog = *exchange.runtime->catalog;
  const Model* model = catalog.find_model(exchange.request.model);
  if (model == nullptr) return unknown_model(exchange.request.model, catalog);
  exchange.model = model->id;
  for (const Endpoint& endpoint : model->endpoints) {
    const Format* format = format_for(exchange, *endpoint.provider);
    if (format != nullptr) exchange.plan.push_back({&endpoint, format});
  }
  if (!exchange.plan.empty() || exchange.route.call == CallKind::count_tokens) return {};
  return client_error(
      ErrorKind::model_not_found,
      "no provider of '" + model->id + "' answers calls of " + std::string(exchange.route.name),
      "model");
}

}  // namespace arouter::daemon
