// Reads out of a request's body what a reservation asks: how many messages, choices and media, and
// how many bytes may be text. For requests that are subject to limits on tokens or money.
//
// Written for the bodies of every format at once: they name media differently and never alike for
// something else. What is counted too often only makes the bound higher.
#pragma once

#include <cstdint>
#include <string_view>

#include "shared/formats/format.hpp"
#include "shared/limits/reservation.hpp"

namespace arouter::limits {

/// `body` is JSON that a peek has read, and `peek` what it found. `began_s`: Unix seconds.
Ask ask_of(CallKind call, std::string_view body, const Peek& peek, std::int64_t began_s);

}  // namespace arouter::limits
