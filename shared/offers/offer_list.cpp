// Lists of models in the shapes that providers give them.
#include <algorithm>

#include "shared/config/sections.hpp"
#include "shared/json_doc.hpp"
#include "shared/offers/offer.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostOffers = 5'000;
constexpr std::size_t kMostRemarks = 100;
constexpr std::size_t kMostParameters = 64;
constexpr std::size_t kMostName = 200;
constexpr std::size_t kShownId = 64;
constexpr std::int64_t kMostTokens = 1'000'000'000;
// Dearer than any token: such a price is meant for another unit.
constexpr Money kMostPerToken{100'000'000'000};  // 0.1 USD

void remark(OfferList& list, std::string text) {
  if (list.remarks.size() < kMostRemarks) list.remarks.push_back(std::move(text));
}

/// The first of the members that states a number of tokens.
template <class... Items>
std::int64_t tokens_of(const Items&... items) {
  std::int64_t tokens = 0;
  const auto take = [&](const JsonItem& item) {
    const std::int64_t count = item.count().value_or(0);
    if (tokens == 0 && count > 0 && count <= kMostTokens) tokens = count;
  };
  (take(items), ...);
  return tokens;
}

/// Fit for the configuration and for people: no controls, one line, not too long.
std::string name_of(const JsonItem& item) {
  std::string name = strip_terminal_controls(item.text().substr(0, kMostName));
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return name;
}

bool is_parameter(std::string_view word) {
  return !word.empty() && word.size() <= 64 && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_modality(std::string_view word) {
  constexpr std::string_view kKnown[] = {"text", "image", "file", "audio", "video", "embeddings"};
  return std::find(std::begin(kKnown), std::end(kKnown), word) != std::end(kKnown);
}

std::vector<std::string> words_of(const JsonItem& array, bool (*fits)(std::string_view)) {
  std::vector<std::string> words;
  if (!array.is_array()) return words;
  for (const JsonItem item : array) {
    std::string word = item.text();
    const bool is_new = std::find(words.begin(), words.end(), word) == words.end();
    if (fits(word) && is_new && words.size() < kMostParameters) words.push_back(std::move(word));
  }
  return words;
}

bool says_yes(const JsonItem& flag) {
  return flag.boolean().value_or(false);
}

void read_modalities(const JsonItem& model, Offer& offer) {
  const JsonItem architecture = model["architecture"];
  const auto words = [&](const char* key) {
    std::vector<std::string> own = words_of(architecture[key], is_modality);
    return own.empty() ? words_of(model[key], is_modality) : own;
  };
  offer.input_modalities = words("input_modalities");
  offer.output_modalities = words("output_modalities");
  if (!offer.input_modalities.empty()) return;
  // Anthropic, Mistral, Fireworks: flags.
  const JsonItem abilities = model["capabilities"];
  const bool sees = says_yes(abilities["image_input"]["supported"]) ||
                    says_yes(abilities["vision"]) || says_yes(model["supports_image_input"]);
  const bool reads = says_yes(abilities["pdf_input"]["supported"]);
  if (sees || reads) offer.input_modalities = {"text"};
  if (sees) offer.input_modalities.emplace_back("image");
  if (reads) offer.input_modalities.emplace_back("file");
}

void read_expiration(const JsonItem& model, Offer& offer) {
  for (const char* key : {"expiration_date", "deprecation_date", "deprecation"}) {
    const std::string day = model[key].text().substr(0, 10);
    if (offer.expiration_date.empty() && decode_day(day)) offer.expiration_date = day;
  }
}

class PriceReader {
 public:
  PriceReader(OfferList& list, Offer& offer) : list_(list), offer_(offer) {}

  void read(const JsonItem& pricing) {
    if (!pricing.is_object()) return;
    const bool is_together = pricing["hourly"].present() || pricing["finetune"].present();
    if (pricing["prompt"].is_set() || pricing["completion"].is_set()) {
      read_per_token(pricing);
    } else if (is_together && !pricing["input"].number().empty()) {
      read_per_million(pricing);
    }
    if (!is_whole_) offer_.prices.clear();
    if (!is_whole_ && !why_.empty()) remark(list_, offer_.id + ": no price taken over: " + why_);
    if (is_whole_ && pricing["overrides"].is_array() && !pricing["overrides"].empty()) {
      remark(list_, offer_.id +
                        ": has prices that depend on the request (overrides), which are not "
                        "taken over");
    }
  }

 private:
  void read_per_token(const JsonItem& pricing) {
    is_whole_ = true;
    for (const char* key : {"prompt", "completion"}) take(pricing[key], key, key, 0);
    for (const char* key : {"request", "input_cache_read", "input_cache_write",
                            "internal_reasoning", "image", "web_search"}) {
      if (pricing[key].is_set()) take(pricing[key], key, key, 0);
    }
    check_unit();
  }

  void read_per_million(const JsonItem& pricing) {
    is_whole_ = true;
    take(pricing["input"], "input", "prompt", 6);
    take(pricing["output"], "output", "completion", 6);
    const auto is_zero = [](const OfferedPrice& each) { return each.amount.pico_usd == 0; };
    if (std::all_of(offer_.prices.begin(), offer_.prices.end(), is_zero)) is_whole_ = false;
    if (pricing["cached_input"].is_set()) {
      take(pricing["cached_input"], "cached_input", "input_cache_read", 6);
    }
    check_unit();
  }

  void take(const JsonItem& item, const std::string& from, const char* key, int places) {
    const std::string lexeme = item.is_string() ? item.text() : std::string(item.number());
    const std::optional<Money> amount = decode_price(lexeme, places);
    if (amount) {
      offer_.prices.push_back({key, *amount});
      return;
    }
    is_whole_ = false;
    if (lexeme.starts_with('-')) return;  // cannot be told, it says
    if (!why_.empty()) return;
    why_ = from + (lexeme.empty()
                       ? " is missing"
                       : " is '" + lexeme.substr(0, 40) + "', which cannot be kept exactly");
  }

  void check_unit() {
    for (const OfferedPrice& price : offer_.prices) {
      const bool per_token = price.key == "prompt" || price.key == "completion";
      if (!per_token || price.amount <= kMostPerToken) continue;
      is_whole_ = false;
      why_ = price.key + " would be more than 0.1 USD for a token";
    }
  }

  OfferList& list_;
  Offer& offer_;
  bool is_whole_ = false;
  std::string why_;
};

bool is_out_of_use(const JsonItem& model) {
  if (!model["active"].boolean().value_or(true) || says_yes(model["archived"])) return true;
  const JsonItem methods = model["supportedGenerationMethods"];  // Gemini
  if (!methods.is_array()) return false;
  for (const JsonItem method : methods) {
    if (method.text() == "generateContent" || method.text() == "embedContent") return false;
  }
  return true;
}

Offer offer_of(OfferList& list, std::string id, std::string_view format, const JsonItem& model) {
  Offer offer;
  offer.id = std::move(id);
  const JsonItem top = model["top_provider"];
  offer.name = name_of(model[format == "gemini"      ? "displayName"
                             : format == "anthropic" ? "display_name"
                                                     : "name"]);
  if (offer.name.empty()) offer.name = name_of(model["display_name"]);
  if (offer.name == offer.id) offer.name.clear();
  offer.created = model["created"].count().value_or(0);
  if (offer.created > 253'402'300'799) offer.created = 0;
  offer.context_length =
      tokens_of(model["context_length"], model["context_window"], model["max_context_length"],
                model["max_model_len"], model["max_input_tokens"], model["inputTokenLimit"],
                top["context_length"], model["meta"]["n_ctx"]);
  offer.max_completion_tokens = tokens_of(
      top["max_completion_tokens"], model["max_completion_tokens"], model["max_output_length"],
      model["outputTokenLimit"], format == "anthropic" ? model["max_tokens"] : JsonItem());
  read_modalities(model, offer);
  // A list of some abilities is none of all: the flags of others stay out.
  offer.supported_parameters = words_of(model["supported_parameters"], is_parameter);
  read_expiration(model, offer);
  PriceReader(list, offer).read(model["pricing"]);
  return offer;
}

std::string id_of(std::string_view format, const JsonItem& model) {
  if (format != "gemini") return model["id"].text();
  const std::string name = model["name"].text();
  return name.starts_with("models/") ? name.substr(7) : name;
}

void add_model(OfferList& list, std::string_view format, const JsonItem& model) {
  if (!model.is_object() || is_out_of_use(model)) return;
  std::string id = id_of(format, model);
  if (!is_model_name(id)) {
    const std::string shown = strip_terminal_controls(id.substr(0, kShownId));
    return remark(list, id.empty() ? "a model without an id is left out"
                                   : "'" + shown + "' is left out: no name that can be asked for");
  }
  const auto is_same = [&](const Offer& each) { return each.id == id; };
  if (std::any_of(list.offers.begin(), list.offers.end(), is_same)) {
    return remark(list, id + ": listed twice; the first one counts");
  }
  list.offers.push_back(offer_of(list, std::move(id), format, model));
}

}  // namespace

Result<void> add_page(OfferList& list, std::string_view format, std::string_view body) {
  const Result<JsonDoc> document = JsonDoc::read(body);
  const JsonItem root = document ? document->root() : JsonItem();
  const JsonItem models = !document                 ? JsonItem()
                          : root.is_array()         ? root
                          : root["data"].is_array() ? root["data"]
                                                    : root["models"];
  // What has nothing to list says so in many ways: {} on Gemini's.
  const bool is_bare = document && format == "gemini" && root.is_object() && root.empty();
  if (!is_bare && (!models.present() || !models.is_array())) {
    return upstream_error(ErrorKind::upstream_malformed,
                          "the answer is no list of models; is the base_url right?");
  }
  list.next.clear();
  if (is_bare) return {};
  for (const JsonItem model : models) {
    if (list.offers.size() >= kMostOffers) {
      remark(list, "the list goes on behind 5000 models, which is as far as it is read");
      return {};
    }
    add_model(list, format, model);
  }
  if (format == "gemini") list.next = root["nextPageToken"].text();
  if (format == "anthropic" && says_yes(root["has_more"])) list.next = root["last_id"].text();
  return {};
}

}  // namespace arouter
