// What a provider says it offers: the answers of its list of models, read. Pure.
//
// Sources (checked 2026-11-30): the references of OpenAI (GET /v1/models), Anthropic (GET
// /v1/models, pages by after_id), Gemini (GET /v1beta/models, pages by pageToken) and OpenRouter
// (GET /api/v1/models: prices per token as texts); what Together, Groq, Mistral, Fireworks, vLLM
// and llama.cpp add to OpenAI's shape.
// Surprises: Together answers a bare array, and its prices are numbers for a million tokens, 0
// where it charges in another way; OpenRouter's "-1" is a price that cannot be told; Anthropic's
// limits may be 0, which means nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/money.hpp"

namespace arouter {

struct OfferedPrice {
  std::string key;  // of [provider.model.pricing]: "prompt"
  Money amount;     // USD per unit, exact
};

/// One model; what the list does not say, or in no way that is understood, is empty or 0.
struct Offer {
  std::string id;  // fit for the configuration
  std::string name;
  std::int64_t created = 0;  // Unix seconds
  std::int64_t context_length = 0;
  std::int64_t max_completion_tokens = 0;
  std::vector<std::string> input_modalities, output_modalities;
  std::vector<std::string> supported_parameters;
  std::string expiration_date;       // "2027-01-31"
  std::vector<OfferedPrice> prices;  // prompt and completion at least, or none at all
};

/// Offers with nobody's id twice, as pages of a list add them.
struct OfferList {
  std::vector<Offer> offers;
  std::vector<std::string> remarks;  // what was left out, and why; texts of the list may be in it
  std::string next;                  // what the next page is asked with; "" at the end
};

/// Adds the page `body` of a list in `format` ("openai", "anthropic", "gemini", "responses").
/// At most 5,000 models and 100 remarks are kept. Errors: upstream_malformed when it is no list.
Result<void> add_page(OfferList& list, std::string_view format, std::string_view body);

/// The amount that a JSON number or text says ("2.5e-06"), divided by 10^`places`. Nothing when it
/// is negative, no number, or has more places than money has.
std::optional<Money> decode_price(std::string_view lexeme, int places);

}  // namespace arouter
