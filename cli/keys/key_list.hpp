// The daemon's answers about keys: read and shown. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"
#include "shared/error.hpp"

namespace arouter {

struct KeyLine {
  std::string hash{}, name{}, label{}, type{};
  bool disabled = false;
  std::string expires_at{};          // "" for never
  std::string limit{}, remaining{};  // USD; "" without a limit
  std::string reset{};               // "daily"; "" for never
  std::string usage{}, usage_daily{};
  std::string body{};  // the whole object as it came
};

/// Errors: upstream_malformed.
Result<std::vector<KeyLine>> decode_key_list(std::string_view body);
/// {"data":{…}}
Result<KeyLine> decode_one_key(std::string_view body);
/// The secret beside "data". Errors: upstream_malformed.
Result<std::string> decode_secret(std::string_view body);

/// The one that `typed` means: its name, the beginning of its hash (at least 6 digits) or its
/// label. Errors: not_found: none, or several.
Result<KeyLine> pick_key(const std::vector<KeyLine>& keys, const std::string& typed);

/// `now`: "2027-01-31T00:00:00Z", to tell keys that have expired.
Table key_table(const std::vector<KeyLine>& keys, std::string_view now, bool for_people);
/// All members, one a line.
std::string key_lines(const KeyLine& key);

}  // namespace arouter
