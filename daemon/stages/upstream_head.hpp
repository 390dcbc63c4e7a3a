// The head of a request to a provider, and the key it carries.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"

namespace arouter::daemon {

struct UpstreamRequest {
  std::string head;  // holds the credential: never logged
  std::string body;
  const Secret* credential = nullptr;  // null: none is sent
  const Proxy* proxy = nullptr;        // that reads the head; set by begin_head()
  bool is_head = false;                // HEAD: an answer without a body
  UpstreamRequest() = default;
  UpstreamRequest(UpstreamRequest&&) = default;
  UpstreamRequest& operator=(UpstreamRequest&&) = default;
  ~UpstreamRequest();  // wipes the head
};

/// What this attempt shows its provider; null when it shows nothing. Lives as long as the exchange.
const Secret* credential_of(const Exchange& exchange);

/// "POST /v1/… HTTP/1.1" with Host and User-Agent; to be continued. For a proxy that reads it the
/// target is a whole URL (RFC 9112, 3.2.2).
void begin_head(UpstreamRequest& request, std::string_view method, std::string_view target,
                const Provider& provider);

/// Attribution, tracing and beta switches of the client's, and those of `more` (lower case).
void forward_fields(std::string& head, const HeaderFields& fields,
                    std::span<const std::string_view> more);

/// The line that every request of the format needs, unless the head has it from the client; then
/// the credentials, the proxy's and the provider's, last, so that no copy of them is left behind
/// where the head has outgrown its room. A key stands where the format has it, a token that was
/// fetched is a bearer token always.
void end_head(UpstreamRequest& request, const Format& format, const Exchange& exchange);

}  // namespace arouter::daemon
