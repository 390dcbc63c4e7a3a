#include "tests/integration/tls_identity.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace arouter::test {

namespace {

using Key = std::shared_ptr<EVP_PKEY>;
using Certificate = std::shared_ptr<X509>;

constexpr long kDay = 24 * 60 * 60;

void must(bool good) {
  if (!good) throw std::runtime_error("OpenSSL could not make a certificate");
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  must(key != nullptr);
  return key;
}

void add_extension(X509* certificate, X509* issuer, int name, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, name, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

Certificate make_certificate(const std::string& name, EVP_PKEY* key, Validity validity) {
  static long serial = 0;
  Certificate certificate(X509_new(), X509_free);
  must(certificate != nullptr);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  const bool expired = validity == Validity::expired;
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), expired ? -2 * kDay : -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), expired ? -kDay : kDay);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

void sign(X509* certificate, X509* issuer, EVP_PKEY* issuer_key) {
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  must(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
}

template <class Write>
std::string to_pem(Write write) {
  const std::shared_ptr<BIO> memory(BIO_new(BIO_s_mem()), BIO_free_all);
  must(write(memory.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string certificate_pem(X509* certificate) {
  return to_pem([certificate](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string key_pem(EVP_PKEY* key) {
  return to_pem([key](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

void add_extensions(X509* certificate, X509* issuer, const std::string& host, Purpose purpose) {
  const bool address = host.find_first_not_of("0123456789.:") == std::string::npos;
  add_extension(certificate, issuer, NID_subject_alt_name, (address ? "IP:" : "DNS:") + host);
  add_extension(certificate, issuer, NID_ext_key_usage,
                purpose == Purpose::server ? "serverAuth" : "clientAuth");
}

}  // namespace

TestAuthority::TestAuthority() : key_(make_key()) {
  certificate_ = make_certificate("arouter test authority", key_.get(), Validity::current);
  add_extension(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate_.get(), certificate_.get(), NID_key_usage, "critical,keyCertSign");
  sign(certificate_.get(), certificate_.get(), key_.get());
  certificate_pem_ = arouter::test::certificate_pem(certificate_.get());
}

TlsIdentity TestAuthority::issue(const std::string& host, Validity validity,
                                 Purpose purpose) const {
  const Key key = make_key();
  const Certificate certificate = make_certificate(host, key.get(), validity);
  add_extensions(certificate.get(), certificate_.get(), host, purpose);
  sign(certificate.get(), certificate_.get(), key_.get());
  return {arouter::test::certificate_pem(certificate.get()), key_pem(key.get())};
}

TlsIdentity self_signed(const std::string& host) {
  const Key key = make_key();
  const Certificate certificate = make_certificate(host, key.get(), Validity::current);
  add_extensions(certificate.get(), certificate.get(), host, Purpose::server);
  sign(certificate.get(), certificate.get(), key.get());
  return {certificate_pem(certificate.get()), key_pem(key.get())};
}

}  // namespace arouter::test
