#include "daemon/api/generations.hpp"

#include "daemon/api/api.hpp"
#include "daemon/api/ledger_answer.hpp"
#include "daemon/api/query.hpp"
#include "daemon/api/usage_query.hpp"
#include "daemon/ledger/stored_row.hpp"
#include "shared/date.hpp"
#include "shared/formats/openai/usage.hpp"
#include "shared/json_writer.hpp"

namespace arouter::daemon {

namespace {

constexpr std::size_t kActivity = 100, kMostActivity = 1'000;

void write_text(JsonWriter& json, std::string_view name, const std::string& text) {
  text.empty() ? json.null(name) : json.string(name, text);
}

/// What is not known is null.
void write_row(JsonWriter& json, const StoredRow& row) {
  json.begin_object().string("id", generation_id(row.id));
  write_text(json, "upstream_id", row.upstream_id);
  json.string("created_at", encode_date(row.started_us / 1'000'000));
  json.string("api_type", row.route);
  write_text(json, "model", row.model);
  write_text(json, "provider", row.provider);
  write_text(json, "upstream_model", row.upstream_model);
  json.boolean("streamed", row.streamed).boolean("cancelled", row.outcome == "client_gone");
  json.string("outcome", row.outcome).number("status", row.status);
  json.number("attempts", row.attempt);
  write_text(json, "finish_reason", row.finish_reason);
  write_text(json, "error_code", row.error_code);
  write_text(json, "user", row.user);
  json.string("key_hash", row.key_hash);
  json.number("latency_ms", row.total_us / 1'000);
  row.first_byte_us < 0 ? json.null("first_token_ms")
                        : json.number("first_token_ms", row.first_byte_us / 1'000);
  json.string("usage_origin", row.usage_origin);
  openai::write_usage(json.key("usage"), row.usage, row.cost);
  json.end_object();
}

Awaitable<Result<std::vector<StoredRow>>> find_rows(Exchange& exchange, Services& services,
                                                    RowQuery query) {
  query.key_hash = visible_key(*exchange.caller.key);
  const auto ask = [&](std::function<void(Result<std::vector<StoredRow>>)> take) {
    services.shared.ledger.find(query, std::move(take));
  };
  co_return co_await await_ledger<std::vector<StoredRow>>(services, ask);
}

Error generation_not_found() {
  Error error = client_error(ErrorKind::not_found, "there is no generation of that id", "id");
  error.code = "generation_not_found";
  return error;
}

}  // namespace

Awaitable<Result<void>> answer_generation(Exchange& exchange, Services& services) {
  const Result<std::optional<std::string>> id = read_query_text(exchange.head.query, "id");
  if (!id) co_return id.error();
  if (!*id) {
    co_return client_error(ErrorKind::bad_request, "'id' is missing: send ?id=gen-...", "id");
  }
  const std::int64_t row_id = row_id_of_generation(**id);
  if (row_id == 0) co_return generation_not_found();
  RowQuery query{.id = row_id};
  const Result<std::vector<StoredRow>> rows =
      co_await find_rows(exchange, services, std::move(query));
  if (!rows) co_return rows.error();
  if (rows->empty()) co_return generation_not_found();
  std::string body;
  JsonWriter json(body);
  write_row(json, rows->front());
  answer_json(exchange, body);
  co_return Result<void>{};
}

Awaitable<Result<void>> answer_activity(Exchange& exchange, Services& services) {
  Result<std::optional<std::string>> user = read_query_text(exchange.head.query, "user");
  if (!user) co_return user.error();
  const Result<std::size_t> limit =
      read_query_count(exchange.head.query, "limit", kActivity, {1, kMostActivity});
  if (!limit) co_return limit.error();
  RowQuery query{.user = user->value_or(""), .most = *limit};
  const Result<std::vector<StoredRow>> rows =
      co_await find_rows(exchange, services, std::move(query));
  if (!rows) co_return rows.error();
  std::string body;
  JsonWriter json(body);
  json.begin_object().begin_array("data");
  for (const StoredRow& row : *rows) write_row(json, row);
  json.end_array().end_object();
  answer_json(exchange, body);
  co_return Result<void>{};
}

}  // namespace arouter::daemon
