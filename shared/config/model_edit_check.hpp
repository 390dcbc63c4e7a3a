// Whether an edited text says what the old one said and the edits, and nothing else.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "shared/config/model_edit.hpp"
#include "shared/config/toml_value.hpp"

namespace arouter {

/// `before`: the old text's document, whose provider at `provider` was edited. Errors: internal,
/// with the first place where the two differ.
Result<void> check_model_edits(TomlValue before, std::size_t provider,
                               const std::vector<ModelEdit>& edits, std::string_view edited);

}  // namespace arouter
