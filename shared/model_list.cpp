#include "shared/model_list.hpp"

#include <algorithm>
#include <span>

#include "shared/json_writer.hpp"

namespace arouter {

namespace {

using Models = std::span<const Model* const>;

struct Part {
  Models models;
  bool has_more = false;  // further on in the direction that was asked for
};

bool stands_before(const Model* model, const std::string& id) {
  return model->id < id;
}

Part find_part(Models models, const ModelPage& page) {
  if (page.before) {
    const auto end = std::lower_bound(models.begin(), models.end(), *page.before, stands_before);
    const auto before = static_cast<std::size_t>(end - models.begin());
    const std::size_t count = std::min(before, page.most);
    return {models.subspan(before - count, count), count < before};
  }
  auto begin = models.begin();
  if (page.after) {
    begin = std::lower_bound(models.begin(), models.end(), *page.after, stands_before);
    if (begin != models.end() && (*begin)->id == *page.after) ++begin;
  }
  const auto left = static_cast<std::size_t>(models.end() - begin);
  const std::size_t count = std::min(left, page.most);
  return {models.subspan(models.size() - left, count), count < left};
}

bool may_call(const KeyRecord& key, const Model& model) {
  return allows_model(key, model.id) &&
         std::any_of(model.endpoints.begin(), model.endpoints.end(), [&](const Endpoint& each) {
           return allows_provider(key, each.provider->name);
         });
}

void write_cards(JsonWriter& json, std::string_view key, Models models, ModelDialect dialect) {
  json.begin_array(key);
  for (const Model* model : models) json.raw(model->card(dialect));
  json.end_array();
}

/// What OpenRouter has behind its list.
void write_mirror_end(JsonWriter& json, std::size_t count) {
  json.raw("links", R"({"next":null})");
  json.number("total_count", static_cast<std::int64_t>(count));
}

void write_anthropic(JsonWriter& json, const Part& part) {
  write_cards(json, "data", part.models, ModelDialect::anthropic);
  json.boolean("has_more", part.has_more);
  if (part.models.empty()) {
    json.null("first_id").null("last_id");
  } else {
    json.string("first_id", part.models.front()->id).string("last_id", part.models.back()->id);
  }
}

}  // namespace

std::vector<const Model*> models_for(const Catalog& catalog, const KeyRecord* key) {
  std::vector<const Model*> models;
  models.reserve(catalog.models.size());
  for (const Model& model : catalog.models) {
    if (key == nullptr || may_call(*key, model)) models.push_back(&model);
  }
  return models;
}

std::string encode_model_list(Models models, ModelDialect dialect, const ModelPage& page) {
  const Part part = find_part(models, page);
  std::string list;
  JsonWriter json(list);
  json.begin_object();
  switch (dialect) {
    case ModelDialect::openai:
      json.string("object", "list");
      write_cards(json, "data", part.models, dialect);
      break;
    case ModelDialect::mirror:
      write_cards(json, "data", part.models, dialect);
      write_mirror_end(json, models.size());
      break;
    case ModelDialect::anthropic:
      write_anthropic(json, part);
      break;
    case ModelDialect::gemini:
      write_cards(json, "models", part.models, dialect);
      if (part.has_more) json.string("nextPageToken", part.models.back()->id);
      break;
    case ModelDialect::codex:
      write_cards(json, "models", part.models, dialect);
      break;
  }
  json.end_object();
  return list;
}

}  // namespace arouter
