// The table: every provider's errors, and what each becomes of ours.
//
// What decides, in this order: a word that names the fault (codes, types, reasons), a sentence that
// is known to mean it, the status. Words are looked for in all formats alike: compatible servers
// mix them, and none means two things.
//
// What stands for what (cause.cpp has the words):
//   401, a bad key                  502 upstream_auth        the key is revoked
//   402, no credit (any status)     502 upstream_credit      the key is limited, without a time
//   403                             as 401, unless it is about content, the model or a place
//   404 of a model or a route       404, another endpoint may be tried; counts against nobody
//   408, 504, 522, 524              504 upstream_timeout     the endpoint
//   409                             kept: the request is in the way of another; not tried again
//   425                             502 upstream_too_early   nobody: we never send early data
//   429                             429 rate_limit_exceeded  the key is limited, for retry_after_s
//   503, 529, 498 (Groq)            503 overloaded           the endpoint
//   500 that blames the request     as 400, 413, 422: whichever its own words stand for
//   other 5xx, 424 (TGI)            502 upstream_refused     the endpoint
//   3xx                             502 upstream_redirect    the endpoint
//   407                             502 upstream_proxy_auth  the endpoint: a proxy before it
//   content, context length         400 content_filter, 400 context_length_exceeded; nobody
//   other 4xx                       kept, provider_rejected; nobody
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/http/head.hpp"

namespace arouter {

/// An answer that is none.
struct ProviderFailure {
  int status = 0;         // 200: the error stands inside an answer
  std::string_view body;  // as far as it was read; of an event, its data
  const HeaderFields* fields = nullptr;
  std::int64_t now_s = 0;     // Unix seconds, for times in `fields`
  std::string_view secret{};  // must not be repeated
  std::string_view provider{};
  bool is_callers = false;  // the secret is a key that the request has brought
};

/// The provider's message is kept, without `secret` and cut to 500 bytes, unless it is about our
/// account: that stands in `detail`, as do its code, its type and its id of the request.
/// What is about the caller's own key is the caller's to hear: 401, 402, 403 and 429 stay that,
/// with the provider's message behind a word on whose key it was.
Error provider_error(const ProviderFailure& failure);

/// The same for an error that was read already: one about the key becomes that of the caller's.
Error about_caller_key(Error error, std::string_view said = {});

/// An error inside an answer of status 200: all of its body, or an event's data. Whose it is and
/// what must be masked is for the caller to fill in.
Error error_in_answer(std::string_view body);

}  // namespace arouter
