// The list of models.
#include <algorithm>
#include <set>

#include "shared/validate/judging.hpp"
#include "shared/validate/rules.hpp"

namespace arouter::validate {

namespace {

const Exchange* list_of(const Transcript& transcript, const char* probe) {
  const Exchange* exchange = transcript.find(probe);
  return exchange != nullptr && exchange->ok() ? exchange : nullptr;
}

/// Judges the list when there is one.
Judgement judge_list(const Transcript& transcript,
                     const std::function<Judgement(const Exchange&, const JsonRef&)>& judge) {
  const Exchange* exchange = list_of(transcript, "models");
  if (exchange == nullptr) return inconclusive("there is no list: see models.list");
  return judge(*exchange, exchange->json.root());
}

Judgement list(const Transcript& transcript) {
  const Exchange* exchange = transcript.find("models");
  if (exchange == nullptr || !exchange->answered() || exchange->throttled()) {
    return inconclusive("the list was not answered");
  }
  if (exchange->status() == 200) return good();
  return broken("GET /models gets status " + std::to_string(exchange->status()), at(*exchange, 0));
}

Judgement object_list(const Transcript& transcript) {
  return judge_list(transcript, [](const Exchange& exchange, const JsonRef& body) {
    if (body["object"].text() == "list") return good();
    const JsonRef value = body["object"];
    const std::string message = body.is(JsonType::object)
                                    ? "object is " + kind_name(value) + " where \"list\" is meant"
                                    : "the list is " + kind_name(body) + ", not an object";
    const bool only_absent = !value.present() && body["data"].is(JsonType::array);
    const Evidence evidence = at(exchange, value.present() ? value : body);
    return only_absent ? lesser(Severity::should, message, evidence) : broken(message, evidence);
  });
}

Judgement data_array(const Transcript& transcript) {
  return judge_list(transcript, [](const Exchange& exchange, const JsonRef& body) {
    const JsonRef data = body["data"];
    if (!data.is(JsonType::array)) {
      if (!body.is(JsonType::object)) return good();  // models.object-list
      return broken("data is " + kind_name(data), at(exchange, data.present() ? data : body));
    }
    if (data.size() > 0) return good();
    return lesser(Severity::should, "the list is empty", at(exchange, data));
  });
}

Judgement item_fields(const Transcript& transcript) {
  return judge_list(transcript, [](const Exchange& exchange, const JsonRef& body) {
    for (const JsonRef& model : body["data"].children()) {
      const auto wrong = [&](const char* key) {
        const JsonRef value = model[key];
        return broken("a model's " + std::string(key) + " is " + kind_name(value),
                      at(exchange, value.present() ? value : model));
      };
      if (model["id"].text().empty()) return wrong("id");
      if (model["object"].text() != "model") return wrong("object");
      if (!model["owned_by"].is(JsonType::string)) return wrong("owned_by");
      if (!model["created"].is(JsonType::number)) return wrong("created");
      if (!model["created"].integer() || *model["created"].integer() == 0) {
        Judgement mild = wrong("created");
        mild.severity = Severity::info;
        return mild;
      }
    }
    return good();
  });
}

std::set<std::string> ids_of(const Exchange& exchange) {
  std::set<std::string> ids;
  for (const JsonRef& model : exchange.json.root()["data"].children()) {
    ids.insert(model["id"].text());
  }
  return ids;
}

Judgement id_unique(const Transcript& transcript) {
  return judge_list(transcript, [](const Exchange& exchange, const JsonRef& body) {
    std::set<std::string> seen;
    for (const JsonRef& model : body["data"].children()) {
      const std::string id = model["id"].text();
      if (id.empty() || seen.insert(id).second) continue;
      return broken("the model " + quoted(id) + " is listed twice", at(exchange, model["id"]));
    }
    return good();
  });
}

Judgement id_stable(const Transcript& transcript) {
  const Exchange* first = list_of(transcript, "models");
  const Exchange* second = list_of(transcript, "models-again");
  if (first == nullptr || second == nullptr) return inconclusive("there are no two lists");
  if (ids_of(*first) == ids_of(*second)) return good();
  // Two servers of a rolling deploy may differ for a moment; the third list decides.
  const Exchange* third = list_of(transcript, "models-third");
  if (third != nullptr && ids_of(*third) == ids_of(*second)) return good();
  return broken("two calls list different models", at(*second));
}

Judgement tested_listed(const Transcript& transcript) {
  return judge_list(transcript, [&](const Exchange& exchange, const JsonRef& body) {
    if (body["data"].size() == 0) return inconclusive("see models.data-array");
    const std::size_t slash = transcript.model.find('/');
    const std::string bare =
        slash == std::string::npos ? transcript.model : transcript.model.substr(slash + 1);
    for (const JsonRef& model : body["data"].children()) {
      const std::string id = model["id"].text();
      if (id == transcript.model || id == bare || id.ends_with("/" + transcript.model)) {
        return good();
      }
      for (const JsonRef& alias : model["aliases"].children()) {
        if (alias.text() == transcript.model) return good();
      }
    }
    return broken("the model " + quoted(transcript.model) + " is not in the list", at(exchange, 0));
  });
}

Judgement retrieve(const Transcript& transcript) {
  const Exchange* raw = transcript.find("model");
  const Exchange* encoded = transcript.find("model-encoded");
  const Exchange* exchange = encoded != nullptr && encoded->ok() ? encoded : raw;
  if (exchange == nullptr || !exchange->answered() || exchange->throttled()) {
    return inconclusive("no answer to the probe");
  }
  if (!exchange->ok()) {
    return broken("GET /models/{id} gets status " + std::to_string(exchange->status()),
                  at(*exchange, 0));
  }
  const JsonRef id = exchange->json.root()["id"];
  const bool same = id.text() == transcript.model || transcript.model.ends_with("/" + id.text()) ||
                    id.text().ends_with("/" + transcript.model);
  if (same && !id.text().empty()) return good();
  return broken("the id that GET /models/{id} answers with is " + kind_name(id), at(*exchange, id));
}

Judgement auth(const Transcript& transcript) {
  if (transcript.no_auth) return skipped("the provider is said to need no key");
  const Exchange* exchange = transcript.find("models-no-key");
  if (exchange == nullptr || !exchange->answered()) return inconclusive("no answer to the probe");
  return exchange->ok() ? broken("the list is open to callers without a key", at(*exchange))
                        : good();
}

constexpr std::string_view kSource = "OpenAI API reference, models";

constexpr Rule kRules[] = {
    {"models.list", Severity::must, Need::any, "GET /models answers.", kSource, "empty model menus",
     "Serve the route.", list},
    {"models.object-list", Severity::must, Need::any, "The list is {\"object\":\"list\",…}.",
     kSource,
     "empty model menus: mostlygeek/llama-swap#154, vllm-project/router#133, "
     "spiceai/spiceai#4624, exo-explore/exo#590",
     "Send object: list with data.", object_list},
    {"models.data-array", Severity::must, Need::any, "data is an array of models.", kSource,
     "LearningCircuit/local-deep-research#6619", "Send data: [] when there is none.", data_array},
    {"models.item-fields", Severity::should, Need::any,
     "Every model has id, object, created and owned_by.", kSource,
     "typed clients: dongri/openai-api-rs#175", "Send all four.", item_fields},
    {"models.id-unique", Severity::must, Need::any, "No model is listed twice.", kSource,
     "menus and price tables keyed by id", "List each id once.", id_unique},
    {"models.id-stable", Severity::must, Need::any, "Two calls list the same models.", kSource,
     "models come and go in menus", "Answer from one source.", id_stable},
    {"models.tested-listed", Severity::must, Need::any, "The model under test is listed.", kSource,
     "the router offers what the provider does not list", "List every model that is served.",
     tested_listed},
    {"models.retrieve", Severity::should, Need::any, "GET /models/{id} answers.", kSource,
     "clients that check a model before they use it", "Serve the route, ids with a slash included.",
     retrieve},
    {"models.auth", Severity::info, Need::any, "The list asks for a key.", kSource,
     "many lists are public on purpose", "Nothing, if it is meant.", auth},
};

}  // namespace

std::span<const Rule> models_rules() {
  return kRules;
}

}  // namespace arouter::validate
