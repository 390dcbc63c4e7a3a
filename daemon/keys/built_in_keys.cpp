#include "daemon/keys/built_in_keys.hpp"

#include <openssl/crypto.h>

#include <random>

#include "daemon/client_key.hpp"

namespace arouter::daemon {

namespace {

std::shared_ptr<const KeyRecord> record_of(const Secret& pepper, const Secret& key,
                                           const char* name, KeyType type) {
  auto record = std::make_shared<KeyRecord>();
  record->hash = key_hash(pepper, key.reveal());
  record->label = key_label(key.reveal());
  record->name = name;
  record->type = type;
  record->is_built_in = true;
  return record;
}

std::shared_ptr<const KeyRecord> nobody() {
  auto record = std::make_shared<KeyRecord>();
  record->hash = "open";
  record->name = "open";
  record->is_built_in = true;
  return record;
}

bool equals_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

BuiltInKeys::BuiltInKeys(const Secret& pepper, Secret local, Secret management)
    : local_(std::move(local)),
      management_(std::move(management)),
      local_record_(record_of(pepper, local_, "local", KeyType::regular)),
      management_record_(record_of(pepper, management_, "management", KeyType::management)),
      open_record_(nobody()) {}

std::shared_ptr<const KeyRecord> BuiltInKeys::find(std::string_view key) const {
  const bool is_local = equals_in_constant_time(key, local_.reveal());
  const bool is_management = equals_in_constant_time(key, management_.reveal());
  if (is_local) return local_record_;
  return is_management ? management_record_ : nullptr;
}

std::shared_ptr<const KeyRecord> BuiltInKeys::find_by_hash(std::string_view hash) const {
  for (const auto& each : {local_record_, management_record_, open_record_}) {
    if (each->hash == hash) return each;
  }
  return nullptr;
}

SipKey new_sip_key() {
  std::random_device random;
  const auto word = [&random] {
    const std::uint64_t high = random();
    return high << 32 | random();
  };
  const std::uint64_t low = word();
  return {.low = low, .high = word()};
}

}  // namespace arouter::daemon
