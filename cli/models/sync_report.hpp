// What `arouter models sync` shows: the differences, line by line. Pure.
#pragma once

#include <string>
#include <vector>

#include "cli/models/styled_line.hpp"
#include "shared/offers/offer_diff.hpp"

namespace arouter {

/// "+ model" with what is known of it, "~ model" with old and new values, "- model" for what is no
/// longer listed. Prices of configured models say PRICE.
std::vector<StyledLine> report_diffs(const std::vector<OfferDiff>& diffs);

/// Configured models whose price differs.
std::size_t count_price_changes(const std::vector<OfferDiff>& diffs);

/// "2 new, 1 changed, 1 no longer listed".
std::string summary_of(const std::vector<OfferDiff>& diffs);

}  // namespace arouter
