#include "shared/model_list.hpp"

#include <doctest/doctest.h>

#include "shared/validate/json_tree.hpp"

namespace arouter {

namespace {

using validate::JsonTree;

ModelConfig full_model() {
  ModelConfig model;
  model.name = "Model A";
  model.description = "Says \"yes\".";
  model.created = 1'795'000'000;
  model.context_length = 128'000;
  model.max_completion_tokens = 8'192;
  model.architecture.input_modalities = {"text", "image", "file"};
  model.supported_parameters = {"tools", "reasoning", "parallel_tool_calls"};
  model.pricing.known = true;
  model.pricing.prompt = Money{2'000'000};
  return model;
}

Catalog catalog_of(std::size_t models) {
  Catalog catalog;
  for (std::size_t i = 0; i < models; ++i) {
    Model model;
    model.id = "acme/m" + std::to_string(i);
    for (std::size_t each = 0; each < kModelDialects; ++each) {
      model.cards[each] = encode_model_card(static_cast<ModelDialect>(each), model.id, {});
    }
    catalog.models.push_back(std::move(model));
  }
  return catalog;
}

std::string card(ModelDialect dialect, const ModelConfig& model) {
  return encode_model_card(dialect, "acme/model-a", model);
}

/// The ids on a page, and what the list says of its ends.
std::string page_of(const Catalog& catalog, const ModelPage& page) {
  const JsonTree tree =
      JsonTree::read(encode_model_list(models_for(catalog), ModelDialect::anthropic, page));
  CHECK(tree.faults().empty());
  std::string ids;
  for (const auto& entry : tree.root()["data"].children()) ids += entry["id"].text().back();
  if (!ids.empty()) {
    CHECK(tree.root()["first_id"].text().back() == ids.front());
    CHECK(tree.root()["last_id"].text().back() == ids.back());
  }
  return ids + (tree.root()["has_more"].lexeme() == "true" ? "+" : "");
}

}  // namespace

TEST_SUITE("model_list") {
  TEST_CASE("Anthropic's entry has a date and the limits that are known") {
    CHECK(card(ModelDialect::anthropic, full_model()) ==
          R"({"type":"model","id":"acme/model-a","display_name":"Model A",)"
          R"("created_at":"2026-11-18T11:06:40Z","max_input_tokens":128000,"max_tokens":8192})");
    CHECK(card(ModelDialect::anthropic, {}) ==
          R"({"type":"model","id":"acme/model-a","display_name":"acme/model-a",)"
          R"("created_at":"1970-01-01T00:00:00Z"})");
  }

  TEST_CASE("Gemini's entry is a resource name with what can be asked of it") {
    CHECK(card(ModelDialect::gemini, full_model()) ==
          R"({"name":"models/acme/model-a","version":"1","displayName":"Model A",)"
          R"("description":"Says \"yes\".","inputTokenLimit":128000,"outputTokenLimit":8192,)"
          R"("supportedGenerationMethods":["generateContent","streamGenerateContent",)"
          R"("countTokens"],"thinking":true})");
    ModelConfig embeds;
    embeds.architecture.output_modalities = {"embeddings"};
    CHECK(card(ModelDialect::gemini, embeds) ==
          R"({"name":"models/acme/model-a","version":"1","displayName":"acme/model-a",)"
          R"("supportedGenerationMethods":["embedContent","batchEmbedContents"]})");
  }

  TEST_CASE("Codex's entry has every field that its reader demands") {
    for (const ModelConfig& model : {full_model(), ModelConfig()}) {
      const JsonTree tree = JsonTree::read(card(ModelDialect::codex, model));
      CHECK(tree.faults().empty());
      for (const char* name :
           {"slug", "display_name", "supported_reasoning_levels", "shell_type", "visibility",
            "supported_in_api", "priority", "base_instructions", "supports_reasoning_summaries",
            "support_verbosity", "truncation_policy", "supports_parallel_tool_calls",
            "experimental_supported_tools", "input_modalities"}) {
        CAPTURE(name);
        CHECK(tree.root()[name].present());
      }
      CHECK(tree.root()["base_instructions"].text().size() > 100);
    }
    const std::string full = card(ModelDialect::codex, full_model());
    CHECK(full.find(R"("input_modalities":["text","image"])") != full.npos);
    CHECK(full.find(R"([{"effort":"low","description":"low"})") != full.npos);
    CHECK(full.find(R"("context_window":128000)") != full.npos);
  }

