#include "shared/formats/openai/embeddings.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <utility>

#include "shared/base64.hpp"
#include "shared/formats/openai/content.hpp"
#include "shared/formats/openai/usage.hpp"
#include "shared/formats/peek_fields.hpp"

namespace arouter::openai {

namespace {

using chat::Losses;

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> digit_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

/// The padding may lack.
std::optional<std::string> read_base64(std::string_view text) {
  static constexpr std::array<std::int8_t, 256> kValues = digit_values();
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::int8_t value = kValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6U | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held & 255U);
  }
  return bytes;
}

std::string to_bytes(const std::vector<float>& vector) {
  std::string bytes;
  bytes.reserve(vector.size() * 4);
  for (const float value : vector) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) {
      bytes += static_cast<char>(bits >> shift & 255U);
    }
  }
  return bytes;
}

std::optional<std::vector<float>> from_bytes(std::string_view bytes) {
  if (bytes.size() % 4 != 0) return std::nullopt;
  std::vector<float> vector;
  vector.reserve(bytes.size() / 4);
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    std::uint32_t bits = 0;
    for (std::size_t i = 4; i-- > 0;) bits = bits << 8U | static_cast<unsigned char>(bytes[at + i]);
    vector.push_back(std::bit_cast<float>(bits));
  }
  return vector;
}

void append_float(std::string& out, float value) {
  std::array<char, 32> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), written.ptr);
}

std::optional<float> decode_float(const JsonItem& item) {
  const std::string_view digits = item.number();
  float value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  if (read.ec == std::errc::result_out_of_range) return 0.0F;  // nearer to 0 than a float can be
  if (read.ec != std::errc()) return std::nullopt;
  return value;
}

Error malformed(std::string detail) {
  return upstream_error(ErrorKind::upstream_malformed,
                        "the provider's answer holds no usable embeddings", std::move(detail));
}

/// Floats, or base64 of them, whatever was asked for.
std::optional<std::vector<float>> decode_vector(const JsonItem& item) {
  if (item.is_string()) {
    const std::optional<std::string> bytes = read_base64(item.text());
    return bytes ? from_bytes(*bytes) : std::nullopt;
  }
  if (!item.is_array()) return std::nullopt;
  std::vector<float> vector;
  for (const JsonItem element : item) {
    const std::optional<float> value = decode_float(element);
    if (!value) return std::nullopt;
    vector.push_back(*value);
  }
  return vector;
}

Result<void> read_inputs(const JsonItem& input, EmbeddingsRequest& request) {
  const Place place{nullptr, "input"};
  if (!input.is_set()) return bad_place(place, "is required");
  if (input.is_string()) {
    Result<std::string> text = decode_text(input, place);
    if (!text) return text.error();
    request.inputs.push_back(*std::move(text));
    return {};
  }
  if (!input.is_array() || input.empty()) {
    return bad_place(place, "must be a string or an array of strings");
  }
  std::size_t index = 0;
  for (const JsonItem item : input) {
    const Place at{&place, {}, index++};
    if (item.is_array() || !item.number().empty()) {
      return bad_place(place, "holds tokens, which this model's provider cannot read: send text");
    }
    Result<std::string> text = decode_text(item, at);
    if (!text) return text.error();
    request.inputs.push_back(*std::move(text));
  }
  return {};
}

Result<void> read_shape(const JsonItem& root, EmbeddingsRequest& request) {
  if (const JsonItem dimensions = root["dimensions"]; dimensions.is_set()) {
    request.dimensions = dimensions.count();
    if (!request.dimensions || *request.dimensions < 1) {
      return bad_place(Place{nullptr, "dimensions"}, "must be a whole number from 1 on");
    }
  }
  const Place nowhere{};
  const Result<std::string> coding = decode_member(root, "encoding_format", nowhere);
  if (!coding) return coding.error();
  if (!coding->empty() && *coding != "float" && *coding != "base64") {
    return bad_place(Place{nullptr, "encoding_format"}, "must be \"float\" or \"base64\"");
  }
  request.base64 = *coding == "base64";
  return {};
}

class Embeddings : public EmbeddingsFormat {
 public:
  Result<EmbeddingsRequest> decode_request(std::string_view body, Losses& losses) const override {
    const Result<JsonDoc> doc = JsonDoc::read(body);
    if (!doc) return doc.error();
    const JsonItem root = doc->root();
    EmbeddingsRequest request;
    const Place nowhere{};
    Result<std::string> model = decode_member(root, "model", nowhere);
    if (!model) return model.error();
    Result<std::string> user = decode_member(root, "user", nowhere);
    if (!user) return user.error();
    request.model = *std::move(model);
    request.user = *std::move(user);
    if (Result<void> good = read_inputs(root["input"], request); !good) return good.error();
    if (Result<void> good = read_shape(root, request); !good) return good.error();
    constexpr std::array<std::string_view, 5> kKnown{"model", "user", "input", "dimensions",
                                                     "encoding_format"};
    for (const JsonItem member : root) {
      bool known = !member.is_set() || peek_fields::is_heeded(member);
      for (const std::string_view name : kKnown) known = known || member.named(name);
      if (!known) losses.add(member.key());
    }
    return request;
  }

