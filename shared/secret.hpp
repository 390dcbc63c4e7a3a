// A secret that cannot be printed by accident: no stream operator, no formatter, wiped at its end.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace arouter {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  bool empty() const { return value_.empty(); }
  /// The value itself; the name is long so that its uses are found by search.
  std::string_view reveal() const { return value_; }
  /// "***", with the last four characters when at least 20 are hidden before them.
  std::string masked() const;

 private:
  void wipe();
  std::string value_;
};

}  // namespace arouter
