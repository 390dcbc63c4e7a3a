// Rules about where and when usage comes in a stream.
#pragma once

#include "shared/validate/rule.hpp"

namespace arouter::validate {

Judgement usage_option_accepted(const Transcript& transcript);
Judgement usage_in_stream(const Transcript& transcript);
Judgement usage_in_own_chunk(const Transcript& transcript);
Judgement usage_only_when_asked(const Transcript& transcript);
Judgement usage_sent_once(const Transcript& transcript);
Judgement usage_last_is_final(const Transcript& transcript);
Judgement usage_before_done(const Transcript& transcript);

}  // namespace arouter::validate
