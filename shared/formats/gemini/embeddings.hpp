// Gemini batchEmbedContents and embedContent.
//
// Source: Gemini API reference, "Embeddings" (checked 2026-11-24).
// Surprises: the two calls differ in that one takes and gives a list; every request of a batch
// names the model again; texts stand in content parts; answers tell no usage and no model. Task
// type, title and size are said for each text; here they must be the same for all.
#pragma once

#include "shared/formats/embeddings.hpp"

namespace arouter::gemini {

const EmbeddingsFormat& embeddings();

}  // namespace arouter::gemini
