// What a provider offers compared with what the configuration says of it. Pure.
//
// What the list does not say changes nothing, and prices are never guessed: a model that the list
// has no price for gets none, and keeps the one it has. Names are the owner's once they are
// written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shared/config.hpp"
#include "shared/config/model_edit.hpp"
#include "shared/offers/offer.hpp"

namespace arouter {

struct FieldDiff {
  ModelField field;      // as it would be written
  std::string old_text;  // for people; "" when nothing was said
  std::string new_text;
  bool is_price = false;
};

struct OfferDiff {
  enum class Kind : std::uint8_t { added, changed, unlisted };
  Kind kind = Kind::added;
  std::string id;
  std::vector<FieldDiff> fields{};  // none of unlisted ones
};

/// In the order of the configuration, then what is new in the order of the list.
std::vector<OfferDiff> compare_offers(const ProviderConfig& provider,
                                      const std::vector<Offer>& offers);

/// What is to be written of the differences.
struct EditChoice {
  bool known_prices = false;  // prices of models that are configured already
  bool comment_out_unlisted = false;
};
std::vector<ModelEdit> edits_for(const std::vector<OfferDiff>& diffs, const EditChoice& choice);

}  // namespace arouter
