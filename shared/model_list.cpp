#include "shared/model_list.hpp"

#include <algorithm>
#include <span>

#include "shared/json_writer.hpp"

namespace arouter {

namespace {

struct Part {
  std::span<const Model> models;
  bool has_more = false;  // further on in the direction that was asked for
};

bool stands_before(const Model& model, const std::string& id) {
  return model.id < id;
}

Part find_part(const std::vector<Model>& models, const ModelPage& page) {
  if (page.before) {
    const auto end = std::lower_bound(models.begin(), models.end(), *page.before, stands_before);
    const auto before = static_cast<std::size_t>(end - models.begin());
    const std::size_t count = std::min(before, page.most);
    return {std::span(models).subspan(before - count, count), count < before};
  }
  auto begin = models.begin();
  if (page.after) {
    begin = std::lower_bound(models.begin(), models.end(), *page.after, stands_before);
    if (begin != models.end() && begin->id == *page.after) ++begin;
  }
  const auto left = static_cast<std::size_t>(models.end() - begin);
  const std::size_t count = std::min(left, page.most);
  return {std::span(models).subspan(models.size() - left, count), count < left};
}

void write_cards(JsonWriter& json, std::string_view key, std::span<const Model> models,
                 ModelDialect dialect) {
  json.begin_array(key);
  for (const Model& model : models) json.raw(model.card(dialect));
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
    json.string("first_id", part.models.front().id).string("last_id", part.models.back().id);
  }
}

}  // namespace

std::string encode_model_list(const Catalog& catalog, ModelDialect dialect, const ModelPage& page) {
  const Part part = find_part(catalog.models, page);
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
      write_mirror_end(json, catalog.models.size());
      break;
    case ModelDialect::anthropic:
      write_anthropic(json, part);
      break;
    case ModelDialect::gemini:
      write_cards(json, "models", part.models, dialect);
      if (part.has_more) json.string("nextPageToken", part.models.back().id);
      break;
    case ModelDialect::codex:
      write_cards(json, "models", part.models, dialect);
      break;
  }
  json.end_object();
  return list;
}

std::string encode_filtered_list(const Catalog& catalog, ModelDialect dialect,
                                 const CatalogFilter& filter) {
  const std::vector<const Model*> models = filter_models(catalog, filter);
  std::string list;
  JsonWriter json(list);
  json.begin_object();
  if (dialect == ModelDialect::openai) json.string("object", "list");
  json.begin_array("data");
  for (const Model* model : models) json.raw(model->card(dialect));
  json.end_array();
  if (dialect == ModelDialect::mirror) write_mirror_end(json, models.size());
  json.end_object();
  return list;
}

}  // namespace arouter
