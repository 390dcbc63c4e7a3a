// Answer → client: whole, or event by event at the client's pace; usage and cost on the way.
//
// The answer's last bytes are not sent here but left in exchange.tail: the row is booked first, so
// that a client that saw the end is in the ledger whatever happens then.
#pragma once

#include "daemon/exchange.hpp"
#include "daemon/services.hpp"
#include "daemon/upstream/answer.hpp"
#include "shared/error.hpp"

namespace arouter::daemon {

/// Errors before exchange.answer_started: as of an attempt, another endpoint may be tried. Errors
/// after it: tail holds the in-stream error event, and the connection ends without a last chunk.
Awaitable<Result<void>> relay(Exchange& exchange, UpstreamAnswer& answer);

/// The two kinds of answer; relay() picks by what the client asked for.
Awaitable<Result<void>> relay_whole(Exchange& exchange, UpstreamAnswer& answer);
Awaitable<Result<void>> relay_stream(Exchange& exchange, UpstreamAnswer& answer);

/// The first part of an answer is here, whatever comes of the rest: a provider on probation has
/// passed, and others may ask it.
void note_answered(Exchange& exchange);

/// All of a body, at most 64 MiB. Errors: upstream_timeout, upstream_truncated, upstream_malformed.
Awaitable<Result<std::string>> read_whole(Exchange& exchange, UpstreamAnswer& answer);

/// The fields of a model call's answer that name the truth: request, provider, model, losses.
std::string truth_fields(const Exchange& exchange);
/// How a translated answer is to be spelled.
AnswerSpelling answer_spelling(const Exchange& exchange);
/// An error that came inside a 200: `body` is an answer or the data of an event.
Error error_inside(const Exchange& exchange, std::string_view body);
/// What a provider said went wrong, as it may be told: in its name and without our credential.
Error reported_error(const Exchange& exchange, Error error);
Error malformed_answer(const Exchange& exchange, const char* what);
/// An answer that does not end within the endpoint's total time.
Error overdue_answer(const Exchange& exchange);

}  // namespace arouter::daemon
