#include "shared/secret.hpp"

#include <cstring>

namespace arouter {

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    value_ = std::move(other.value_);
    other.wipe();
  }
  return *this;
}

std::string Secret::masked() const {
  if (value_.size() < 24) return "***";
  return "***" + value_.substr(value_.size() - 4);
}

void Secret::wipe() {
  // explicit_bzero: a plain loop before a free is dead code to the optimiser.
  explicit_bzero(value_.data(), value_.capacity());
  value_.clear();
}

}  // namespace arouter
