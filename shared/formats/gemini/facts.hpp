// Gemini generateContent, the answer as it passes: whole, or one piece of a stream.
//
// Source: Gemini API reference, "GenerateContentResponse" and "UsageMetadata" (checked 2026-11-24).
// Surprises: usage is given as running totals in every piece, so the last one counts and nothing is
// summed; promptTokenCount includes cached tokens but not those of tools' answers, and
// candidatesTokenCount leaves thoughts out; zeros are omitted; a prompt that was blocked has no
// candidates and is an answer all the same; a stream has no end mark, and one that was asked for
// without alt=sse is a JSON array of pieces, as is an error on that route.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "shared/error.hpp"
#include "shared/formats/facts.hpp"
#include "shared/formats/format.hpp"
#include "shared/usage.hpp"

namespace arouter::gemini {

/// What blocked prompts finish with.
inline constexpr std::string_view kBlocked = "content_filter";

/// Reads an answer to any call: of an array, all its pieces.
/// Errors: upstream_malformed when it is neither object nor array.
Result<ReplyFacts> read_facts(std::string_view text);

/// A usageMetadata object that an earlier scan has validated; nothing when it holds no count.
std::optional<Usage> decode_usage(std::string_view text, const JsonValue& object);

std::unique_ptr<StreamReader> make_stream_reader();

}  // namespace arouter::gemini
