#include "shared/model_card.hpp"

#include "shared/json_scan.hpp"

namespace arouter {

namespace {

/// Writes the members of an object in the order they are given.
class ObjectWriter {
 public:
  ObjectWriter& text(std::string_view key, std::string_view value) {
    begin(key);
    append_json_string(json_, value);
    return *this;
  }
  ObjectWriter& text_or_null(std::string_view key, std::string_view value) {
    return value.empty() ? raw(key, "null") : text(key, value);
  }
  ObjectWriter& texts(std::string_view key, const std::vector<std::string>& values) {
    begin(key);
    json_ += '[';
    for (const std::string& value : values) {
      if (json_.back() != '[') json_ += ',';
      append_json_string(json_, value);
    }
    json_ += ']';
    return *this;
  }
  /// A count that is not known is null, not 0.
  ObjectWriter& count_or_null(std::string_view key, std::int64_t value) {
    return raw(key, value > 0 ? std::to_string(value) : "null");
  }
  ObjectWriter& raw(std::string_view key, std::string_view json) {
    begin(key);
    json_ += json;
    return *this;
  }
  std::string take() { return std::move(json_) + "}"; }

 private:
  void begin(std::string_view key) {
    if (json_.size() > 1) json_ += ',';
    append_json_string(json_, key);
    json_ += ':';
  }

  std::string json_ = "{";
};

std::string encode_architecture(const Architecture& architecture) {
  ObjectWriter object;
  object.texts("input_modalities", architecture.input_modalities);
  object.texts("output_modalities", architecture.output_modalities);
  object.text_or_null("tokenizer", architecture.tokenizer);
  object.text_or_null("instruct_type", architecture.instruct_type);
  return object.take();
}

std::string encode_pricing(const Pricing& pricing) {
  if (!pricing.known) return "null";
  ObjectWriter object;
  const auto price = [&](std::string_view key, Money amount, bool shown) {
    if (shown) object.text(key, encode_money(amount));
  };
  price("prompt", pricing.prompt, true);
  price("completion", pricing.completion, true);
  price("request", pricing.request, pricing.request.pico_usd > 0);
  price("image", pricing.image, pricing.image.pico_usd > 0);
  price("web_search", pricing.web_search, pricing.web_search.pico_usd > 0);
  price("internal_reasoning", pricing.internal_reasoning, pricing.internal_reasoning.pico_usd > 0);
  price("input_cache_read", pricing.input_cache_read, pricing.has_cache_read);
  price("input_cache_write", pricing.input_cache_write, pricing.has_cache_write);
  return object.take();
}

std::string encode_top_provider(const ModelConfig& model) {
  ObjectWriter object;
  object.count_or_null("context_length", model.context_length);
  object.count_or_null("max_completion_tokens", model.max_completion_tokens);
  object.raw("is_moderated", "false");
  return object.take();
}

}  // namespace

std::string encode_model_card(std::string_view id, const ModelConfig& model) {
  ObjectWriter card;
  card.text("id", id);
  card.text("canonical_slug", id);
  card.text("object", "model");
  card.raw("created", std::to_string(model.created));
  card.text("owned_by", id.substr(0, id.find('/')));
  card.text("name", model.name.empty() ? id : std::string_view(model.name));
  card.text("description", model.description);
  card.count_or_null("context_length", model.context_length);
  card.raw("architecture", encode_architecture(model.architecture));
  card.raw("pricing", encode_pricing(model.pricing));
  card.raw("top_provider", encode_top_provider(model));
  card.raw("per_request_limits", "null");
  card.texts("supported_parameters", model.supported_parameters);
  card.raw("default_parameters", "null");
  card.text_or_null("expiration_date", model.expiration_date);
  return card.take();
}

std::string encode_model_list(const std::vector<std::string_view>& cards) {
  std::string list = R"({"object":"list","data":[)";
  for (const std::string_view card : cards) {
    if (list.back() != '[') list += ',';
    list += card;
  }
  return list + "]}";
}

}  // namespace arouter
