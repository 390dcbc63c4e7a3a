#include "daemon/keys/key_store.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "daemon/client_key.hpp"
#include "daemon/keys/key_cache.hpp"
#include "tests/unit/temp_folder.hpp"

namespace arouter::daemon {

namespace {

using test::TempFolder;

constexpr std::int64_t kNow = 1'800'000'000;

Secret pepper() {
  return Secret(std::string(kPepperBytes, 'p'));
}

std::unique_ptr<KeyStore> open_or_fail(const TempFolder& folder) {
  Result<std::unique_ptr<KeyStore>> store =
      KeyStore::open(folder.path(), pepper(), Durability::process);
  REQUIRE_MESSAGE(store.has_value(), store.error().message);
  return std::move(*store);
}

KeyChange settings(const char* name) {
  KeyChange change;
  change.name = name;
  return change;
}

MadeKey make(KeyStore& store, const KeyChange& change) {
  Result<MadeKey> made = store.create(change, kNow);
  REQUIRE_MESSAGE(made.has_value(), made.error().message);
  return std::move(*made);
}

/// The name of the key that a client's text is at `now_s`; "" when it is none.
std::string name_of(KeyStore& store, const Secret& key, std::int64_t now_s = kNow) {
  const Result<FoundKey> found = store.look_up(key.reveal(), now_s);
  REQUIRE_MESSAGE(found.has_value(), found.error().message);
  return found->record == nullptr ? "" : found->record->name;
}

void run_sql(const TempFolder& folder, const char* sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open((folder.path() / "keys.db").c_str(), &database) == SQLITE_OK);
  sqlite3_busy_timeout(database, 5'000);
  CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
}

}  // namespace

TEST_SUITE("key store") {
  TEST_CASE("a key is found by its secret, and the files hold its digest alone") {
    const TempFolder folder;
    const auto store = open_or_fail(folder);
    const MadeKey made = make(*store, settings("backend"));
    CHECK(made.key.reveal().starts_with(kModelKeyPrefix));
    CHECK(made.record.hash == key_hash(pepper(), made.key.reveal()));
    CHECK(name_of(*store, made.key) == "backend");
    CHECK(name_of(*store, Secret("lr_live_" + std::string(48, '0'))) == "");
    CHECK(name_of(*store, Secret("' OR 1=1 --")) == "");
    const std::string bytes =
        test::read_file(folder.path() / "keys.db") + test::read_file(folder.path() / "keys.db-wal");
    CHECK(bytes.find(made.record.hash) != std::string::npos);
    CHECK(bytes.find(made.key.reveal().substr(8)) == std::string::npos);
    CHECK(test::mode_of(folder.path() / "keys.db") == 0600);

    KeyChange manager = settings("ops");
    manager.type = KeyType::management;
    CHECK(make(*store, manager).key.reveal().starts_with(kManagementKeyPrefix));
  }

  TEST_CASE("settings outlive the store, and a change leaves what it does not name") {
    const TempFolder folder;
    std::string hash;
    Secret key;
    {
      const auto store = open_or_fail(folder);
      KeyChange change = settings("backend");
      change.limit = Money{25};
      change.limit_reset = limits::Period::monthly;
      change.allowed_models = {"acme/*"};
      MadeKey made = make(*store, change);
      hash = made.record.hash;
      key = std::move(made.key);
      KeyChange rate;
      rate.requests_per_minute = 60;
      REQUIRE(store->change(hash, rate, kNow + 5).has_value());
    }
    const auto store = open_or_fail(folder);
    const Result<KeyRecord> record = store->find(hash);
    REQUIRE(record.has_value());
    CHECK(record->name == "backend");
    CHECK(record->limit == Money{25});
    CHECK(record->limit_reset == limits::Period::monthly);
    CHECK(record->allowed_models == std::vector<std::string>{"acme/*"});
    CHECK(record->requests_per_minute == 60);
    CHECK(record->created_s == kNow);
    CHECK(record->updated_s == kNow + 5);
    CHECK(name_of(*store, key) == "backend");
  }

  TEST_CASE(
      "a rotated secret is good until the last second of its grace, and one before it never") {
    const TempFolder folder;
    const auto store = open_or_fail(folder);
    const MadeKey first = make(*store, settings("k"));
    const Result<MadeKey> second = store->rotate(first.record.hash, 60, kNow);
    REQUIRE(second.has_value());
    CHECK(second->record.hash == first.record.hash);
    CHECK(name_of(*store, second->key) == "k");
    CHECK(name_of(*store, first.key, kNow + 59) == "k");
    CHECK(name_of(*store, first.key, kNow + 60) == "");
    CHECK(store->look_up(first.key.reveal(), kNow)->until_s == kNow + 60);
    const Result<MadeKey> third = store->rotate(first.record.hash, 0, kNow + 1);
    REQUIRE(third.has_value());
    CHECK(name_of(*store, first.key, kNow + 1) == "");
    CHECK(name_of(*store, second->key, kNow + 1) == "");
    CHECK(name_of(*store, third->key, kNow + 1) == "k");
  }

  TEST_CASE("a list has pages in the order of making, and disabled keys where they are wanted") {
    const TempFolder folder;
    const auto store = open_or_fail(folder);
    std::vector<std::string> hashes;
    for (const char* name : {"a", "b", "c"}) {
      hashes.push_back(make(*store, settings(name)).record.hash);
    }
    KeyChange off;
    off.disabled = true;
    REQUIRE(store->change(hashes[1], off, kNow).has_value());
    const auto names = [&](std::size_t offset, std::size_t most, bool disabled) {
      const Result<std::vector<KeyRecord>> list = store->list(offset, most, disabled);
      REQUIRE(list.has_value());
      std::string text;
      for (const KeyRecord& each : *list) text += each.name;
      return text;
    };
    CHECK(names(0, 9, true) == "abc");
    CHECK(names(0, 9, false) == "ac");
    CHECK(names(1, 1, true) == "b");
    CHECK(names(3, 9, true) == "");
    REQUIRE(store->remove(hashes[0]).has_value());
    CHECK(names(0, 9, true) == "bc");
    CHECK(store->remove(hashes[0]).error().code == "key_not_found");
    CHECK(store->change(hashes[0], off, kNow).error().code == "key_not_found");
    CHECK(store->rotate(hashes[0], 0, kNow).error().code == "key_not_found");
  }

  TEST_CASE("the version grows with every change, and with nothing else") {
    const TempFolder folder;
    const auto store = open_or_fail(folder);
    std::uint64_t last = store->version();
    const auto grew = [&] { return std::exchange(last, store->version()) < store->version(); };
    const MadeKey made = make(*store, settings("k"));
    CHECK(grew());
    CHECK(name_of(*store, made.key) == "k");
    CHECK(store->find("none").has_error());
    CHECK_FALSE(grew());
    REQUIRE(store->change(made.record.hash, settings("l"), kNow).has_value());
    CHECK(grew());
    REQUIRE(store->rotate(made.record.hash, 0, kNow).has_value());
    CHECK(grew());
    REQUIRE(store->remove(made.record.hash).has_value());
    CHECK(grew());
  }

  TEST_CASE("a store of another version, or none at all, is told of and left alone") {
    const TempFolder newer;
    open_or_fail(newer);
    run_sql(newer, "PRAGMA user_version = 9");
    const auto refused = KeyStore::open(newer.path(), pepper(), Durability::process);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("newer arouter") != std::string::npos);
    CHECK(refused.error().message.find(newer.path().string()) != std::string::npos);

    const TempFolder broken;
    std::ofstream(broken.path() / "keys.db") << std::string(4096, 'x');
    const auto none = KeyStore::open(broken.path(), pepper(), Durability::process);
    REQUIRE(none.has_error());
    CHECK(none.error().message.find("keys.db") != std::string::npos);
  }

