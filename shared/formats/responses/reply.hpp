// OpenAI Responses, the whole answer: to and from the neutral chat.
//
// Source: OpenAI API reference, "The response object" (checked 2026-11-24).
// Surprises: there is no finish reason, only a status and, when it is incomplete, why; that the
// model waits for tools is seen from its calls; a failure is a response too, with status 200.
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

namespace arouter::responses {

/// Errors: upstream_malformed; what the provider reports when the response has failed.
Result<chat::Reply> decode_reply(std::string_view body);
std::string encode_reply(const chat::Reply& reply, const AnswerSpelling& spelling,
                         chat::Losses& losses);

/// The parts of an `output` array; items that have no neutral meaning are passed over.
std::vector<chat::Part> decode_output(const JsonItem& output);
/// Notes what an item of an `output` says that no part of it can: sources, calls of the provider's
/// own tools.
void note_item(const JsonItem& item, chat::Losses& losses);
/// The same of one part of a message.
void note_content(const JsonItem& part, chat::Losses& losses);
/// Notes a reason that has no word here.
void note_finish(chat::FinishReason reason, chat::Losses& losses);
/// Why `response` ended, given what it holds.
chat::FinishReason finish_of(const JsonItem& response, bool has_calls, bool refused);
/// The usage of a response object, when it states its counts.
std::optional<Usage> usage_of(const JsonItem& response);
/// The elements of OpenAI's chat object for logprobs, which are those of an output_text; "" when
/// there are none.
std::string_view logprob_elements(const JsonItem& logprobs);

Result<std::int64_t> decode_count_answer(std::string_view body);
std::string encode_count(std::int64_t tokens);

}  // namespace arouter::responses
