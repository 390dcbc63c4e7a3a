#include "daemon/client_key.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <sys/types.h>

#include <array>

namespace arouter {

namespace {

constexpr std::size_t kKeyBytes = 24;

Result<std::string> random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  // Up to 256 bytes come whole or not at all: getrandom(2).
  if (::getrandom(bytes.data(), count, 0) != static_cast<ssize_t>(count)) {
    Error error = internal_error("getrandom");
    error.message = "the system gives no random bytes; no key can be made";
    return error;
  }
  return bytes;
}

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    text += kDigits[value >> 4];
    text += kDigits[value & 15];
  }
  return text;
}

}  // namespace

Result<Secret> new_client_key(std::string_view prefix) {
  const Result<std::string> bytes = random_bytes(kKeyBytes);
  if (!bytes) return bytes.error();
  return Secret(std::string(prefix) + hex(*bytes));
}

bool is_client_key(std::string_view text) noexcept {
  const bool has_prefix =
      text.starts_with(kModelKeyPrefix) || text.starts_with(kManagementKeyPrefix);
  if (!has_prefix || text.size() != kModelKeyPrefix.size() + 2 * kKeyBytes) return false;
  const std::string_view digits = text.substr(kModelKeyPrefix.size());
  return digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<Secret> new_pepper() {
  Result<std::string> bytes = random_bytes(kPepperBytes);
  if (!bytes) return bytes.error();
  return Secret(std::move(*bytes));
}

std::string key_hash(const Secret& pepper, std::string_view key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const std::string_view secret = pepper.reveal();
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data(), &size);
  return hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace arouter
