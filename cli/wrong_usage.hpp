// What to say when the arguments are wrong.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace arouter {

/// One line for what is wrong, with the nearest command or option for a misspelt one, and where the
/// help is. `app` has just failed to parse with `error`.
std::string explain_wrong_usage(const CLI::App& app, const CLI::ParseError& error);

}  // namespace arouter
