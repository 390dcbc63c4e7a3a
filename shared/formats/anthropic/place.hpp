// Where a fault lies in a body, told only when there is one: "messages[2].content[0].source".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "shared/formats/peek_fields.hpp"

namespace arouter::anthropic {

/// A field, or an element of the field above it. Lives on the stack below its parent.
struct Place {
  const Place* parent = nullptr;
  std::string_view name{};  // "" for an element
  std::size_t index = 0;

  std::string text() const {
    std::string text = parent == nullptr ? "" : parent->text();
    if (name.empty()) return text + "[" + std::to_string(index) + "]";
    if (!text.empty()) text += '.';
    return text.append(name);
  }
};

inline Error fault(const Place& place, const std::string& what) {
  return peek_fields::bad_field(place.text(), what);
}

}  // namespace arouter::anthropic
