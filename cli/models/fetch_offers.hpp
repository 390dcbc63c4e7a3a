// Asks a provider for its list of models, page by page, with a key of its own.
#pragma once

#include "shared/config.hpp"
#include "shared/error.hpp"
#include "shared/offers/offer.hpp"

namespace arouter {

/// The whole list of `provider`. Errors: bad_request when its key cannot be had or sent; else what
/// stands in the way, in words that name the provider, and its key where that was refused
/// (unauthorized); upstream_malformed for an answer that is no list, or one without an end.
Result<OfferList> fetch_offers(const ProviderConfig& provider);

}  // namespace arouter
