// Certificates made on the spot: a private authority and the servers it vouches for, or does not.
#pragma once

#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;

namespace arouter::test {

/// What one side of a TLS connection presents, and what a server asks for.
struct TlsIdentity {
  std::string certificate_pem;
  std::string key_pem;
  std::string client_ca_pem{};  // a server: clients must be vouched for by it; "": none is asked
  int newest_version = 0;       // a server: TLS1_1_VERSION and so on; 0: whatever there is
};

enum class Validity { current, expired };
enum class Purpose { server, client };

/// A private certificate authority (P-256), new in every instance.
class TestAuthority {
 public:
  TestAuthority();
  /// For `ca_file`.
  const std::string& certificate_pem() const { return certificate_pem_; }
  /// A certificate for `host`, a DNS name or an IP address.
  TlsIdentity issue(const std::string& host, Validity validity = Validity::current,
                    Purpose purpose = Purpose::server) const;

 private:
  std::shared_ptr<evp_pkey_st> key_;
  std::shared_ptr<x509_st> certificate_;
  std::string certificate_pem_;
};

TlsIdentity self_signed(const std::string& host);

}  // namespace arouter::test
