#include "shared/errors/request_id.hpp"

#include <array>
#include <string>

#include "shared/json_scan.hpp"

namespace arouter {

namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

/// A new last member of the object that ends with the brace at `brace`.
Edit insertion(std::string_view data, std::size_t brace, std::string_view id) {
  const std::size_t before = data.find_last_not_of(" \t\r\n", brace - 1);
  const std::string comma = data[before] == '{' ? "" : ",";
  return {brace, brace, comma + "\"request_id\":" + quoted(id)};
}

JsonValue member_of(std::string_view data, const JsonValue& object, std::string_view key) {
  std::array<JsonMember, 1> wanted{JsonMember{.key = key}};
  find_members(data, object, wanted);
  return wanted[0].value;
}

}  // namespace

std::vector<Edit> request_id_edits(std::string_view data, std::string_view id) {
  enum { kType, kError, kResponse, kId, kCount };
  std::array<JsonMember, kCount> root{JsonMember{.key = "type"}, JsonMember{.key = "error"},
                                      JsonMember{.key = "response"},
                                      JsonMember{.key = "request_id"}};
  if (!scan_object(data, root)) return {};
  if (const JsonValue& own = root[kId].value; own.present()) {
    return {Edit{own.begin, own.end, quoted(id)}};
  }
  JsonValue error = root[kError].value;
  if (error.type != JsonType::object) error = member_of(data, root[kResponse].value, "error");
  const bool is_beside = decode_string(data, root[kType].value).value_or("") == "error";
  if (error.type != JsonType::object || is_beside) {
    return {insertion(data, data.rfind('}'), id)};
  }
  if (const JsonValue own = member_of(data, error, "request_id"); own.present()) {
    return {Edit{own.begin, own.end, quoted(id)}};
  }
  return {insertion(data, error.end - 1, id)};
}

}  // namespace arouter
