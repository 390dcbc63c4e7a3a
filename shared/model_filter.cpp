#include "shared/model_filter.hpp"

#include <algorithm>
#include <charconv>

#include "shared/http/byte_class.hpp"
#include "shared/http/head.hpp"
#include "shared/http/query.hpp"

namespace arouter {

namespace {

using Words = std::vector<std::string>;

bool holds(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool holds_any(const Words& words, const Words& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& word) { return holds(words, word); });
}

bool holds_all(const Words& words, const Words& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const std::string& word) { return holds(words, word); });
}

/// "Text,image" as its words.
Words split(std::string_view list) {
  Words words;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::string word(list.substr(0, end));
    for (char& byte : word) byte = ascii_lower(byte);
    if (!word.empty()) words.push_back(std::move(word));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return words;
}

/// What is not known sorts nothing.
ModelSort decode_sort(std::string_view word) {
  if (word == "pricing-low-to-high") return ModelSort::cheapest;
  if (word == "pricing-high-to-low") return ModelSort::dearest;
  if (word == "context-high-to-low") return ModelSort::longest_context;
  return word == "newest" ? ModelSort::newest : ModelSort::by_id;
}

Result<std::int64_t> decode_context(std::string_view digits) {
  std::int64_t tokens = 0;
  const auto [stop, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), tokens);
  if (failure == std::errc() && stop == digits.data() + digits.size() && tokens >= 0) return tokens;
  return client_error(ErrorKind::bad_request, "'context' must be a number of tokens", "context");
}

bool passes(const Model& model, const CatalogFilter& filter) {
  const Architecture& architecture = model.listed.architecture;
  const auto offers = [&](const std::string& provider) {
    return std::any_of(model.endpoints.begin(), model.endpoints.end(),
                       [&](const Endpoint& each) { return each.provider->name == provider; });
  };
  if (!filter.output_modalities.empty() &&
      !holds_any(architecture.output_modalities, filter.output_modalities)) {
    return false;
  }
  if (!filter.providers.empty() &&
      std::none_of(filter.providers.begin(), filter.providers.end(), offers)) {
    return false;
  }
  return holds_all(architecture.input_modalities, filter.input_modalities) &&
         holds_all(model.listed.supported_parameters, filter.supported_parameters) &&
         model.listed.context_length >= filter.min_context;
}

/// What is asked for three tokens in and one out; what has no price comes last.
bool is_cheaper(const Model& a, const Model& b, bool dearest_first) {
  const PriceTable &left = a.listed.pricing, &right = b.listed.pricing;
  if (left.known != right.known || !left.known) return left.known && !right.known;
  const auto price = [](const PriceTable& table) {
    return add(cost_of(table.prompt, 3), table.completion);
  };
  return dearest_first ? price(right) < price(left) : price(left) < price(right);
}

bool comes_before(const Model& a, const Model& b, ModelSort sort) {
  switch (sort) {
    case ModelSort::by_id:
      return false;  // as they are
    case ModelSort::cheapest:
    case ModelSort::dearest:
      return is_cheaper(a, b, sort == ModelSort::dearest);
    case ModelSort::longest_context:
      return a.listed.context_length > b.listed.context_length;
    case ModelSort::newest:
      return a.listed.created > b.listed.created;
  }
  return false;
}

}  // namespace

Result<CatalogFilter> decode_catalog_filter(std::string_view query) {
  CatalogFilter filter;
  while (const auto field = take_query_field(query)) {
    const auto is = [&](std::string_view name) { return field->name == name; };
    Words* const words = is("output_modalities")      ? &filter.output_modalities
                         : is("input_modalities")     ? &filter.input_modalities
                         : is("supported_parameters") ? &filter.supported_parameters
                         : is("providers")            ? &filter.providers
                                                      : nullptr;
    if (words == nullptr && !is("sort") && !is("context")) continue;
    const Result<std::string> value = percent_decode(field->value);
    if (!value) return value.error();
    if (words != nullptr) *words = split(*value);
    if (is("sort")) filter.sort = decode_sort(*value);
    if (!is("context") || value->empty()) continue;
    const Result<std::int64_t> context = decode_context(*value);
    if (!context) return context.error();
    filter.min_context = *context;
  }
  if (holds(filter.output_modalities, "all")) filter.output_modalities.clear();
  return filter;
}

std::vector<const Model*> filter_models(std::vector<const Model*> models,
                                        const CatalogFilter& filter) {
  std::erase_if(models, [&](const Model* model) { return !passes(*model, filter); });
  std::stable_sort(models.begin(), models.end(), [&](const Model* a, const Model* b) {
    return comes_before(*a, *b, filter.sort);
  });
  return models;
}

}  // namespace arouter
