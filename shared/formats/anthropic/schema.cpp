#include "shared/formats/anthropic/schema.hpp"

#include <array>
#include <utility>
#include <vector>

#include "shared/json_doc.hpp"
#include "shared/splice.hpp"

namespace arouter::anthropic {

namespace {

/// An edit that puts a member in front of an object's others.
Edit first_member(std::string_view text, const JsonItem& object, std::string_view member) {
  const auto begin = static_cast<std::size_t>(object.raw().data() - text.data()) + 1;
  return {begin, begin, std::string(member) + (object.empty() ? "" : ",")};
}

bool holds_data(const JsonItem& member) {
  for (const std::string_view name : {"enum", "const", "default", "examples"}) {
    if (member.named(name)) return true;
  }
  return false;
}

bool says_object(const JsonItem& type) {
  if (type.is_string()) return type.text() == "object";
  if (!type.is_array()) return false;
  for (const JsonItem each : type) {
    if (each.text() == "object") return true;
  }
  return false;
}

/// The scan bounds the depth of `item`, and so the recursion.
void close_objects(std::string_view text, const JsonItem& item, std::vector<Edit>& edits) {
  if (item.is_object() && says_object(item["type"]) && !item["additionalProperties"].present()) {
    edits.push_back(first_member(text, item, R"("additionalProperties":false)"));
  }
  for (const JsonItem child : item) {
    if (!holds_data(child)) close_objects(text, child, edits);
  }
}

}  // namespace

std::string close_schema(std::string_view schema) {
  const Result<JsonDoc> document = JsonDoc::read(schema);
  if (!document) return std::string(schema);
  std::vector<Edit> edits;
  close_objects(schema, document->root(), edits);
  return splice(schema, std::move(edits));
}

std::string tool_schema(std::string_view schema) {
  const Result<JsonDoc> document = JsonDoc::read(schema);
  if (!document || !document->root().is_object()) return R"({"type":"object","properties":{}})";
  if (document->root()["type"].present()) return std::string(schema);
  return splice(schema, {first_member(schema, document->root(), R"("type":"object")")});
}

}  // namespace arouter::anthropic
