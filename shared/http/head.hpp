// HTTP/1.x heads, strictly: bytes to RequestHead or ResponseHead, without sockets and without
// copies.
//
// Source: RFC 9112 and RFC 9110; where they allow leniency (bare LF, obs-fold, repeated
// Content-Length, white space before ':') we refuse, because two parsers that differ on such input
// are how requests are smuggled.
// Memory: a parsed head refers into the caller's buffer, which must outlive it unchanged.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "shared/error.hpp"

namespace arouter {

struct HeaderField {
  std::string_view name;   // as sent; compare with same_name()
  std::string_view value;  // without surrounding blanks
};

/// True when `text` may be the value of a field: no control character but the tab.
bool is_field_value(std::string_view text) noexcept;

/// True when two texts of one length are equal, ASCII case ignored.
bool same_letters(std::string_view a, std::string_view b) noexcept;
/// True when two header names are equal, ASCII case ignored.
inline bool same_name(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && same_letters(a, b);
}
/// True when the comma-separated list `value` holds `token`, ASCII case ignored.
bool list_holds(std::string_view value, std::string_view token) noexcept;

struct HeadLimits {
  std::size_t request_line = 8 * 1024;
  std::size_t field = 16 * 1024;
  std::size_t head = 32 * 1024;  // everything up to and with the blank line
};
inline constexpr std::size_t kMaxFields = 100;

/// The fields of a head, in order, at most kMaxFields.
class HeaderFields {
 public:
  std::span<const HeaderField> all() const { return {fields_.data(), count_}; }
  /// The first field of that name; null when absent.
  const std::string_view* find(std::string_view name) const noexcept;
  std::size_t count(std::string_view name) const noexcept;
  bool add(HeaderField field) noexcept;  // false when full
  void clear() noexcept { count_ = 0; }

 private:
  std::array<HeaderField, kMaxFields> fields_;
  std::size_t count_ = 0;
};

/// How the bytes after a head are delimited.
enum class BodyFraming : std::uint8_t { none, length, chunked, until_close };

struct RequestHead {
  std::string_view method;  // token, as sent
  std::string_view target;  // origin form: path with query
  std::string_view path;    // undecoded, without query
  std::string_view query;   // without '?'
  int minor_version = 1;    // HTTP/1.minor
  HeaderFields fields;
  std::string_view host;  // value of Host; never empty on HTTP/1.1
  BodyFraming framing = BodyFraming::none;
  std::uint64_t content_length = 0;  // when framing is length
  bool keep_alive = true;
  bool expects_continue = false;
  std::size_t size = 0;  // bytes of the head in the buffer, blank line included
};

struct ResponseHead {
  int status = 0;  // 100..599
  int minor_version = 1;
  HeaderFields fields;
  BodyFraming framing = BodyFraming::until_close;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  std::size_t size = 0;
};

/// Reads a request head from the start of `bytes` (one leading CRLF is skipped and counted).
/// Returns true when `head` is whole, false when more bytes are needed; call again with the longer
/// buffer. Limits count bytes received, an unfinished line included.
/// Errors (framing is lost, the connection must close after the answer): bad_request, uri_too_long,
/// headers_too_large, method_not_allowed (CONNECT, TRACE), not_implemented (Transfer-Encoding other
/// than chunked), version_not_supported, expectation_failed.
Result<bool> decode_request_head(std::string_view bytes, const HeadLimits& limits,
                                 RequestHead& head);

/// Reads a response head. `request_was_head` and the status decide whether a body follows.
/// Errors: upstream_malformed.
Result<bool> decode_response_head(std::string_view bytes, const HeadLimits& limits,
                                  bool request_was_head, ResponseHead& head);

/// Percent-decodes a path segment or query value once. Errors: bad_request on '%' without two hex
/// digits, NUL, control characters or invalid UTF-8 in the result.
Result<std::string> percent_decode(std::string_view text);

}  // namespace arouter
