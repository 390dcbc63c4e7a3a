// Anthropic Messages: POST /v1/messages and /v1/messages/count_tokens.
//
// Source: Anthropic API reference, "Overview" (headers, versions), "Messages", "Count tokens"
// (checked 2026-11-24).
// Surprises: the version is a header, and 2023-06-01 the one that we send, since 2026-10-21 refuses
// sampling parameters even to models that take them; base URLs are given with and without /v1.
#pragma once

#include "shared/formats/format.hpp"

namespace arouter::anthropic {

const Format& format();

}  // namespace arouter::anthropic
