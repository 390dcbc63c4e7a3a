// OpenAI embeddings.
//
// Source: OpenAI API reference, "Create embeddings" (checked 2026-11-24).
// Surprises: `input` may be tokens instead of text, which only their own provider understands; the
// official libraries ask for base64 (little-endian float32) unless told otherwise, and some servers
// send floats all the same; vectors are told apart by `index`; OpenAI refuses unknown fields here.
#pragma once

#include <string_view>

#include "shared/formats/embeddings.hpp"
#include "shared/formats/facts.hpp"

namespace arouter::openai {

/// Reads what routing needs and validates all of the body as JSON. Errors: bad_request.
Result<Peek> peek_embeddings(std::string_view body);

const EmbeddingsFormat& embeddings();

}  // namespace arouter::openai
