#include "shared/formats/anthropic/schema.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "shared/json_doc.hpp"
#include "shared/json_writer.hpp"
#include "shared/splice.hpp"

namespace arouter::anthropic {

namespace {

constexpr std::array<std::string_view, 8> kSchemaMembers{
    "items", "additionalProperties", "contains", "propertyNames", "if", "then", "else", "not"};
constexpr std::array<std::string_view, 9> kSchemasMembers{
    "properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "anyOf", "oneOf",
    "allOf",      "prefixItems"};
constexpr std::array<std::string_view, 11> kRefused{
    "minimum",   "maximum",  "exclusiveMinimum", "exclusiveMaximum", "multipleOf",   "minLength",
    "maxLength", "maxItems", "uniqueItems",      "minProperties",    "maxProperties"};
constexpr std::array<std::string_view, 10> kStringFormats{
    "date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"};

template <class Names>
bool holds(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// An edit that puts a member in front of an object's others.
Edit first_member(std::string_view text, const JsonItem& object, std::string_view member) {
  const auto begin = static_cast<std::size_t>(object.raw().data() - text.data()) + 1;
  return {begin, begin, std::string(member) + (object.empty() ? "" : ",")};
}

bool says_object(const JsonItem& type) {
  if (type.is_string()) return type.text() == "object";
  if (!type.is_array()) return false;
  for (const JsonItem each : type) {
    if (each.text() == "object") return true;
  }
  return false;
}

/// Looking around, references back, and word boundaries.
bool is_hard_pattern(std::string_view pattern) {
  for (std::size_t at = 0; at + 1 < pattern.size(); ++at) {
    const char next = pattern[at + 1];
    if (pattern[at] == '(' && next == '?' && pattern.substr(at + 2, 1) != ":") return true;
    if (pattern[at] != '\\') continue;
    if (next == 'b' || next == 'B' || (next >= '1' && next <= '9')) return true;
    ++at;  // what it escapes
  }
  return false;
}

bool is_refused(const JsonItem& member) {
  const std::string key = member.key();
  if (key == "minItems") return member.count().value_or(2) > 1;
  if (key == "format") return member.is_string() && !holds(kStringFormats, member.text());
  if (key == "pattern") return is_hard_pattern(member.text());
  return holds(kRefused, key);
}

/// What may be said in words alone: "{minimum: 1, format: "isbn"}"; "" when all can be demanded.
std::string in_words(const JsonItem& schema) {
  std::string words;
  for (const JsonItem member : schema) {
    if (!is_refused(member)) continue;
    words += words.empty() ? "{" : ", ";
    words += member.key() + ": " + std::string(member.raw());
  }
  return words.empty() ? words : words + "}";
}

class StrictSchema {
 public:
  explicit StrictSchema(std::string& out) : json_(out) {}

  /// The scan bounds the depth of `item`, and so the recursion.
  void write(const JsonItem& item) {
    if (!item.is_object()) {
      json_.raw(item.raw());
      return;
    }
    const std::string words = in_words(item);
    json_.begin_object();
    if (says_object(item["type"]) && !item["additionalProperties"].present()) {
      json_.boolean("additionalProperties", false);
    }
    for (const JsonItem member : item) {
      const bool is_joined = !words.empty() && member.named("description");
      if (!is_joined && !is_refused(member)) write_member(member);
    }
    if (!words.empty()) {
      const std::string said = item["description"].text();
      json_.string("description", said.empty() ? words : said + "\n\n" + words);
    }
    json_.end_object();
  }

 private:
  void write_member(const JsonItem& member) {
    const std::string key = member.key();
    // One of several that exclude each other is one of several.
    json_.key(key == "oneOf" ? "anyOf" : key);
    if (holds(kSchemaMembers, key)) {
      write(member);
    } else if (holds(kSchemasMembers, key)) {
      write_each(member);
    } else {
      json_.raw(member.raw());
    }
  }

  void write_each(const JsonItem& schemas) {
    if (schemas.is_object()) {
      json_.begin_object();
      for (const JsonItem each : schemas) {
        json_.key(each.key());
        write(each);
      }
      json_.end_object();
    } else if (schemas.is_array()) {
      json_.begin_array();
      for (const JsonItem each : schemas) write(each);
      json_.end_array();
    } else {
      json_.raw(schemas.raw());
    }
  }

  JsonWriter json_;
};

struct Weight {
  std::size_t optional = 0;
  std::size_t unions = 0;
};

void weigh(const JsonItem& schema, Weight& weight);

void weigh_each(const JsonItem& schemas, Weight& weight) {
  if (!schemas.is_object() && !schemas.is_array()) return;
  for (const JsonItem each : schemas) weigh(each, weight);
}

/// The scan bounds the depth of `schema`, and so the recursion.
void weigh(const JsonItem& schema, Weight& weight) {
  if (!schema.is_object()) return;
  std::vector<std::string> required;
  for (const JsonItem name : schema["required"]) required.push_back(name.text());
  if (const JsonItem properties = schema["properties"]; properties.is_object()) {
    for (const JsonItem property : properties) {
      if (!holds(required, property.key())) ++weight.optional;
    }
  }
  const bool is_union =
      schema["type"].is_array() || schema["anyOf"].is_array() || schema["oneOf"].is_array();
  if (is_union) ++weight.unions;
  for (const std::string_view name : kSchemaMembers) weigh(schema[name], weight);
  for (const std::string_view name : kSchemasMembers) weigh_each(schema[name], weight);
}

}  // namespace

std::string strict_schema(std::string_view schema) {
  const Result<JsonDoc> document = JsonDoc::read(schema);
  if (!document) return std::string(schema);
  std::string out;
  out.reserve(schema.size() + 256);
  StrictSchema(out).write(document->root());
  return out;
}

std::string tool_schema(std::string_view schema) {
  const Result<JsonDoc> document = JsonDoc::read(schema);
  if (!document || !document->root().is_object()) return R"({"type":"object","properties":{}})";
  if (document->root()["type"].present()) return std::string(schema);
  return splice(schema, {first_member(schema, document->root(), R"("type":"object")")});
}

bool StrictBudget::take_output(std::string_view schema) {
  if (schema.empty()) return true;
  const Result<JsonDoc> document = JsonDoc::read(schema);
  if (!document) return true;
  Weight weight;
  weigh(document->root(), weight);
  if (weight.optional > optional_ || weight.unions > unions_) return false;
  optional_ -= weight.optional;
  unions_ -= weight.unions;
  return true;
}

bool StrictBudget::take_tool(std::string_view schema) {
  if (tools_ == 0 || !take_output(schema)) return false;
  --tools_;
  return true;
}

}  // namespace arouter::anthropic
