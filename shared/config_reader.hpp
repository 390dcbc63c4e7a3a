// Reads the configuration files: strictly, all faults at once, each with its place.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config.hpp"

namespace arouter {

struct ConfigOutcome {
  Config config;                    // meaningful only when faults is empty
  std::vector<ConfigFault> faults;  // in order of file, line, column
};

/// One text, as if it stood in `file`. Pure: no file, no environment is touched.
/// Caps, checked before the TOML parser sees the text: 1 MiB, lines of 64 KiB, 32 parts per key, 8
/// nested arrays and inline tables.
ConfigOutcome decode_config(std::string_view text, std::string_view file);

/// `path` and every `providers.d/*.toml` beside it (by name; they may hold [[provider]],
/// [[model]]).
ConfigOutcome read_config(const std::filesystem::path& path);

/// Every key that a configuration may have, dotted ("provider.model.id"), sorted.
std::vector<std::string> config_keys();

/// --config's value, else $AROUTER_CONFIG, else $XDG_CONFIG_HOME/arouter/arouter.toml (default
/// ~/.config), else /etc/arouter/arouter.toml. The first that is named, or that exists; "" if none.
std::filesystem::path find_config(std::string_view option);

}  // namespace arouter