  TEST_CASE("while the store cannot be read, who is known stays known and nobody is refused") {
    const TempFolder folder;
    const auto store = open_or_fail(folder);
    const MadeKey known = make(*store, settings("known"));
    const MadeKey other = make(*store, settings("other"));
    KeyCache cache(*store, {.low = 1, .high = 2});
    REQUIRE(cache.find(known.key.reveal(), kNow).has_value());
    run_sql(folder, "DROP TABLE keys");
    const auto again = cache.find(known.key.reveal(), kNow);
    REQUIRE(again.has_value());
    CHECK((*again)->name == "known");
    const auto failed = cache.find(other.key.reveal(), kNow);
    REQUIRE(failed.has_error());
    CHECK(http_status(failed.error()) == 503);
    CHECK(failed.error().code == "auth_unavailable");
    CHECK(failed.error().message.find("table") == std::string::npos);
  }

  TEST_CASE("a cache forgets with the next change, and a rotated secret at its last second") {
    const TempFolder folder;
    const auto store = open_or_fail(folder);
    const MadeKey made = make(*store, settings("k"));
    KeyCache cache(*store, {.low = 1, .high = 2});
    CHECK_FALSE((*cache.find(made.key.reveal(), kNow))->disabled);
    KeyChange off;
    off.disabled = true;
    REQUIRE(store->change(made.record.hash, off, kNow).has_value());
    CHECK((*cache.find(made.key.reveal(), kNow))->disabled);
    REQUIRE(store->rotate(made.record.hash, 60, kNow).has_value());
    CHECK(*cache.find(made.key.reveal(), kNow) != nullptr);
    CHECK(*cache.find(made.key.reveal(), kNow + 59) != nullptr);
    CHECK(*cache.find(made.key.reveal(), kNow + 60) == nullptr);
    CHECK(*cache.find("nobody", kNow) == nullptr);
    CHECK(*cache.find("nobody", kNow) == nullptr);
  }

  TEST_CASE("many look up while one changes") {
    const TempFolder folder;
    const auto store = open_or_fail(folder);
    const MadeKey made = make(*store, settings("k"));
    std::atomic<int> found{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        KeyCache cache(*store, {.low = 1, .high = 2});
        for (int j = 0; j < 50; ++j) {
          const auto record = cache.find(made.key.reveal(), kNow);
          found += record && *record != nullptr ? 1 : 0;
        }
      });
    }
    for (int i = 0; i < 20; ++i) {
      KeyChange rate;
      rate.requests_per_minute = i + 1;
      CHECK(store->change(made.record.hash, rate, kNow).has_value());
    }
    for (std::thread& each : threads) each.join();
    CHECK(found == 200);
    CHECK(store->find(made.record.hash)->requests_per_minute == 20);
  }
}

}  // namespace arouter::daemon
