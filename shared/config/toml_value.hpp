// A TOML document as a plain tree in which every key and value knows its place.
//
// Why not toml++'s own tree everywhere: its headers cost seconds per file that includes them, and
// it overflows the stack on absurd keys, so exactly one file sees it, behind the caps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/fault_list.hpp"

namespace arouter {

enum class TomlType : std::uint8_t { string, integer, floating, boolean, date, array, table };

/// "a string", "an integer" …: for messages. Values themselves are never told, they may be secret.
std::string_view type_phrase(TomlType type) noexcept;

struct TomlMember;

struct TomlValue {
  TomlType type = TomlType::table;
  TextPlace place;
  std::string text;                 // of a string
  std::int64_t integer = 0;         // of an integer; 0 or 1 of a boolean
  std::vector<TomlValue> items;     // of an array
  std::vector<TomlMember> members;  // of a table, in the order of their keys' names
};

struct TomlMember {
  std::string key;
  TextPlace place;  // of the key
  TomlValue value;
};

/// What must hold before a text may reach the TOML parser: at most 1 MiB, lines of 64 KiB, 32 parts
/// per key, 8 nested arrays and inline tables, valid UTF-8. Adds at most one fault.
void check_caps(std::string_view text, FaultList& faults);

/// The root table; empty, with a fault added, when the text breaks a cap or the syntax.
TomlValue decode_toml(std::string_view text, FaultList& faults);

}  // namespace arouter
