// Errors on the wire, as long as no byte of an answer has gone out.
#pragma once

#include <string>
#include <string_view>

#include "daemon/exchange.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// The 404 of a path without a route; it names the nearest one.
Error no_such_route(const RequestHead& head);

/// Puts the answer into exchange.tail.
void answer_error(Exchange& exchange, Error error);

/// Names the request in a head's fields, also in the one that Anthropic's clients show.
void append_request_id(std::string& fields, const Exchange& exchange);

/// The plan, for a client that asked for it beside its answer; a long one is cut.
void append_explained(std::string& fields, const Exchange& exchange);

/// X-RateLimit-Limit, -Remaining and -Reset, where the requests of the caller are limited.
void append_rates(std::string& fields, const Exchange& exchange);

/// The answer to a request whose head could not be read; the connection closes after it.
std::string encode_head_error(const Error& error, std::string_view request_id);

}  // namespace arouter::daemon
