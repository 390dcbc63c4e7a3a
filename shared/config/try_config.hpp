// What a configuration would be if one of its files held another text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "shared/config_reader.hpp"

namespace arouter {

/// As read_config(path), with `text` for what stands in `file`, which is named as faults name it.
ConfigOutcome try_config(const std::filesystem::path& path, std::string_view file,
                         std::string_view text);

}  // namespace arouter
