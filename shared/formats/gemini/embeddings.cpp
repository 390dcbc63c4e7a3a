#include "shared/formats/gemini/embeddings.hpp"

#include <array>
#include <charconv>
#include <utility>

#include "shared/formats/gemini/fields.hpp"
#include "shared/formats/gemini/peek.hpp"
#include "shared/formats/peek_fields.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

namespace {

constexpr std::string_view kCollection = "models/";

/// The texts of a Content's parts, in one.
Result<std::string> decode_content(const JsonItem& content) {
  if (!content.is_set()) return fault("content", "is required");
  if (content.is_string()) return read_text(content, "content");
  if (!content.is_object()) return fault("content", "must be an object");
  std::string text;
  Result<void> good =
      for_each_in(find_field(content, "parts"), "parts", [&](const JsonItem& part) -> Result<void> {
        const JsonItem item = find_field(part, "text");
        if (!item.is_set()) return fault("", "must hold a text: nothing else can be translated");
        Result<std::string> piece = read_text(item, "text");
        if (!piece) return piece.error();
        text += *piece;
        return {};
      });
  if (!good) return inside("content", good.error());
  return text;
}

/// One text to embed and what is said of it.
struct Piece {
  JsonItem content{};
  std::string model{}, task_type{}, title{};
  std::optional<std::int64_t> dimensions{};
};

Result<Piece> decode_piece(const JsonItem& object, chat::Losses& losses) {
  Piece piece;
  for (const JsonItem member : object) {
    const FieldName name(member);
    if (name == "content") {
      piece.content = member;
    } else if (name == "outputDimensionality") {
      Result<std::optional<std::int64_t>> count = read_integer(member, name);
      if (!count) return count.error();
      if (*count && **count < 1) return fault(name, "must be at least 1");
      piece.dimensions = *count;
    } else if (name == "model" || name == "taskType" || name == "title") {
      Result<std::string> text = read_text(member, name);
      if (!text) return text.error();
      (name == "model"   ? piece.model
       : name == "title" ? piece.title
                         : piece.task_type) = std::move(*text);
    } else if (member.is_set() && !peek_fields::is_heeded(member)) {
      losses.add(member.key());
    }
  }
  if (piece.model.starts_with(kCollection)) piece.model.erase(0, kCollection.size());
  return piece;
}

/// Adds a piece to what is asked for; the first one says how all are meant.
Result<void> add_piece(EmbeddingsRequest& request, Piece piece) {
  Result<std::string> text = decode_content(piece.content);
  if (!text) return text.error();
  if (request.inputs.empty()) {
    request.model = std::move(piece.model);
    request.task_type = std::move(piece.task_type);
    request.title = std::move(piece.title);
    request.dimensions = piece.dimensions;
  } else if (request.dimensions != piece.dimensions) {
    return fault("outputDimensionality", "must be the same in all requests");
  } else if (request.task_type != piece.task_type || request.title != piece.title) {
    return fault("taskType", "must be the same in all requests, and so must the title");
  }
  request.inputs.push_back(std::move(*text));
  return {};
}

Result<std::vector<float>> decode_vector(const JsonItem& embedding) {
  std::vector<float> vector;
  const JsonItem values = embedding["values"];
  if (!values.is_array()) return fault("embeddings", "must hold values");
  for (const JsonItem value : values) {
    const std::string_view number = value.number();
    float component = 0;
    const auto [stop, failure] =
        std::from_chars(number.data(), number.data() + number.size(), component);
    // Components too small for a float are as good as 0.
    const bool tiny = failure == std::errc::result_out_of_range;
    if (number.empty() || (failure != std::errc() && !tiny)) {
      return fault("embeddings", "must hold numbers");
    }
    vector.push_back(tiny ? 0.0F : component);
  }
  return vector;
}

void write_vector(JsonWriter& out, const std::vector<float>& vector) {
  out.begin_array("values");
  std::array<char, 32> digits{};
  for (const float component : vector) {
    const auto [end, failure] =
        std::to_chars(digits.data(), digits.data() + digits.size(), component);
    out.raw(failure == std::errc() ? std::string_view(digits.data(), end) : "0");
  }
  out.end_array();
}

Error malformed(std::string detail) {
  return upstream_error(ErrorKind::upstream_malformed,
                        "the provider's answer does not hold the embeddings that were asked for",
                        std::move(detail));
}

class Embeddings final : public EmbeddingsFormat {
 public:
  Result<EmbeddingsRequest> decode_request(std::string_view body,
                                           chat::Losses& losses) const override {
    const Result<JsonDoc> doc = JsonDoc::read(body);
    if (!doc) return doc.error();
    EmbeddingsRequest request;
    const JsonItem root = doc->root();
    const JsonItem list = find_field(root, "requests");
    request.single = !list.is_set();
    const auto take = [&](const JsonItem& object) -> Result<void> {
      Result<Piece> piece = decode_piece(object, losses);
      if (!piece) return piece.error();
      return add_piece(request, std::move(*piece));
    };
    Result<void> good = request.single ? take(root) : for_each_in(list, "requests", take);
    if (good && request.inputs.empty()) good = fault("requests", "must hold a request");
    if (!good) return told(good.error());
    return request;
  }

  std::string encode_request(const EmbeddingsRequest& request,
                             chat::Losses& losses) const override {
    std::string body;
    JsonWriter out(body);
    const std::string model = resource_name(request.model);
    out.begin_object().begin_array("requests");
    for (const std::string& input : request.inputs) {
      out.begin_object().string("model", model).begin_object("content").begin_array("parts");
      out.begin_object().string("text", input).end_object().end_array().end_object();
      out.string_if("taskType", request.task_type).string_if("title", request.title);
      if (request.dimensions) out.number("outputDimensionality", *request.dimensions);
      out.end_object();
    }
    out.end_array().end_object();
    if (!request.user.empty()) losses.add("user");
    return body;
  }

  Result<EmbeddingsReply> decode_reply(std::string_view body, std::size_t inputs) const override {
    const Result<JsonDoc> doc = JsonDoc::read(body);
    if (!doc) return malformed(doc.error().message);
    const JsonItem root = doc->root();
    EmbeddingsReply reply;
    const auto take = [&](const JsonItem& embedding) -> Result<void> {
      Result<std::vector<float>> vector = decode_vector(embedding);
      if (!vector) return vector.error();
      reply.vectors.push_back(std::move(*vector));
      return {};
    };
    Result<void> good;
    if (root["embedding"].is_object()) {
      good = take(root["embedding"]);
    } else {
      good = for_each_in(root["embeddings"], "embeddings", take);
    }
    if (!good) return malformed(told(good.error()).message);
    if (reply.vectors.size() != inputs) {
      return malformed(std::to_string(reply.vectors.size()) + " embeddings for " +
                       std::to_string(inputs) + " inputs");
    }
    return reply;
  }

  std::string encode_reply(const EmbeddingsReply& reply,
                           const EmbeddingsRequest& request) const override {
    std::string body;
    JsonWriter out(body);
    out.begin_object();
    if (request.single && !reply.vectors.empty()) {
      out.begin_object("embedding");
      write_vector(out, reply.vectors.front());
      out.end_object();
    } else {
      out.begin_array("embeddings");
      for (const std::vector<float>& vector : reply.vectors) {
        out.begin_object();
        write_vector(out, vector);
        out.end_object();
      }
      out.end_array();
    }
    out.end_object();
    return body;
  }
};

}  // namespace

const EmbeddingsFormat& embeddings() {
  static const Embeddings format;
  return format;
}

}  // namespace arouter::gemini
