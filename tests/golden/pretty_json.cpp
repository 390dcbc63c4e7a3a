#include "tests/golden/pretty_json.hpp"

#include <doctest/doctest.h>

#include "shared/json_doc.hpp"

namespace arouter::golden {

namespace {

constexpr std::size_t kColumns = 100;

/// What stands before a value: its key, where it is a member.
std::string key_of(const JsonItem& owner, const JsonItem& item) {
  return owner.is_object() ? "\"" + std::string(item.raw_key()) + "\": " : std::string();
}

bool is_closed(const JsonItem& item) {
  return !item.is_object() && !item.is_array();
}

std::string in_one_line(const JsonItem& item) {
  if (is_closed(item)) return std::string(item.raw());
  std::string line;
  for (const JsonItem inner : item) {
    line += (line.empty() ? "" : ", ") + key_of(item, inner) + in_one_line(inner);
  }
  return item.is_object() ? "{" + line + "}" : "[" + line + "]";
}

void append(std::string& out, const JsonItem& item, std::size_t indent, std::size_t column) {
  const std::string line = in_one_line(item);
  if (is_closed(item) || item.empty() || column + line.size() < kColumns) {
    out += line;
    return;
  }
  const std::string margin(indent + 2, ' ');
  out += item.is_object() ? "{" : "[";
  bool first = true;
  for (const JsonItem inner : item) {
    out += first ? "\n" : ",\n";
    first = false;
    const std::string key = key_of(item, inner);
    out += margin + key;
    append(out, inner, indent + 2, margin.size() + key.size());
  }
  out += "\n" + std::string(indent, ' ') + (item.is_object() ? "}" : "]");
}

}  // namespace

std::string pretty_json(std::string_view json) {
  const Result<JsonDoc> doc = JsonDoc::read(json);
  REQUIRE_MESSAGE(doc.has_value(), "no JSON: ", std::string(json));
  std::string out;
  append(out, doc->root(), 0, 0);
  return out + "\n";
}

}  // namespace arouter::golden
