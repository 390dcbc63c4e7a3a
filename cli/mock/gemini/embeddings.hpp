// Embeddings in Gemini's format.
// Source: Gemini API reference, "embedContent", "batchEmbedContents".
#pragma once

#include <string>

#include "cli/mock/embedding.hpp"
#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::gemini {

/// Errors: bad_request with `param`.
Result<EmbeddingQuestion> decode_embedding(const Call& call);
Result<EmbeddingQuestion> decode_embeddings(const Call& call);
std::string encode_embedding(const EmbeddingQuestion& question);
std::string encode_embeddings(const EmbeddingQuestion& question);

}  // namespace arouter::mock::gemini
