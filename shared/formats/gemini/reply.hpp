// Gemini generateContent, the answer, to and from the neutral chat.
//
// Source: Gemini API reference, "GenerateContentResponse", "Candidate" and "FinishReason" (checked
// 2026-11-24).
// Surprises: function calls end with STOP; calls often have no id, so one is made up; a prompt that
// was blocked has no candidates; zeros and empty fields are omitted; clients are shown thoughts
// only when they asked for them (includeThoughts), but for signed ones, which must come back; a
// model that fails at a tool call finishes with a reason of its own (MALFORMED_FUNCTION_CALL);
// finishMessage repeats in words what the finish reason says.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/chat/losses.hpp"
#include "shared/chat/reply.hpp"
#include "shared/error.hpp"
#include "shared/formats/stream.hpp"
#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

/// Errors: upstream_malformed, or what the provider says in an `error`.
Result<chat::Reply> decode_reply(std::string_view body);
std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                         chat::Losses& losses);

// What streams share with whole answers.

/// `none` for an absent or unspecified reason.
chat::FinishReason decode_finish(std::string_view reason, bool has_calls);
/// The error that a reason is, when it says that the model failed at its answer: other formats
/// would show what came before as the whole of it.
std::optional<Error> find_break(std::string_view reason);
/// `refused`: the answer says so in words, which clients throw away where they read SAFETY.
std::string_view encode_finish(chat::FinishReason reason, bool refused);
/// Notes a reason that has no word here.
void note_finish(chat::FinishReason reason, chat::Losses& losses);

/// The parts of a candidate; calls without an id have "" still. Notes in `losses` what else it
/// says: sources, mostly. Errors: as decode_parts.
Result<std::vector<chat::Part>> decode_candidate_parts(const JsonItem& candidate,
                                                       chat::Losses& losses);

/// A call's id where the provider gave none: like no other in this conversation, as far as its
/// response id goes.
std::string made_up_id(std::string_view response_id, std::string_view call, std::size_t number);

std::optional<Usage> decode_usage(const JsonItem& usage);
void write_usage(JsonWriter& out, const Usage& usage);
/// modelVersion and responseId.
void write_names(JsonWriter& out, std::string_view model, std::string_view id);

/// Whether thoughts that nobody signed are shown.
bool shows_thoughts(const AnswerSpelling& spelling);

/// OpenAI's logprobs object for Gemini's logprobsResult, and back; "" for none.
std::string decode_logprobs(const JsonItem& result);
std::string encode_logprobs(std::string_view logprobs);

}  // namespace arouter::gemini
