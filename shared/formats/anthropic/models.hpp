// What a model takes of the Messages API, told from its name.
//
// Source: Anthropic's model overview, "Extended thinking", "Adaptive thinking", "Structured
// outputs" and the migration guides of the models (checked 2026-11-24).
// Surprises: the newer models answer 400 to what the older ones need. A budget for thinking is
// refused from 4.7 on, and "adaptive" before 4.6; sampling parameters are refused from 4.7 on;
// thoughts are left out of answers from 4.7 on unless they are asked for; Fable and Mythos cannot
// be told not to think. Models that are not Anthropic's (imitations of the API) are taken to be
// like the older ones, but with everything else allowed.
#pragma once

#include <string_view>

namespace arouter::anthropic {

struct ModelTraits {
  bool is_claude = false;
  bool adaptive_thinking = false;  // thinking {adaptive} and output_config.effort, no budget
  bool xhigh_effort = false;       // effort has the step "xhigh"
  bool thinks_unasked = false;     // thinks unless told not to
  bool thinks_always = false;      // cannot be told not to
  bool takes_disabled = true;      // thinking {disabled} is no fault
  bool takes_sampling = true;      // temperature, top_p, top_k
  bool one_sampler = false;        // temperature or top_p, not both
  bool takes_schema = true;        // output_config.format, strict tools
};

/// `model` may have anything before and behind: "us.anthropic.claude-opus-4-6-v1:0".
ModelTraits traits_of(std::string_view model);

}  // namespace arouter::anthropic
