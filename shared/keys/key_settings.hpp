// A key's settings as text: how a store keeps them, in the words of the body that makes a key.
#pragma once

#include <string>
#include <string_view>

#include "shared/error.hpp"
#include "shared/keys/key_record.hpp"

namespace arouter {

/// What decode_new_key() reads back; without hash, label and the times of its making and changing.
std::string encode_settings(const KeyRecord& key);
/// Fills the settings of `key`. Errors: bad_request: the text was written by something else.
Result<void> decode_settings(std::string_view text, KeyRecord& key);

}  // namespace arouter
