#include "shared/formats/gemini/fields.hpp"

#include <charconv>
#include <utility>

namespace arouter::gemini {

FieldName::FieldName(const JsonItem& member) : name_(member.raw_key()) {
  if (name_.find_first_of("_\\") == std::string_view::npos) return;
  const std::string name = member.key();
  camel_.reserve(name.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool lower_next = i + 1 < name.size() && name[i + 1] >= 'a' && name[i + 1] <= 'z';
    if (name[i] == '_' && i > 0 && lower_next) {
      camel_ += static_cast<char>(name[++i] - ('a' - 'A'));
    } else {
      camel_ += name[i];
    }
  }
  name_ = camel_;
}

JsonItem find_field(const JsonItem& object, std::string_view camel) {
  JsonItem found;
  if (!object.is_object()) return found;
  for (const JsonItem member : object) {
    if (FieldName(member) == camel) found = member;
  }
  return found;
}

Error fault(std::string_view field, std::string what) {
  return client_error(ErrorKind::bad_request, std::move(what), std::string(field));
}

Error inside(std::string_view field, Error error) {
  const bool joined = error.param.empty() || error.param.front() == '[' || field.empty();
  error.param = std::string(field) + (joined ? "" : ".") + error.param;
  return error;
}

Error inside(std::string_view field, std::size_t index, Error error) {
  return inside(std::string(field) + "[" + std::to_string(index) + "]", std::move(error));
}

Error told(Error error) {
  error.message = "'" + error.param + "' " + error.message;
  return error;
}

Result<std::string> read_text(const JsonItem& value, std::string_view field) {
  if (!value.is_set()) return std::string();
  if (!value.is_string()) return fault(field, "must be a string");
  std::string text = value.text();
  if (text.empty() && value.raw().size() > 2) return fault(field, "holds half of a character");
  return text;
}

Result<std::string> read_number(const JsonItem& value, std::string_view field) {
  if (!value.is_set()) return std::string();
  if (value.type() != JsonType::number) return fault(field, "must be a number");
  return std::string(value.number());
}

Result<std::optional<std::int64_t>> read_integer(const JsonItem& value, std::string_view field) {
  if (!value.is_set()) return std::optional<std::int64_t>();
  std::string text = value.is_string() ? value.text() : std::string(value.number());
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end) return fault(field, "must be a whole number");
  return std::optional<std::int64_t>(number);
}

Result<std::optional<bool>> read_flag(const JsonItem& value, std::string_view field) {
  if (!value.is_set()) return std::optional<bool>();
  const std::optional<bool> flag = value.boolean();
  if (!flag) return fault(field, "must be true or false");
  return flag;
}

}  // namespace arouter::gemini
