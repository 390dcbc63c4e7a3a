// Which of the parameters that a catalogue lists a request sends, whatever its format calls them.
//
// Source: ARouter's API, "models" (supported_parameters); the formats' own documentation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arouter::routing {

/// In the catalogue's words ("stop" for Anthropic's stop_sequences), each once. `body` is valid
/// JSON; `format` a format's name. What no catalogue lists (messages, model, user) is left out.
std::vector<std::string> parameters_of(std::string_view body, std::string_view format);

}  // namespace arouter::routing