  TEST_CASE("the mirror's entry has no null where its library refuses one") {
    const std::string full = card(ModelDialect::mirror, full_model());
    CHECK(full.find(R"("modality":"text+image+file->text")") != full.npos);
    CHECK(full.find(R"("links":{"details":"/api/v1/models/acme/model-a/endpoints"})") != full.npos);
    CHECK(full.find(R"("supported_voices":null)") != full.npos);
    CHECK(full.find(R"("pricing":{"prompt":"0.000002")") != full.npos);
    const std::string bare = card(ModelDialect::mirror, {});
    CHECK(bare.find(R"("pricing":{"prompt":"-1","completion":"-1"})") != bare.npos);
    CHECK(bare.find(R"("tokenizer":"Other")") != bare.npos);
    CHECK(bare.find(R"("context_length":null)") != bare.npos);
  }

  TEST_CASE("every list is one JSON document with every model, and may be empty") {
    CHECK(encode_model_list({}, ModelDialect::openai) == R"({"object":"list","data":[]})");
    CHECK(encode_model_list({}, ModelDialect::mirror) ==
          R"({"data":[],"links":{"next":null},"total_count":0})");
    CHECK(encode_model_list({}, ModelDialect::anthropic) ==
          R"({"data":[],"has_more":false,"first_id":null,"last_id":null})");
    CHECK(encode_model_list({}, ModelDialect::gemini) == R"({"models":[]})");
    CHECK(encode_model_list({}, ModelDialect::codex) == R"({"models":[]})");
    const Catalog catalog = catalog_of(3);
    for (std::size_t i = 0; i < kModelDialects; ++i) {
      CAPTURE(i);
      const JsonTree tree =
          JsonTree::read(encode_model_list(models_for(catalog), static_cast<ModelDialect>(i)));
      CHECK(tree.faults().empty());
      CHECK(tree.root()["data"].children().size() + tree.root()["models"].children().size() == 3);
    }
  }

  TEST_CASE("pages follow a cursor in both directions") {
    const Catalog catalog = catalog_of(5);
    CHECK(page_of(catalog, {}) == "01234");
    CHECK(page_of(catalog, {.most = 2}) == "01+");
    CHECK(page_of(catalog, {.most = 5}) == "01234");
    CHECK(page_of(catalog, {.most = 2, .after = "acme/m1"}) == "23+");
    CHECK(page_of(catalog, {.most = 2, .after = "acme/m2"}) == "34");
    CHECK(page_of(catalog, {.most = 2, .after = "acme/m4"}) == "");
    CHECK(page_of(catalog, {.most = 2, .before = "acme/m4"}) == "23+");
    CHECK(page_of(catalog, {.most = 2, .before = "acme/m2"}) == "01");
    CHECK(page_of(catalog, {.most = 2, .before = "acme/m0"}) == "");
  }

  TEST_CASE("a cursor whose model is gone stands where it stood") {
    const Catalog catalog = catalog_of(5);
    CHECK(page_of(catalog, {.most = 2, .after = "acme/m1x"}) == "23+");
    CHECK(page_of(catalog, {.most = 2, .before = "acme/m1x"}) == "01");
    CHECK(page_of(catalog, {.after = "zzz"}) == "");
    CHECK(page_of(catalog, {.after = "a"}) == "01234");
  }

  TEST_CASE("Gemini's pages end without a token") {
    const Catalog catalog = catalog_of(3);
    const ModelPage first{.most = 2};
    CHECK(encode_model_list(models_for(catalog), ModelDialect::gemini, first)
              .ends_with(R"(],"nextPageToken":"acme/m1"})"));
    const ModelPage last{.most = 2, .after = "acme/m1"};
    CHECK(
        encode_model_list(models_for(catalog), ModelDialect::gemini, last).find("nextPageToken") ==
        std::string::npos);
  }
}

}  // namespace arouter
