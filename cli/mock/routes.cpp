#include "cli/mock/routes.hpp"

#include <array>
#include <utility>

namespace arouter::mock {

namespace {

struct FixedRoute {
  std::string_view path;
  Action action;
  Dialect dialect;
};

constexpr std::array<FixedRoute, 6> kFixed{
    {{"/v1/chat/completions", Action::chat, Dialect::openai},
     {"/v1/embeddings", Action::embed, Dialect::openai},
     {"/v1/messages", Action::messages, Dialect::anthropic},
     {"/v1/messages/count_tokens", Action::count, Dialect::anthropic},
     {"/v1/responses", Action::responses, Dialect::openai},
     {"/v1/responses/input_tokens", Action::count, Dialect::openai}}};

constexpr std::array<std::string_view, 3> kGeminiVersions{"/v1beta/", "/v1alpha/", "/v1/"};

/// The path behind its version; "" when it has none that Gemini knows.
std::string_view behind_version(std::string_view path) {
  for (const std::string_view version : kGeminiVersions) {
    if (path.starts_with(version)) return path.substr(version.size());
  }
  return {};
}

Action action_of(std::string_view verb) {
  constexpr std::array<std::pair<std::string_view, Action>, 5> kVerbs{
      {{"generateContent", Action::generate},
       {"streamGenerateContent", Action::generate},
       {"countTokens", Action::count},
       {"embedContent", Action::embed},
       {"batchEmbedContents", Action::embed_batch}}};
  for (const auto& [known, action] : kVerbs) {
    if (known == verb) return action;
  }
  return Action::unknown;
}

/// `models/NAME:verb`, or `NAME:verb` where the name has a slash of its own.
Route find_gemini_call(std::string_view path) {
  const std::size_t colon = path.rfind(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view verb = path.substr(colon + 1);
  std::string_view model = path.substr(0, colon);
  constexpr std::string_view folder = "models/";
  if (model.starts_with(folder)) {
    model.remove_prefix(folder.size());
  } else if (model.find('/') == std::string_view::npos) {
    return {};
  }
  return {.action = action_of(verb),
          .dialect = Dialect::gemini,
          .model = model,
          .stream = verb == "streamGenerateContent"};
}

/// Whose shape an answer has when the path does not tell.
Dialect guess_dialect(const RequestHead& head) {
  if (head.path.starts_with("/v1beta/") || head.path.starts_with("/v1alpha/")) {
    return Dialect::gemini;
  }
  if (head.fields.find("anthropic-version") != nullptr) return Dialect::anthropic;
  const bool google_key =
      head.fields.find("x-goog-api-key") != nullptr || !query_value(head.query, "key").empty();
  return google_key ? Dialect::gemini : Dialect::openai;
}

}  // namespace

Route find_route(const RequestHead& head) {
  std::string_view path = head.path;
  if (path.ends_with('/')) path.remove_suffix(1);
  for (const FixedRoute& fixed : kFixed) {
    if (fixed.path == path) return {.action = fixed.action, .dialect = fixed.dialect};
  }
  const std::string_view rest = behind_version(path);
  Route route = find_gemini_call(rest);
  if (route.action == Action::unknown) {
    route = {.dialect = guess_dialect(head)};
    constexpr std::string_view folder = "models/";
    if (rest == "models") route.action = Action::models;
    if (rest.starts_with(folder)) {
      route.action = Action::model;
      route.model = rest.substr(folder.size());
    }
  }
  route.query = head.query;
  route.event_stream = query_value(head.query, "alt") == "sse";
  return route;
}

std::string_view query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
      return pair.substr(name.size() + 1);
    }
  }
  return {};
}

std::string_view known_routes(Dialect dialect) {
  switch (dialect) {
    case Dialect::anthropic:
      return "There are POST /v1/messages, POST /v1/messages/count_tokens, GET /v1/models and "
             "GET /v1/models/{id}.";
    case Dialect::gemini:
      return "There are POST /v1beta/models/{model}:generateContent, :streamGenerateContent, "
             ":countTokens, :embedContent and :batchEmbedContents, GET /v1beta/models and "
             "GET /v1beta/models/{model}.";
    case Dialect::openai:
      break;
  }
  return "There are POST /v1/chat/completions, /v1/responses, /v1/responses/input_tokens and "
         "/v1/embeddings, GET /v1/models and GET /v1/models/{id}.";
}

}  // namespace arouter::mock
