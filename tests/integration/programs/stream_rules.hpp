// What every client of a format needs of a stream, as rules over its bytes.
//
// Parsers differ in what they forgive: some end at a comment, some see no event without its name,
// others none that has one, and some fail on an event they do not know. These rules are what all of
// them take.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arouter::test {

/// `format`: "openai", "responses", "anthropic" or "gemini". Returns what is broken; none is good.
std::vector<std::string> stream_faults(std::string_view format, std::string_view bytes);

}  // namespace arouter::test
