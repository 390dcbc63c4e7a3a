// OpenAI Responses, the answer that passes: whole, or one event of a stream.
//
// Source: OpenAI API reference, "The response object" and "Streaming events" (checked 2026-11-24).
// Surprises: the events of a stream are named in `type` and again in `event:`; the last one
// (response.completed, response.incomplete) is finish reason, usage and end mark in one and repeats
// the whole answer; a failure is a response too (`status: failed`); input_tokens includes cached
// tokens, output_tokens includes reasoning. OpenAI sends no [DONE]; some who copy the format do.
#pragma once

#include <optional>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/json_scan.hpp"
#include "shared/sse.hpp"
#include "shared/usage.hpp"

namespace arouter::responses {

/// Reads a response, or the answer to a token count. Errors: upstream_malformed when it is no JSON
/// object.
Result<ReplyFacts> read_facts(std::string_view text);

/// Reads an event that has data. Errors: upstream_malformed.
Result<ReplyFacts> read_event(const SseBlock& block);

/// The usage object `object` of `text`, which a scan has validated; nothing without its counts.
std::optional<Usage> decode_usage(std::string_view text, const JsonValue& object);

}  // namespace arouter::responses
