#include "daemon/upstream/assertion.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

namespace arouter::daemon {

namespace {

template <auto kFree>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;

Error unusable(const char* why) {
  ERR_clear_error();
  Error error = internal_error("a service account's private key");
  error.message = std::string("the private key of the service account ") + why;
  return error;
}

/// One that asks for a pass phrase would ask on the terminal: it gets none.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

Key read_key(const Secret& pem) {
  const std::string_view text = pem.reveal();
  const std::unique_ptr<BIO, FreeWith<BIO_free_all>> bio(
      BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (bio == nullptr) return nullptr;
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_pass_phrase, nullptr));
}

}  // namespace

Result<std::string> sign_rs256(const Secret& private_key, std::string_view text) {
  const Key key = read_key(private_key);
  if (key == nullptr) return unusable("cannot be read");
  if (EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) return unusable("is no RSA key");
  const std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  const bool begun =
      context != nullptr &&
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1;
  if (!begun) return unusable("does not sign");
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  if (EVP_DigestSign(context.get(), out, &size, bytes, text.size()) != 1) {
    return unusable("does not sign");
  }
  signature.resize(size);
  return signature;
}

}  // namespace arouter::daemon
