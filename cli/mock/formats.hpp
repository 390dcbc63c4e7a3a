// The formats that the mock speaks, as tables: the one place that knows them all.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "cli/mock/answer.hpp"
#include "cli/mock/embedding.hpp"
#include "cli/mock/event_stream.hpp"
#include "cli/mock/routes.hpp"
#include "shared/error.hpp"

namespace arouter::mock {

/// One format's way to ask and to answer.
struct AnswerFormat {
  Result<Question> (*decode)(const Call&);
  std::string (*encode)(const Answer&, const Stamp&);
  std::unique_ptr<EventStream> (*stream)(Answer, const Stamp&);
  std::string (*encode_count)(std::int64_t tokens);
};

struct EmbeddingFormat {
  Result<EmbeddingQuestion> (*decode)(const Call&);
  std::string (*encode)(const EmbeddingQuestion&);
};

/// What the formats of one provider share.
struct DialectFormat {
  std::string (*encode_models)(std::span<const std::string>, std::int64_t created);
  std::string (*encode_model)(std::string_view model, std::int64_t created);
  std::string (*encode_error)(const Error&, std::string_view request_id);
  std::string_view request_id_field;
};

const DialectFormat& dialect_format(Dialect dialect);
/// For the routes of answers and of counts.
const AnswerFormat& answer_format(const Route& route);
/// For the routes of embeddings.
const EmbeddingFormat& embedding_format(const Route& route);

}  // namespace arouter::mock
