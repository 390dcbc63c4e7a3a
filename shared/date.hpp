// Points in time as text.
//
// Sources: RFC 3339; RFC 9110 section 5.6.7 (IMF-fixdate).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace arouter {

/// "2027-01-31T00:00:00Z".
std::string encode_date(std::int64_t unix_seconds);
/// Unix seconds of "2027-01-31T00:00:00Z", also with a fraction, which is cut off, or an offset;
/// nothing for any other text.
std::optional<std::int64_t> decode_date(std::string_view text) noexcept;
/// "Sun, 31 Jan 2027 00:00:00 GMT", for fields of HTTP.
std::string encode_http_date(std::int64_t unix_seconds);

}  // namespace arouter
