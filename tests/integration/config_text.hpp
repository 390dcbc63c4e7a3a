// The configuration text that most tests start a daemon with.
#pragma once

#include <string>
#include <vector>

namespace arouter::test {

/// Providers "acme", "beta" … in the order of `base_urls`, each with the model "model-a" (priced
/// 0.000002 and 0.000006 USD per token) and the key in $ACME_KEY. Nothing is benched for its
/// failures, so that one may follow another, unless `provider` sets a breaker.
struct ConfigText {
  std::string server{};    // more lines of [server]
  std::string provider{};  // more lines of each [[provider]]
  std::string tail{};      // whatever follows
};
std::string encode_config(const ConfigText& text, const std::vector<std::string>& base_urls);

}  // namespace arouter::test
