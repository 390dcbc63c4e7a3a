// Points in time as text.
//
// Sources: RFC 3339; RFC 9110 section 5.6.7 (IMF-fixdate).
#pragma once

#include <cstdint>
#include <string>

namespace arouter {

/// "2027-01-31T00:00:00Z".
std::string encode_date(std::int64_t unix_seconds);
/// "Sun, 31 Jan 2027 00:00:00 GMT", for fields of HTTP.
std::string encode_http_date(std::int64_t unix_seconds);

}  // namespace arouter
