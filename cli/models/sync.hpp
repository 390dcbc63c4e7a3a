// `arouter models sync`: a provider's own list of models against the configuration.
#pragma once

#include "cli/command.hpp"

namespace arouter {

/// Adds the command below `models` and returns it.
CLI::App* add_models_sync(CLI::App& models, CommandContext& context);

}  // namespace arouter
