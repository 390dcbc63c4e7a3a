// `arouter models explain`: whom a request would go to, and why. Asks no provider.
#pragma once

#include "cli/command.hpp"

namespace arouter {

/// Adds the command below `models` and returns it.
CLI::App* add_models_explain(CLI::App& models, CommandContext& context);

}  // namespace arouter
