// OpenAI: chat completions, the older completions, and embeddings; what most servers speak.
//
// Source: OpenAI API reference (checked 2026-11-24); details in the headers beside this one.
// Surprises: a base_url ends with the version, so paths are added to it as they are; there is no
// call that counts tokens.
#pragma once

#include "shared/formats/format.hpp"

namespace arouter::openai {

const Format& format();

}  // namespace arouter::openai
