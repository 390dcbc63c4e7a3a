#include "daemon/ledger/row_reader.hpp"

#include <limits>

namespace arouter {

namespace {

constexpr std::string_view kSelect =
    "SELECT id, started_us, key_hash, user, route, model, provider, upstream_model, upstream_id,"
    " finish_reason, error_code, outcome, usage_origin, streamed, is_byok, status, attempt,"
    " input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens,"
    " cost_pico_usd, prompt_cost_pico_usd, completion_cost_pico_usd, ifnull(first_byte_us, -1),"
    " total_us FROM requests WHERE id BETWEEN ?1 AND ?2 ORDER BY id DESC";

}  // namespace

Result<RowReader> RowReader::open(const std::filesystem::path& path, const RowQuery& query) {
  Result<Database> database = Database::open(path);
  if (!database) return database.error();
  Result<Statement> select = database->prepare(kSelect);
  if (!select) return select.error();
  select->bind(1, query.id);
  select->bind(2, query.id != 0 ? query.id : std::numeric_limits<std::int64_t>::max());
  return RowReader(std::move(*database), std::move(*select), query);
}

Result<bool> RowReader::read(std::size_t rows) {
  for (std::size_t count = 0; count < rows; ++count) {
    if (found_.size() >= query_->most) return false;
    const Result<bool> there = select_.step();
    if (!there || !*there) return there;
    if (is_wanted()) found_.push_back(row());
  }
  return true;
}

bool RowReader::is_wanted() const {
  const bool is_of_key = query_->key_hash.empty() || select_.text(2) == query_->key_hash;
  return is_of_key && (query_->user.empty() || select_.text(3) == query_->user);
}

StoredRow RowReader::row() const {
  int column = 0;
  const auto number = [&] { return select_.integer(column++); };
  const auto text = [&] { return std::string(select_.text(column++)); };
  StoredRow row;
  row.id = number();
  row.started_us = number();
  for (std::string StoredRow::*each :
       {&StoredRow::key_hash, &StoredRow::user, &StoredRow::route, &StoredRow::model,
        &StoredRow::provider, &StoredRow::upstream_model, &StoredRow::upstream_id,
        &StoredRow::finish_reason, &StoredRow::error_code, &StoredRow::outcome,
        &StoredRow::usage_origin}) {
    row.*each = text();
  }
  row.streamed = number() != 0;
  row.cost.is_byok = number() != 0;
  row.status = number();
  row.attempt = number();
  for (std::int64_t Usage::*each :
       {&Usage::input_tokens, &Usage::output_tokens, &Usage::cached_input_tokens,
        &Usage::cache_write_tokens, &Usage::reasoning_tokens}) {
    row.usage.*each = number();
  }
  for (Money Cost::*each : {&Cost::total, &Cost::prompt, &Cost::completion}) {
    row.cost.*each = Money{number()};
  }
  row.first_byte_us = number();
  row.total_us = number();
  return row;
}

}  // namespace arouter
