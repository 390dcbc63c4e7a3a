// The clock of everything under health/. Nothing there reads it: each call is told the time.
//
// Callers on several threads may come with times a little out of order; an earlier time than one
// already seen is harmless everywhere (it counts as the present, and undoes nothing).
#pragma once

#include <chrono>

namespace arouter {

using SteadyTime = std::chrono::steady_clock::time_point;

}  // namespace arouter
