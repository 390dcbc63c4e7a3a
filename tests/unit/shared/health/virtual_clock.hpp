// The time that tests of health tell: it stands still until moved.
#pragma once

#include <chrono>

#include "shared/health/steady_time.hpp"

namespace arouter::test {

using namespace std::chrono_literals;

struct VirtualClock {
  SteadyTime now{1'000'000s};
  SteadyTime after(std::chrono::milliseconds time) { return now += time; }
};

}  // namespace arouter::test
