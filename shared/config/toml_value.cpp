// The only file that sees toml++: parses, and copies its tree into ours.
#include "shared/config/toml_value.hpp"

#include <toml++/toml.h>

#include <exception>

namespace arouter {

namespace {

TextPlace begin_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

TomlValue copy(const toml::node& node);

TomlValue copy_table(const toml::table& table) {
  TomlValue value;
  for (const auto& [key, member] : table) {
    value.members.push_back({std::string(key.str()), begin_of(key.source()), copy(member)});
  }
  return value;
}

TomlValue copy_scalar(const toml::node& node) {
  TomlValue value;
  if (const auto* text = node.as_string()) {
    value.type = TomlType::string;
    value.text = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.type = TomlType::integer;
    value.integer = number->get();
  } else if (const auto* flag = node.as_boolean()) {
    value.type = TomlType::boolean;
    value.integer = flag->get() ? 1 : 0;
  } else {
    value.type = node.is_floating_point() ? TomlType::floating : TomlType::date;
  }
  return value;
}

// Recursion is bounded: check_caps limits how deep a text can nest.
TomlValue copy(const toml::node& node) {
  TomlValue value;
  if (const toml::table* table = node.as_table()) {
    value = copy_table(*table);
  } else if (const toml::array* array = node.as_array()) {
    value.type = TomlType::array;
    for (const toml::node& item : *array) value.items.push_back(copy(item));
  } else {
    value = copy_scalar(node);
  }
  value.place = begin_of(node.source());
  return value;
}

/// toml++ quotes what it saw, which may be a piece of a key: only single characters are kept.
std::string without_quotations(std::string_view description) {
  std::string safe;
  while (!description.empty()) {
    const std::size_t open = description.find('\'');
    safe += description.substr(0, open);
    if (open == description.npos) break;
    const std::size_t close = description.find('\'', open + 1);
    const std::size_t end = close == description.npos ? description.size() : close + 1;
    const std::string_view quotation = description.substr(open, end - open);
    safe += quotation.size() > 3 ? "'…'" : quotation;
    description.remove_prefix(end);
  }
  return safe;
}

}  // namespace

std::string_view type_phrase(TomlType type) noexcept {
  switch (type) {
    case TomlType::string:
      return "a string";
    case TomlType::integer:
      return "an integer";
    case TomlType::floating:
      return "a float";
    case TomlType::boolean:
      return "a boolean";
    case TomlType::date:
      return "a date or time";
    case TomlType::array:
      return "an array";
    case TomlType::table:
      return "a table";
  }
  return "a value";
}

TomlValue decode_toml(std::string_view text, FaultList& faults) {
  TomlValue nothing;
  nothing.place = {1, 1};
  check_caps(text, faults);
  if (!faults.empty()) return nothing;
  try {
    return copy(toml::parse(text));
  } catch (const toml::parse_error& error) {
    faults.add(begin_of(error.source()), without_quotations(error.description()));
  } catch (const std::exception&) {
    // Nothing else is documented to be thrown; what() might quote the file.
    faults.add({1, 1}, "the file cannot be read as TOML");
  }
  return nothing;
}

}  // namespace arouter
