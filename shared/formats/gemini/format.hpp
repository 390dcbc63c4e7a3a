// Gemini GenerateContent: POST {base}/v1beta/models/{model}:generateContent, and its siblings
// :streamGenerateContent?alt=sse, :countTokens, :batchEmbedContents.
//
// Source: Gemini API reference (ai.google.dev), "All methods", v1beta (checked 2026-11-24). The
// headers beside this one name theirs.
// Surprises: the model is part of the path; the version may be missing from a base URL, stand at
// its end, or, as in Google Cloud's paths of projects, inside it.
#pragma once

#include "shared/formats/format.hpp"

namespace arouter::gemini {

const Format& format();

}  // namespace arouter::gemini
