// What a token endpoint answers.
//
// Source: RFC 6749, 5.1 and 5.2.
// Surprises: Entra ID's older endpoint writes expires_in as a string; some leave it out. A token
// type other than Bearer would have to be sent in another way, which nobody here knows.
#pragma once

#include <chrono>
#include <string_view>

#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter {

struct FetchedToken {
  static constexpr std::chrono::seconds kUnstated{300};  // a lifetime that is not said
  static constexpr std::chrono::seconds kLongest{86'400};
  Secret value{};
  std::chrono::seconds lifetime = kUnstated;  // 1..kLongest
};

/// `sent`: the secret of the request, which no error repeats.
/// Errors: upstream_auth; the message says what the endpoint did and follows its name ("refused:
/// invalid_client"), the detail repeats its words.
Result<FetchedToken> decode_token_answer(int status, std::string_view body, std::string_view sent);

}  // namespace arouter
