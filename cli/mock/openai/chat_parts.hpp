// What plain and streamed chat completions spell alike. By hand and not by a JsonWriter: benchmarks
// spend their time here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/mock/answer.hpp"

namespace arouter::mock::openai {

/// Appends `opening`, which ends in a key and its colon, and the value behind it.
void append_member(std::string& out, std::string_view opening, std::string_view text);
void append_member(std::string& out, std::string_view opening, std::int64_t number);

/// {"id":…,"object":…,"created":…,"model":…,"choices":[
std::string encode_opening(const Answer& answer, const Stamp& stamp, std::string_view object);
void append_usage(std::string& out, const Answer& answer);
/// The members of a tool call, without its braces.
void append_tool_call(std::string& out, std::string_view id, std::string_view name,
                      std::string_view arguments);
std::string_view finish_reason(Finish finish);

}  // namespace arouter::mock::openai
