// The words rules are written in: judgements, evidence, and walks over the exchanges that count.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/validate/rule.hpp"

namespace arouter::validate {

Judgement good();
/// As bad as the rule says.
Judgement broken(std::string message, Evidence evidence = {});
/// A milder form of the fault than the rule's severity.
Judgement lesser(Severity severity, std::string message, Evidence evidence = {});
Judgement skipped(std::string why);
Judgement inconclusive(std::string why);

/// The whole exchange; an offset in its body; a value of its JSON body.
Evidence at(const Exchange& exchange);
Evidence at(const Exchange& exchange, std::size_t offset);
Evidence at(const Exchange& exchange, const JsonRef& value);
/// A value of the JSON of event `index`, or the event when the value is absent.
Evidence at(const Exchange& exchange, std::size_t index, const JsonRef& value);
/// A place in a text that is no answer: the metadata file.
Evidence at_text(std::string name, std::string_view text, std::size_t offset);
Evidence at_text(std::string name, std::string_view text, const JsonRef& value);
/// A header field of the answer; the status line when it is absent.
Evidence at_header(const Exchange& exchange, std::string_view name);

/// Keeps the worse of two judgements in `worst`; the earlier one when they are equal.
void keep_worse(Judgement& worst, Judgement next);

/// `text` in quotes, printable and at most 60 characters long: for messages.
std::string quoted(std::string_view text);
/// What a value is, for messages: "a string", "null", "missing".
std::string kind_name(const JsonRef& value);
std::string printable(std::string_view bytes);

std::string lower_case(std::string_view text);
/// The answer's media type in lower case, without parameters; "" when it names none.
std::string media_type(const Exchange& exchange);

/// Judges every successful plain chat answer with a readable JSON object; the first break counts.
/// Inconclusive when there is none.
Judgement each_answer(const Transcript& transcript,
                      const std::function<Judgement(const Exchange&)>& judge);

/// What makes the body of a success an error: `error`, `detail` without choices, object "error";
/// absent when nothing does.
JsonRef error_in(const JsonRef& body);

/// Judges a finish_reason that is meant to end an answer.
Judgement judge_finish_reason(const JsonRef& value, Evidence evidence);

/// One JSON object of a stream.
struct Chunk {
  std::size_t event = 0;  // index into Exchange::sse.events
  JsonRef json;
};

/// A stream's events sorted by what they are. Refers into the exchange.
struct Stream {
  const Exchange* exchange = nullptr;
  std::vector<Chunk> chunks;       // objects without a top-level error, in order
  std::vector<Chunk> errors;       // objects with one
  std::vector<std::size_t> dones;  // events that mean [DONE]
};
Stream read_stream(const Exchange& exchange);

/// A filter-only chunk as Azure sends first: empty choices and prompt_filter_results.
bool is_filter_chunk(const Chunk& chunk);
/// The usage object of a chunk; absent when missing or null.
JsonRef usage_of(const Chunk& chunk);
/// The text a choice's deltas join to.
std::string joined_content(const Stream& stream);

/// Judges every usable stream (2xx, events that hold JSON, no error event); the first break counts.
/// Skipped, naming the cause, when a stream was cut or is no event stream at all.
Judgement each_stream(const Transcript& transcript,
                      const std::function<Judgement(const Stream&)>& judge);

/// Judges the stream of one probe; inconclusive when it is not usable.
Judgement one_stream(const Transcript& transcript, std::string_view probe,
                     const std::function<Judgement(const Stream&)>& judge);

/// Judges every answer to a streaming request with a 2xx status, whatever its form.
Judgement each_event_stream(const Transcript& transcript,
                            const std::function<Judgement(const Exchange&)>& judge);

/// Judges every chunk of every usable stream.
Judgement each_chunk(const Transcript& transcript,
                     const std::function<Judgement(const Stream&, const Chunk&)>& judge);

/// Judges every answered exchange that hoped for a refusal and got a status of 400 or more.
Judgement each_refusal(const Transcript& transcript,
                       const std::function<Judgement(const Exchange&)>& judge);

}  // namespace arouter::validate
