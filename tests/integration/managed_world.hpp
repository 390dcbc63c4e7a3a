// A world whose operator gives keys to others: through the daemon's own API.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tests/integration/world.hpp"

namespace arouter::test {

struct GivenKey {
  std::string secret, hash;
};

struct ManagedWorld : World {
  explicit ManagedWorld(const ConfigText& text = {});

  /// With the management key: `path` behind /api/v1/keys.
  RawResponse manage(std::string_view method, std::string_view path,
                     std::string_view body = {}) const;
  /// A key with those settings; throws with the answer when none was made.
  GivenKey give(const std::string& settings) const;
  /// PATCH; throws likewise.
  void change(const GivenKey& key, std::string_view settings) const;
  /// The key's object as the daemon shows it.
  nlohmann::json show(const GivenKey& key) const;

  RawResponse chat_as(const GivenKey& key, std::string_view more = {}) const;

  std::string management_key;
};

/// An answer that reports those tokens, of which the test models cost 2 and 6 millionths of a USD.
std::string answer_of(int prompt_tokens, int completion_tokens);

}  // namespace arouter::test
