// What plain and streamed chat completions spell alike.
#pragma once

#include <string>
#include <string_view>

#include "cli/mock/answer.hpp"

namespace arouter::mock::openai {

/// {"id":…,"object":…,"created":…,"model":…,"choices":[
std::string encode_opening(const Answer& answer, const Stamp& stamp, std::string_view object);
void append_usage(std::string& out, const Answer& answer);
/// The members of a tool call, without its braces.
void append_tool_call(std::string& out, std::string_view id, std::string_view name,
                      std::string_view arguments);
std::string_view finish_reason(Finish finish);

}  // namespace arouter::mock::openai
