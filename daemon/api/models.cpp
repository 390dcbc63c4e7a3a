#include "daemon/api/models.hpp"

#include "daemon/api/api.hpp"
#include "daemon/api/query.hpp"
#include "shared/http/query.hpp"
#include "shared/model_endpoints.hpp"
#include "shared/model_filter.hpp"
#include "shared/model_list.hpp"
#include "shared/routing/names.hpp"

namespace arouter::daemon {

namespace {

// Anthropic's and Google's own.
constexpr std::size_t kAnthropicPage = 20;
constexpr std::size_t kGeminiPage = 50;
constexpr std::size_t kMostPerPage = 1'000;
constexpr std::string_view kGeminiFolder = "models/";

ModelDialect dialect_of_models(const Exchange& exchange) {
  const std::string_view dialect = dialect_of(exchange.head, exchange.route);
  if (dialect == "gemini") return ModelDialect::gemini;
  if (dialect == "anthropic") return ModelDialect::anthropic;
  return exchange.route.mirror ? ModelDialect::mirror : ModelDialect::openai;
}

Result<ModelPage> read_anthropic_page(std::string_view query) {
  ModelPage page;
  const Result<std::size_t> limit =
      read_query_count(query, "limit", kAnthropicPage, {1, kMostPerPage});
  if (!limit) return limit.error();
  page.most = *limit;
  Result<std::optional<std::string>> after = read_query_text(query, "after_id");
  if (!after) return after.error();
  Result<std::optional<std::string>> before = read_query_text(query, "before_id");
  if (!before) return before.error();
  if (*after && *before) {
    return client_error(ErrorKind::bad_request, "send 'after_id' or 'before_id', not both",
                        "before_id");
  }
  page.after = std::move(*after);
  page.before = std::move(*before);
  return page;
}

/// As at Google, too large a page is a page of the most, and 0 is no wish.
Result<ModelPage> read_gemini_page(std::string_view query) {
  ModelPage page;
  const Result<std::size_t> size = read_query_count(query, "pageSize", 0);
  if (!size) return size.error();
  page.most = *size == 0 ? kGeminiPage : std::min(*size, kMostPerPage);
  Result<std::optional<std::string>> token = read_query_text(query, "pageToken");
  if (!token) return token.error();
  page.after = std::move(*token);
  return page;
}

Result<ModelPage> read_page(ModelDialect dialect, std::string_view query) {
  if (dialect == ModelDialect::anthropic) return read_anthropic_page(query);
  if (dialect == ModelDialect::gemini) return read_gemini_page(query);
  return ModelPage();
}

/// The model that the path names, raw or encoded; Gemini's may have its folder in front.
Result<const Model*> find_named(const Exchange& exchange) {
  const Result<std::string> id = percent_decode(exchange.route.tail);
  if (!id) return id.error();
  const Catalog& catalog = *exchange.runtime->catalog;
  const std::string_view name = *id;
  Result<const Model*> model = routing::find_shown_model(catalog, name);
  if (model || !name.starts_with(kGeminiFolder)) return model;
  if (dialect_of_models(exchange) != ModelDialect::gemini) return model;
  return routing::find_shown_model(catalog, name.substr(kGeminiFolder.size()));
}

}  // namespace

Result<void> answer_models(Exchange& exchange) {
  const std::string_view query = exchange.head.query;
  ModelDialect dialect = dialect_of_models(exchange);
  // Codex asks with its version, and nobody else does.
  if (dialect == ModelDialect::openai && find_query_value(query, "client_version")) {
    dialect = ModelDialect::codex;
  }
  std::vector<const Model*> models =
      models_for(*exchange.runtime->catalog, exchange.caller.key.get());
  if (dialect == ModelDialect::openai || dialect == ModelDialect::mirror) {
    const Result<CatalogFilter> filter = decode_catalog_filter(query);
    if (!filter) return filter.error();
    models = filter_models(std::move(models), *filter);
  }
  const Result<ModelPage> page = read_page(dialect, query);
  if (!page) return page.error();
  answer_json(exchange, encode_model_list(models, dialect, *page));
  return {};
}

Result<void> answer_model(Exchange& exchange) {
  const Result<const Model*> model = find_named(exchange);
  if (!model) return model.error();
  answer_json(exchange, (*model)->card(dialect_of_models(exchange)));
  return {};
}

Result<void> answer_model_endpoints(Exchange& exchange) {
  const Result<const Model*> model = find_named(exchange);
  if (!model) return model.error();
  const FareTime time{Clock::now(), exchange.started_us / 1'000'000};
  const FareOf fare_of = [&](const Endpoint& endpoint) {
    return exchange.runtime->fare_of(endpoint, time.now);
  };
  answer_json(exchange, encode_endpoints(**model, fare_of, time));
  return {};
}

}  // namespace arouter::daemon
