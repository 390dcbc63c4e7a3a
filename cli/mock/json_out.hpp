// Appending to JSON text that is written by hand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "shared/json_scan.hpp"

namespace arouter::mock {

inline void append_number(std::string& out, std::int64_t number) {
  out += std::to_string(number);
}

/// `"key":"text"` after `before`, which is the comma or bracket.
inline void append_member(std::string& out, std::string_view before, std::string_view text) {
  out += before;
  append_json_string(out, text);
}

inline void append_member(std::string& out, std::string_view before, std::int64_t number) {
  out += before;
  append_number(out, number);
}

}  // namespace arouter::mock
