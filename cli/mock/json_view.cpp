#include "cli/mock/json_view.hpp"

#include <array>
#include <charconv>

namespace arouter::mock {

Result<JsonView> JsonView::scan(std::string_view text) {
  if (const Result<void> scanned = scan_object(text, {}); !scanned) return scanned.error();
  return JsonView(text, {JsonType::object, text.find('{'), text.rfind('}') + 1});
}

JsonView JsonView::operator[](std::string_view key) const {
  std::array<JsonMember, 1> member{{{key}}};
  find_members(text_, value_, member);
  return {text_, member[0].value};
}

JsonView JsonView::either(std::string_view key, std::string_view other) const {
  const JsonView first = (*this)[key];
  return first.given() ? first : (*this)[other];
}

std::string JsonView::string_or(std::string_view fallback) const {
  return string().value_or(std::string(fallback));
}

std::optional<double> JsonView::number() const {
  if (!is(JsonType::number)) return std::nullopt;
  double number = 0;
  const std::string_view lexeme = raw();
  std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), number);
  return number;
}

bool JsonView::is_empty_array() const {
  bool empty = is(JsonType::array);
  each([&](const JsonView&) { empty = false; });
  return empty;
}

std::string text_of(const JsonView& content) {
  if (content.is(JsonType::string)) return content.string_or("");
  std::string text;
  content.each([&](const JsonView& part) { text += part["text"].string_or(""); });
  return text;
}

}  // namespace arouter::mock
