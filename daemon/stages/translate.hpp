// Exchange and endpoint → the request for the provider.
#pragma once

#include <string>

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "shared/secret.hpp"

namespace arouter::daemon {

struct UpstreamRequest {
  std::string head;  // holds the credential: never logged
  std::string body;
  const ProviderKey* key = nullptr;  // null: the provider needs none
  ~UpstreamRequest();                // wipes the head
};

/// The head is built anew: framing, Host and credential are ours, and of the client's fields only
/// those on a short list travel.
UpstreamRequest translate(const Exchange& exchange, const Endpoint& endpoint, Services& services);

}  // namespace arouter::daemon
