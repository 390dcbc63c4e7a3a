#include "shared/formats/output_cap.hpp"

#include <array>

#include "shared/json_scan.hpp"
#include "shared/splice.hpp"

namespace arouter {

namespace {

std::string quoted(std::string_view key) {
  return "\"" + std::string(key) + "\":";
}

/// {"b":{"c":7}} of the path b, c.
std::string nested(std::span<const std::string_view> path, std::int64_t value) {
  if (path.empty()) return std::to_string(value);
  return "{" + quoted(path.front()) + nested(path.subspan(1), value) + "}";
}

bool is_empty(std::string_view text, const JsonValue& object) {
  return text.find_first_not_of(" \t\r\n", object.begin + 1) == object.end - 1;
}

}  // namespace

std::string cap_output(std::string_view body, std::span<const std::string_view> path,
                       std::int64_t most_tokens) {
  JsonValue object{JsonType::object, body.find('{'), body.rfind('}') + 1};
  for (;;) {
    std::array<JsonMember, 1> found{JsonMember{.key = path.front()}};
    find_members(body, object, found);
    const JsonValue& value = found[0].value;
    const std::string_view key = path.front();
    path = path.subspan(1);
    if (!value.present()) {
      const std::string member = quoted(key) + nested(path, most_tokens);
      const std::size_t end = object.end - 1;
      return splice(body, {{end, end, is_empty(body, object) ? member : "," + member}});
    }
    if (path.empty() || value.type != JsonType::object) {
      return splice(body, {{value.begin, value.end, nested(path, most_tokens)}});
    }
    object = value;
  }
}

}  // namespace arouter
