// What a route takes: methods, and the permission for pages of listed origins to call.
#pragma once

#include "daemon/exchange.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Errors: method_not_allowed; upgrade_required for a WebSocket where a call would take a POST,
/// since clients that get any other refusal ask again and again before they fall back to HTTP.
Result<void> check_method(const RequestHead& head, const RouteMatch& route);

/// For every answer: lets a page of a listed origin read it.
void append_allowed_origin(std::string& fields, const Exchange& exchange);

/// Answers OPTIONS into exchange.tail.
void answer_options(Exchange& exchange);

}  // namespace arouter::daemon
