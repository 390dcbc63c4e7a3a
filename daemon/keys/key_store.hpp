// The keys that clients were given: keys.db in the state folder.
//
// Only digests of keys are kept. A key is found by the digest of what a client sends, and named by
// its hash: the digest that it was made with. Rotating a key gives it another secret; its name,
// settings, budget and usage stay.
//
// Durability: a change outlives the process when its call returns; with Durability::power also the
// machine. Threads: any; one lock, held for a look into the page cache or one small write.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/ledger/sqlite.hpp"
#include "shared/config.hpp"
#include "shared/error.hpp"
#include "shared/keys/key_change.hpp"
#include "shared/keys/key_record.hpp"
#include "shared/secret.hpp"

namespace arouter::daemon {

/// A key and, this once, its secret.
struct MadeKey {
  KeyRecord record{};
  Secret key{};
};

/// What a client's key was found to be.
struct FoundKey {
  std::shared_ptr<const KeyRecord> record{};  // null: no such key
  std::int64_t until_s = INT64_MAX;           // Unix seconds: a rotated secret is none from then on
};

class KeyStore {
 public:
  /// Errors: internal with a message for the terminal (newer schema, unreadable).
  static Result<std::unique_ptr<KeyStore>> open(const std::filesystem::path& state, Secret pepper,
                                                Durability durability);

  // Errors of all: overloaded with the code "auth_unavailable" when the store cannot be read or
  // written; of those that name a key by its hash: not_found with "key_not_found".

  Result<MadeKey> create(const KeyChange& settings, std::int64_t now_s);
  Result<KeyRecord> change(std::string_view hash, const KeyChange& change, std::int64_t now_s);
  /// A new secret; the old one is good for another `grace_s` seconds. The one before that is none.
  Result<MadeKey> rotate(std::string_view hash, std::int64_t grace_s, std::int64_t now_s);
  Result<void> remove(std::string_view hash);

  Result<KeyRecord> find(std::string_view hash);
  /// In the order of their making.
  Result<std::vector<KeyRecord>> list(std::size_t offset, std::size_t most, bool with_disabled);
  /// What a client sends, at `now_s`. Whatever cannot be a key is not looked for.
  Result<FoundKey> look_up(std::string_view key, std::int64_t now_s);

  /// Grows with every change: what was looked up before may be wrong.
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }

 private:
  KeyStore(Database database, Secret pepper)
      : pepper_(std::move(pepper)), database_(std::move(database)) {}
  Result<KeyRecord> find_locked(std::string_view hash);
  Result<void> save_locked(const KeyRecord& record);
  Result<Statement*> prepared(std::optional<Statement>& statement, std::string_view sql);

  const Secret pepper_;
  std::atomic<std::uint64_t> version_{1};
  std::mutex mutex_;  // guards what follows
  Database database_;
  std::optional<Statement> by_digest_;
};

}  // namespace arouter::daemon
