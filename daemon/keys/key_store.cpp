#include "daemon/keys/key_store.hpp"

#include "daemon/client_key.hpp"
#include "daemon/private_files.hpp"
#include "shared/keys/key_settings.hpp"

namespace arouter::daemon {

namespace {

constexpr std::int64_t kSchemaVersion = 1;

// `digest` is of the secret that is good now, `old_digest` of the one before.
constexpr const char* kCreate =
    "BEGIN IMMEDIATE; CREATE TABLE keys (hash TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE,"
    " old_digest TEXT UNIQUE, old_until_s INTEGER NOT NULL DEFAULT 0, label TEXT NOT NULL,"
    " created_s INTEGER NOT NULL, updated_s INTEGER NOT NULL, disabled INTEGER NOT NULL,"
    " settings TEXT NOT NULL) STRICT; PRAGMA user_version = 1; COMMIT";

constexpr std::string_view kColumns = "SELECT hash, label, created_s, updated_s, settings";

Error key_not_found() {
  Error error = client_error(ErrorKind::not_found, "there is no such api key");
  error.code = "key_not_found";
  return error;
}

/// Never a 401: that a key cannot be looked up says nothing of the key.
Error unavailable(std::string detail) {
  Error error = client_error(ErrorKind::overloaded, "api keys cannot be looked up at the moment");
  error.source = ErrorSource::internal;
  error.code = "auth_unavailable";
  error.detail = std::move(detail);
  error.retry_after_s = 1;
  return error;
}

Error unavailable(const Error& cause) {
  return unavailable(cause.message);
}

/// Of a row of kColumns.
Result<KeyRecord> read_record(const Statement& row) {
  KeyRecord record;
  record.hash = row.text(0);
  record.label = row.text(1);
  record.created_s = row.integer(2);
  record.updated_s = row.integer(3);
  if (Result<void> read = decode_settings(row.text(4), record); !read) {
    return unavailable("keys.db: settings of key " + record.hash + ": " + read.error().message);
  }
  return record;
}

Result<void> run_once(Statement& statement) {
  if (Result<bool> done = statement.step(); !done) return unavailable(done.error());
  return {};
}

Result<void> prepare_schema(Database& database) {
  const Result<std::int64_t> version = database.number("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == kSchemaVersion) return {};
  if (*version == 0) return database.run(kCreate);
  Error error = internal_error("newer schema");
  error.message =
      "keys.db was written by a newer arouter; run that version, or name another state "
      "folder";
  return error;
}

}  // namespace

Result<std::unique_ptr<KeyStore>> KeyStore::open(const std::filesystem::path& state, Secret pepper,
                                                 Durability durability) {
  const std::filesystem::path path = state / "keys.db";
  const auto in_folder = [&state](Error error) {
    error.message += " (in " + state.string() + ")";
    error.kind = ErrorKind::internal;
    return error;
  };
  if (Result<FileHandle> file = open_private_file(path); !file) return file.error();
  Result<Database> database = Database::open(path);
  if (!database) return in_folder(database.error());
  const char* synchronous =
      durability == Durability::power ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
  for (const char* sql :
       {"PRAGMA journal_mode = WAL", synchronous,
        "PRAGMA mmap_size = 0; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF"}) {
    if (Result<void> set = database->run(sql); !set) return in_folder(set.error());
  }
  if (Result<void> ready = prepare_schema(*database); !ready) return in_folder(ready.error());
  return std::unique_ptr<KeyStore>(new KeyStore(std::move(*database), std::move(pepper)));
}

Result<MadeKey> KeyStore::create(const KeyChange& settings, std::int64_t now_s) {
  MadeKey made;
  apply(settings, made.record);
  const bool manages = made.record.type == KeyType::management;
  Result<Secret> key = new_client_key(manages ? kManagementKeyPrefix : kModelKeyPrefix);
  if (!key) return key.error();
  made.key = std::move(*key);
  made.record.hash = key_hash(pepper_, made.key.reveal());
  made.record.label = key_label(made.key.reveal());
  made.record.created_s = now_s;

  const std::lock_guard lock(mutex_);
  Result<Statement> insert = database_.prepare(
      "INSERT INTO keys (hash, digest, label, created_s, updated_s, disabled, settings)"
      " VALUES (?1, ?1, ?2, ?3, 0, ?4, ?5)");
  if (!insert) return unavailable(insert.error());
  const std::string text = encode_settings(made.record);
  insert->bind(1, made.record.hash);
  insert->bind(2, made.record.label);
  insert->bind(3, now_s);
  insert->bind(4, std::int64_t{made.record.disabled});
  insert->bind(5, text);
  if (Result<void> done = run_once(*insert); !done) return done.error();
  version_.fetch_add(1);
  return made;
}

Result<KeyRecord> KeyStore::change(std::string_view hash, const KeyChange& change,
                                   std::int64_t now_s) {
  const std::lock_guard lock(mutex_);
  Result<KeyRecord> record = find_locked(hash);
  if (!record) return record;
  apply(change, *record);
  record->updated_s = now_s;
  if (Result<void> saved = save_locked(*record); !saved) return saved.error();
  return record;
}

Result<MadeKey> KeyStore::rotate(std::string_view hash, std::int64_t grace_s, std::int64_t now_s) {
  const std::lock_guard lock(mutex_);
  Result<KeyRecord> record = find_locked(hash);
  if (!record) return record.error();
  const bool manages = record->type == KeyType::management;
  Result<Secret> key = new_client_key(manages ? kManagementKeyPrefix : kModelKeyPrefix);
  if (!key) return key.error();
  record->label = key_label(key->reveal());
  record->updated_s = now_s;

  Result<Statement> update = database_.prepare(
      "UPDATE keys SET old_digest = digest, old_until_s = ?3, digest = ?2, label = ?4,"
      " updated_s = ?5 WHERE hash = ?1");
  if (!update) return unavailable(update.error());
  const std::string digest = key_hash(pepper_, key->reveal());
  update->bind(1, hash);
  update->bind(2, digest);
  update->bind(3, now_s + grace_s);
  update->bind(4, record->label);
  update->bind(5, now_s);
  if (Result<void> done = run_once(*update); !done) return done.error();
  version_.fetch_add(1);
  return MadeKey{std::move(*record), std::move(*key)};
}

Result<void> KeyStore::remove(std::string_view hash) {
  const std::lock_guard lock(mutex_);
  if (Result<KeyRecord> record = find_locked(hash); !record) return record.error();
  Result<Statement> erase = database_.prepare("DELETE FROM keys WHERE hash = ?");
  if (!erase) return unavailable(erase.error());
  erase->bind(1, hash);
  if (Result<void> done = run_once(*erase); !done) return done.error();
  version_.fetch_add(1);
  return {};
}

Result<KeyRecord> KeyStore::find(std::string_view hash) {
  const std::lock_guard lock(mutex_);
  return find_locked(hash);
}

Result<std::vector<KeyRecord>> KeyStore::list(std::size_t offset, std::size_t most,
                                              bool with_disabled) {
  const std::lock_guard lock(mutex_);
  Result<Statement> select = database_.prepare(
      std::string(kColumns) +
      " FROM keys WHERE disabled = 0 OR ?1 ORDER BY created_s, rowid LIMIT ?2 OFFSET ?3");
  if (!select) return unavailable(select.error());
  select->bind(1, std::int64_t{with_disabled});
  select->bind(2, static_cast<std::int64_t>(most));
  select->bind(3, static_cast<std::int64_t>(offset));
  std::vector<KeyRecord> records;
  for (;;) {
    const Result<bool> row = select->step();
    if (!row) return unavailable(row.error());
    if (!*row) return records;
    Result<KeyRecord> record = read_record(*select);
    if (!record) return record.error();
    records.push_back(std::move(*record));
  }
}

Result<FoundKey> KeyStore::look_up(std::string_view key, std::int64_t now_s) {
  if (!is_client_key(key)) return FoundKey{};
  const std::string digest = key_hash(pepper_, key);
  const std::lock_guard lock(mutex_);
  const Result<Statement*> select =
      prepared(by_digest_, std::string(kColumns) +
                               ", CASE WHEN digest = ?1 THEN 0 ELSE old_until_s END FROM keys"
                               " WHERE digest = ?1 OR (old_digest = ?1 AND old_until_s > ?2)");
  if (!select) return select.error();
  Statement& row = **select;
  row.bind(1, digest);
  row.bind(2, now_s);
  const Result<bool> is_there = row.step();
  Result<FoundKey> found{FoundKey{}};
  if (!is_there) {
    found = unavailable(is_there.error());
  } else if (*is_there) {
    if (Result<KeyRecord> record = read_record(row)) {
      found->record = std::make_shared<const KeyRecord>(std::move(*record));
      if (const std::int64_t until_s = row.integer(5); until_s != 0) found->until_s = until_s;
    } else {
      found = record.error();
    }
  }
  row.reset();
  return found;
}

Result<KeyRecord> KeyStore::find_locked(std::string_view hash) {
  Result<Statement> select = database_.prepare(std::string(kColumns) + " FROM keys WHERE hash = ?");
  if (!select) return unavailable(select.error());
  select->bind(1, hash);
  const Result<bool> row = select->step();
  if (!row) return unavailable(row.error());
  if (!*row) return key_not_found();
  return read_record(*select);
}

Result<void> KeyStore::save_locked(const KeyRecord& record) {
  Result<Statement> update = database_.prepare(
      "UPDATE keys SET updated_s = ?2, disabled = ?3, settings = ?4 WHERE hash = ?1");
  if (!update) return unavailable(update.error());
  const std::string text = encode_settings(record);
  update->bind(1, record.hash);
  update->bind(2, record.updated_s);
  update->bind(3, std::int64_t{record.disabled});
  update->bind(4, text);
  if (Result<void> done = run_once(*update); !done) return done.error();
  version_.fetch_add(1);
  return {};
}

Result<Statement*> KeyStore::prepared(std::optional<Statement>& statement, std::string_view sql) {
  if (!statement) {
    Result<Statement> made = database_.prepare(sql);
    if (!made) return unavailable(made.error());
    statement.emplace(std::move(*made));
  }
  return &*statement;
}

}  // namespace arouter::daemon
