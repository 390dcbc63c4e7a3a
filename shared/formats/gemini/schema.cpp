#include "shared/formats/gemini/schema.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "shared/formats/gemini/fields.hpp"
#include "shared/json_writer.hpp"

namespace arouter::gemini {

namespace {

bool is_any_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 3> kMaps{"properties", "$defs", "definitions"};
constexpr std::array<std::string_view, 4> kLists{"anyOf", "oneOf", "allOf", "prefixItems"};
constexpr std::array<std::string_view, 3> kSchemas{"items", "additionalProperties", "not"};
constexpr std::array<std::string_view, 6> kCounts{"minItems",  "maxItems",      "minLength",
                                                  "maxLength", "minProperties", "maxProperties"};
// Nothing in JSON Schema: members have no order, and nullable is said by the type.
constexpr std::array<std::string_view, 2> kDropped{"nullable", "propertyOrdering"};

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return text;
}

void write_schema(JsonWriter& out, const JsonItem& schema);

void write_type(JsonWriter& out, const JsonItem& type, bool nullable) {
  if (!type.is_string()) {
    out.raw("type", type.raw());
    return;
  }
  const std::string name = lower(type.text());
  if (name == "type_unspecified") return;
  if (!nullable || name == "null") {
    out.string("type", name);
    return;
  }
  out.begin_array("type").string(name).string("null").end_array();
}

void write_enum(JsonWriter& out, const JsonItem& values, bool nullable) {
  if (!values.is_array() || !nullable) {
    out.raw("enum", values.raw());
    return;
  }
  out.begin_array("enum");
  bool has_null = false;
  for (const JsonItem value : values) {
    has_null = has_null || value.type() == JsonType::null;
    out.raw(value.raw());
  }
  if (!has_null) out.null();
  out.end_array();
}

void write_map(JsonWriter& out, std::string_view name, const JsonItem& map) {
  out.begin_object(name);
  for (const JsonItem member : map) {
    out.key(member.key());
    write_schema(out, member);
  }
  out.end_object();
}

void write_list(JsonWriter& out, std::string_view name, const JsonItem& list, bool nullable) {
  out.begin_array(name);
  for (const JsonItem element : list) write_schema(out, element);
  if (nullable && name == "anyOf") out.begin_object().string("type", "null").end_object();
  out.end_array();
}

void write_count(JsonWriter& out, std::string_view name, const JsonItem& value) {
  const Result<std::optional<std::int64_t>> count = read_integer(value, name);
  if (count && *count) {
    out.number(name, **count);
  } else {
    out.raw(name, value.raw());
  }
}

void write_member(JsonWriter& out, const JsonItem& member, bool nullable) {
  const FieldName name(member);
  if (is_any_of(name, kDropped)) return;
  if (name == "type") {
    write_type(out, member, nullable);
  } else if (name == "enum") {
    write_enum(out, member, nullable);
  } else if (name == "format") {
    if (member.text() != "enum") out.raw("format", member.raw());
  } else if (name == "example") {
    out.begin_array("examples").raw(member.raw()).end_array();
  } else if (is_any_of(name, kMaps) && member.is_object()) {
    write_map(out, name, member);
  } else if (is_any_of(name, kLists) && member.is_array()) {
    write_list(out, name, member, nullable);
  } else if (is_any_of(name, kSchemas)) {
    out.key(name);
    write_schema(out, member);
  } else if (is_any_of(name, kCounts)) {
    write_count(out, name, member);
  } else {
    out.raw(member.key(), member.raw());
  }
}

/// Depth is bounded by that of the document.
void write_schema(JsonWriter& out, const JsonItem& schema) {
  if (!schema.is_object()) {
    out.raw(schema.raw());
    return;
  }
  const bool nullable = schema["nullable"].boolean().value_or(false);
  out.begin_object();
  for (const JsonItem member : schema) write_member(out, member, nullable);
  out.end_object();
}

}  // namespace

std::string decode_schema(const JsonItem& schema) {
  std::string json;
  if (!schema.is_object()) return json;
  json.reserve(schema.raw().size() + 64);
  JsonWriter out(json);
  write_schema(out, schema);
  return json;
}

}  // namespace arouter::gemini
