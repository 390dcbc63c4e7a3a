// OpenAI's answers as they pass: a chat or an older completion, whole or one chunk of a stream, and
// embeddings.
//
// Source: OpenAI API reference, "The chat completion object" and "The chat completion chunk object"
// (checked 2026-11-24).
// Surprises: the usage of a stream comes in a chunk of its own with empty `choices`; some providers
// send `usage: null` in every other chunk, some running totals, so the last one counts and nothing
// is summed; an error may come inside a 200.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/json_scan.hpp"
#include "shared/splice.hpp"
#include "shared/sse.hpp"
#include "shared/usage.hpp"

namespace arouter::openai {

/// Reads a completion of either kind, or a chunk of one. Errors: upstream_malformed when it is no
/// JSON object.
Result<ReplyFacts> read_facts(std::string_view text);

/// Reads an embeddings answer. Errors: as read_facts.
Result<ReplyFacts> read_embeddings_facts(std::string_view text);

/// Of a stream: each chunk stands for itself, usage included.
class FactsReader : public StreamReader {
 public:
  Result<ReplyFacts> read(const SseBlock& block) override;
};

/// What to change so that the usage object carries cost, cost_details and is_byok.
std::vector<Edit> cost_edits(std::string_view text, const JsonValue& usage, const Cost& cost);

}  // namespace arouter::openai
