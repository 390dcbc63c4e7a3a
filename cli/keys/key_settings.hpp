// What `arouter keys create` and `update` say of a key, as the body that the daemon takes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/error.hpp"

namespace CLI {
class App;
}

namespace arouter {

/// As typed; "" and nothing: not said. "none" takes a restriction away.
struct KeySettings {
  std::string name{};
  std::string limit{}, reset{};
  std::string requests_per_minute{}, requests_per_day{}, tokens_per_minute{}, concurrency{};
  std::vector<std::string> providers{}, models{};
  std::string expires{}, user{}, priority{};
  bool soft = false, hard = false;
  bool no_collection = false, collection = false, zdr = false, no_zdr = false;
  bool management = false;
};

enum class KeyBody : std::uint8_t { of_new, of_change };

/// Declares the options that say it.
void add_key_settings(CLI::App& command, KeySettings& settings, KeyBody body);

/// `now_s`: Unix seconds, from which a period in `expires` counts. Errors: bad_request in words for
/// the terminal. Values that the daemon checks are left to it.
Result<std::string> encode_key_body(const KeySettings& settings, KeyBody body, std::int64_t now_s);

}  // namespace arouter
