// What a request may use, from what is known before it is sent.
//
// Two figures. `most` is an upper bound that holds whatever the provider does within its own
// promises: a byte-level tokenizer makes no more tokens than there are bytes of text, a body has at
// least as many bytes as its text, and an output is cut at the cap that is sent along. `estimate`
// is a guess at what is usual: 3.5 bytes a token, a quarter of the cap.
//
// Surprises: a price may rise with the prompt's length, so the bound is the dearest of all lengths
// up to the longest. Prices that depend on the time of day are those of when the request began.
#pragma once

#include <cstdint>

#include "shared/limits/admission.hpp"
#include "shared/price_table.hpp"

namespace arouter::limits {

/// Of a request.
struct Ask {
  std::int64_t body_bytes = 0;
  std::int64_t messages = 0;    // how many, or a number that they do not exceed
  std::int64_t media = 0;       // images, files, sounds, likewise
  std::int64_t max_tokens = 0;  // that the client named; 0: none
  std::int64_t choices = 1;     // `n`
  bool has_output = true;       // false: embeddings, counting tokens
  std::int64_t began_s = 0;     // Unix seconds
};

/// Of an endpoint that may serve it.
struct Offer {
  const PriceTable* pricing = nullptr;
  std::int64_t max_completion_tokens = 0;  // 0: unknown
};

struct ReservationRules {
  std::int64_t tokens_per_message = 16;  // what a template puts around each
  std::int64_t template_tokens = 1'024;  // and around all, with tools
  std::int64_t tokens_per_media = 50'000;
  // Where neither client nor model say how long an answer may be.
  std::int64_t output_cap = 4'096;
};

struct Reservation {
  std::int64_t input_tokens = 0, output_tokens = 0;  // at most, over all choices
  std::int64_t estimated_tokens = 0;                 // both together
  Money most{}, estimate{};
  bool is_priced = true;
  // What must be sent as max_tokens for `most` to hold, each choice; 0: the client named one.
  std::int64_t cap_to_send = 0;
};

/// Negative counts are 0; sums saturate.
Reservation reserve(const Ask& ask, const Offer& offer, const ReservationRules& rules = {});

/// Makes `all` the bound of a request that either may serve. The cap is sent to each its own.
void widen(Reservation& all, const Reservation& other);

/// What admission asks for.
Demand demand_of(const Reservation& reservation);

}  // namespace arouter::limits
