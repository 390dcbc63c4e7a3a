#include "cli/mock/formats.hpp"

#include "cli/mock/anthropic/answer.hpp"
#include "cli/mock/anthropic/lists.hpp"
#include "cli/mock/anthropic/request.hpp"
#include "cli/mock/gemini/answer.hpp"
#include "cli/mock/gemini/embeddings.hpp"
#include "cli/mock/gemini/lists.hpp"
#include "cli/mock/gemini/request.hpp"
#include "cli/mock/openai/chat_answer.hpp"
#include "cli/mock/openai/chat_request.hpp"
#include "cli/mock/openai/embeddings.hpp"
#include "cli/mock/openai/lists.hpp"
#include "cli/mock/responses/answer.hpp"
#include "cli/mock/responses/request.hpp"

namespace arouter::mock {

namespace {

constexpr AnswerFormat kChat{openai::decode_chat, openai::encode_chat, openai::stream_chat,
                             nullptr};
constexpr AnswerFormat kResponses{responses::decode, responses::encode, responses::stream,
                                  responses::encode_count};
constexpr AnswerFormat kMessages{anthropic::decode, anthropic::encode, anthropic::stream,
                                 anthropic::encode_count};
constexpr AnswerFormat kGeminiEvents{gemini::decode, gemini::encode, gemini::stream_events,
                                     gemini::encode_count};
constexpr AnswerFormat kGeminiArray{gemini::decode, gemini::encode, gemini::stream_array,
                                    gemini::encode_count};

constexpr EmbeddingFormat kEmbeddings{openai::decode_embeddings, openai::encode_embeddings};
constexpr EmbeddingFormat kGeminiEmbedding{gemini::decode_embedding, gemini::encode_embedding};
constexpr EmbeddingFormat kGeminiEmbeddings{gemini::decode_embeddings, gemini::encode_embeddings};

constexpr DialectFormat kOpenai{openai::encode_models, openai::encode_model, openai::encode_error,
                                "x-request-id"};
constexpr DialectFormat kAnthropic{anthropic::encode_models, anthropic::encode_model,
                                   anthropic::encode_error, "request-id"};
constexpr DialectFormat kGemini{gemini::encode_models, gemini::encode_model, gemini::encode_error,
                                "x-request-id"};

}  // namespace

const DialectFormat& dialect_format(Dialect dialect) {
  switch (dialect) {
    case Dialect::anthropic:
      return kAnthropic;
    case Dialect::gemini:
      return kGemini;
    case Dialect::openai:
      break;
  }
  return kOpenai;
}

const AnswerFormat& answer_format(const Route& route) {
  switch (route.dialect) {
    case Dialect::anthropic:
      return kMessages;
    case Dialect::gemini:
      return route.event_stream ? kGeminiEvents : kGeminiArray;
    case Dialect::openai:
      break;
  }
  return route.action == Action::chat ? kChat : kResponses;
}

const EmbeddingFormat& embedding_format(const Route& route) {
  if (route.dialect == Dialect::openai) return kEmbeddings;
  return route.action == Action::embed_batch ? kGeminiEmbeddings : kGeminiEmbedding;
}

}  // namespace arouter::mock
