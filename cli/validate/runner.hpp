// One run: the probes in their order, and what decides which come next.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/validate/exchanger.hpp"

namespace arouter::validate {

struct RunSettings {
  ExchangeSettings exchange;
  std::string model;
  bool no_auth = false;
  bool any_model = false;
  /// Called before each request, from the calling thread.
  std::function<void(std::size_t sent, std::string_view probe)> progress;
};

/// Sends at most 40 requests (retries of 429 and 503 aside), four at a time at most. Stops after
/// the first few when the provider cannot be reached, refuses the key or knows no such route.
Transcript run_probes(RunSettings settings, const TlsSettings& tls);

}  // namespace arouter::validate
