// What an admitted request holds of the limiter's tables until it has ended.
#pragma once

#include <array>
#include <vector>

#include "shared/limits/admission.hpp"

namespace arouter::daemon {

struct LimiterShard;

/// A budget's share was reached: to be told once.
struct BudgetAlert {
  std::size_t claim = 0;  // its place among the request's claims
  std::uint8_t percent = 0;
  Money spent{};
  limits::Budget budget{};
};

/// Places among requests at once, estimated tokens and held money. Ended exactly once: by settle()
/// or release(), else when it is destroyed.
///
/// Threads: any, one at a time. The limiter outlives it.
class Lease {
 public:
  Lease() = default;
  Lease(Lease&& other) noexcept;
  Lease& operator=(Lease&& other) noexcept;
  ~Lease();

  /// Replaces what was held by what was used. Nothing, where it has ended before.
  std::vector<BudgetAlert> settle(const limits::Actual& actual, std::int64_t steady_ns);
  /// Of a request that used nothing: money and tokens are given back.
  void release(std::int64_t steady_ns) noexcept;

 private:
  friend class Limiter;

  struct Part {
    LimiterShard* shard = nullptr;
    limits::SubjectState* state = nullptr;  // stays where it is while the lease counts as running
    limits::Limits limits{};                // as they were at admission
    limits::Charge charge{};
    std::size_t claim = 0;
  };

  std::array<Part, limits::kMostSubjects> parts_{};
  std::size_t size_ = 0;
};

}  // namespace arouter::daemon