  std::string encode_request(const EmbeddingsRequest& request, Losses& losses) const override {
    std::string out;
    JsonWriter json(out);
    json.begin_object().string("model", request.model).begin_array("input");
    for (const std::string& input : request.inputs) json.string(input);
    json.end_array();
    if (request.dimensions) json.number("dimensions", *request.dimensions);
    // The shorter spelling on the way, whatever the client wants; both are read.
    json.string("encoding_format", request.base64 ? "base64" : "float");
    json.string_if("user", request.user).end_object();
    if (!request.task_type.empty()) losses.add("task_type");
    if (!request.title.empty()) losses.add("title");
    return out;
  }

  Result<EmbeddingsReply> decode_reply(std::string_view body, std::size_t inputs) const override {
    const Result<JsonDoc> doc = JsonDoc::read(body);
    if (!doc) return malformed(doc.error().message);
    const JsonItem root = doc->root();
    EmbeddingsReply reply;
    reply.model = root["model"].text();
    reply.vectors.resize(inputs);
    std::vector<bool> filled(inputs, false);
    std::size_t position = 0;
    for (const JsonItem item : root["data"]) {
      const auto index = static_cast<std::size_t>(
          item["index"].count().value_or(static_cast<std::int64_t>(position)));
      ++position;
      if (index >= inputs || filled[index]) return malformed("an index that was not asked for");
      std::optional<std::vector<float>> vector = decode_vector(item["embedding"]);
      if (!vector) return malformed("a vector that is none");
      reply.vectors[index] = *std::move(vector);
      filled[index] = true;
    }
    if (position != inputs) return malformed("too few vectors");
    const std::string_view usage = root["usage"].raw();
    reply.usage = decode_embeddings_usage(usage, {root["usage"].type(), 0, usage.size()});
    return reply;
  }

  std::string encode_reply(const EmbeddingsReply& reply,
                           const EmbeddingsRequest& request) const override {
    std::string out;
    JsonWriter json(out);
    json.begin_object().string("object", "list").begin_array("data");
    std::int64_t index = 0;
    for (const std::vector<float>& vector : reply.vectors) {
      json.begin_object().string("object", "embedding").number("index", index++);
      write_vector(json, vector, request.base64);
      json.end_object();
    }
    json.end_array().string("model", reply.model.empty() ? request.model : reply.model);
    const std::int64_t tokens = reply.usage ? reply.usage->input_tokens : 0;
    json.begin_object("usage").number("prompt_tokens", tokens).number("total_tokens", tokens);
    if (reply.cost) {
      for (const CostMember& member : cost_members(*reply.cost))
        json.raw(member.name, member.value);
    }
    json.end_object().end_object();
    return out;
  }

 private:
  static void write_vector(JsonWriter& json, const std::vector<float>& vector, bool as_base64) {
    if (as_base64) {
      json.string("embedding", encode_base64(to_bytes(vector)));
      return;
    }
    std::string floats = "[";
    floats.reserve(vector.size() * 14 + 2);
    for (const float value : vector) {
      if (floats.size() > 1) floats += ',';
      append_float(floats, value);
    }
    json.raw("embedding", floats + "]");
  }
};

}  // namespace

Result<Peek> peek_embeddings(std::string_view body) {
  enum : std::size_t { kModel, kUser, kApiBase, kBaseUrl, kApiKey, kFirstRouting };
  std::array<JsonMember, kFirstRouting + std::size(peek_fields::kRoutingKeys)> members{
      JsonMember{.key = "model"}, JsonMember{.key = "user"}, JsonMember{.key = "api_base"},
      JsonMember{.key = "base_url"}, JsonMember{.key = "api_key"}};
  peek_fields::name_routing(members);
  Result<void> good = scan_object(body, members);
  if (!good) return good.error();
  Peek peek;
  peek.last_brace = body.rfind('}');
  peek_fields::take_routing(members, peek);
  good = peek_fields::refuse_destinations(members);
  if (good) good = peek_fields::read_model(body, members[kModel], peek);
  if (good) good = peek_fields::read_user(body, members[kUser], peek);
  if (!good) return good.error();
  return peek;
}

const EmbeddingsFormat& embeddings() {
  static const Embeddings instance;
  return instance;
}

}  // namespace arouter::openai
