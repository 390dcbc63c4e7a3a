// Sends one probe and records what comes back, byte for byte and with its times.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "cli/validate/connection.hpp"
#include "shared/secret.hpp"
#include "shared/validate/probes.hpp"

namespace arouter::validate {

struct ExchangeSettings {
  Origin address;
  std::string base_url;              // as a person writes it, without a final slash
  Secret key;                        // empty: no credential
  std::string key_variable = "KEY";  // stands for the key in what is recorded
  std::string nonce;
  std::chrono::milliseconds timeout{15'000};  // of one exchange, connecting included
  Clock::time_point run_deadline;             // of the whole run
};

/// Threads: a const exchanger may be used by several at once.
class Exchanger {
 public:
  Exchanger(ExchangeSettings settings, const TlsSettings& tls)
      : settings_(std::move(settings)), tls_(&tls) {}

  const ExchangeSettings& settings() const { return settings_; }

  /// One request on a connection of its own. 429 and 503 are tried twice more, after Retry-After
  /// (at most 5 s) or 1 and 2 seconds.
  Exchange run(const Probe& probe) const;
  /// The second request goes over the connection of the first, if that is still open.
  std::pair<Exchange, Exchange> run_pair(const Probe& first, const Probe& second) const;

 private:
  /// Opens `connection` unless it is open, and leaves it open if another request may follow; when
  /// one is to follow, what the peer does in between is watched for a moment.
  Exchange attempt(const Probe& probe, std::unique_ptr<Connection>& connection,
                   bool followed) const;
  Exchange begin(const Probe& probe) const;
  std::string request_bytes(const Probe& probe) const;
  void receive(const Probe& probe, Connection& connection, Clock::time_point began,
               Exchange& exchange) const;

  ExchangeSettings settings_;
  const TlsSettings* tls_;  // outlives the exchanger
};

}  // namespace arouter::validate
