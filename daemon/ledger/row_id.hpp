// What the ledger alone may do with row ids; the rest of them is in ledger.hpp.
#pragma once

#include <cstdint>

namespace arouter {

/// Later ids of this process are greater than `id`: a clock that was set back between two runs
/// cannot make an id twice.
void continue_row_ids_after(std::int64_t id) noexcept;

/// The least id that a request of that time (Unix microseconds, not negative) can have.
std::int64_t first_row_id(std::int64_t unix_us) noexcept;

}  // namespace arouter
