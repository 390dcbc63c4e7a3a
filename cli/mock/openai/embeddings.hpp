// Embeddings in OpenAI's format. Source: OpenAI API reference, "Create embeddings".
#pragma once

#include <string>

#include "cli/mock/embedding.hpp"
#include "cli/mock/question.hpp"
#include "shared/error.hpp"

namespace arouter::mock::openai {

/// Errors: bad_request with `param`.
Result<EmbeddingQuestion> decode_embeddings(const Call& call);
std::string encode_embeddings(const EmbeddingQuestion& question);

}  // namespace arouter::mock::openai
