#include "shared/formats/openai_schema.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "shared/json_doc.hpp"

namespace arouter {

namespace {

constexpr std::array<std::string_view, 17> kRefused{"allOf",
                                                    "oneOf",
                                                    "not",
                                                    "if",
                                                    "then",
                                                    "else",
                                                    "default",
                                                    "dependentRequired",
                                                    "propertyNames",
                                                    "minProperties",
                                                    "contains",
                                                    "dependentSchemas",
                                                    "maxProperties",
                                                    "uniqueItems",
                                                    "prefixItems",
                                                    "patternProperties",
                                                    "unevaluatedItems"};

bool is_of_type(const JsonItem& type, std::string_view name) {
  if (type.is_string()) return type.text() == name;
  for (const JsonItem each : type) {
    if (each.text() == name) return true;
  }
  return false;
}

bool is_strict(const JsonItem& schema);

/// Of each member or element.
bool are_strict(const JsonItem& schemas) {
  for (const JsonItem each : schemas) {
    if (!is_strict(each)) return false;
  }
  return true;
}

bool is_closed(const JsonItem& schema) {
  if (schema["additionalProperties"].boolean() != false) return false;
  std::vector<std::string> required;
  for (const JsonItem name : schema["required"]) required.push_back(name.text());
  for (const JsonItem property : schema["properties"]) {
    if (std::find(required.begin(), required.end(), property.key()) == required.end()) return false;
  }
  return true;
}

/// The scan bounds the depth of `schema`, and so the recursion.
bool is_strict(const JsonItem& schema) {
  if (!schema.is_object()) return false;
  for (const JsonItem member : schema) {
    for (const std::string_view name : kRefused) {
      if (member.named(name)) return false;
    }
  }
  const bool is_object = is_of_type(schema["type"], "object") || schema["properties"].present();
  if (is_object && !is_closed(schema)) return false;
  const JsonItem items = schema["items"];
  return (!items.present() || is_strict(items)) && are_strict(schema["properties"]) &&
         are_strict(schema["anyOf"]) && are_strict(schema["$defs"]) &&
         are_strict(schema["definitions"]);
}

}  // namespace

bool is_strict_schema(std::string_view schema) {
  const Result<JsonDoc> doc = JsonDoc::read(schema);
  return doc.has_value() && doc->root()["type"].text() == "object" && is_strict(doc->root());
}

std::optional<bool> choose_strict(std::optional<bool> strict, std::string_view schema,
                                  std::string_view loss, chat::Losses& losses) {
  if (!strict.value_or(false) || is_strict_schema(schema)) return strict;
  losses.add(loss);
  return false;
}

}  // namespace arouter
