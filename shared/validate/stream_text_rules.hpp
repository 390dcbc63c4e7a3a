// Rules of the stream area that look at the text as a whole, or at streams that fail.
#pragma once

#include "shared/validate/rule.hpp"

namespace arouter::validate {

Judgement streams_accepted(const Transcript& transcript);
Judgement streams_end_well(const Transcript& transcript);
Judgement content_is_new(const Transcript& transcript);
Judgement deltas_are_sent_once(const Transcript& transcript);
Judgement loses_nothing(const Transcript& transcript);
Judgement error_is_object(const Transcript& transcript);
Judgement error_by_status(const Transcript& transcript);

}  // namespace arouter::validate
