#include "cli/mock/checks.hpp"

#include <charconv>
#include <utility>

namespace arouter::mock {

std::string Checks::need_string(const JsonItem& holder, std::string_view key,
                                std::string_view path) {
  const JsonItem member = holder[key];
  if (!member.is_set()) {
    fail(path, key, "is required");
    return {};
  }
  std::string text = member.text();
  if (text.empty()) fail(path, key, "must be a string that is not empty");
  return text;
}

void Checks::need_object(const JsonItem& holder, std::string_view key, std::string_view path) {
  if (!holder[key].is_set()) fail(path, key, "is required");
  object(holder, key, path);
}

JsonItem Checks::array(const JsonItem& holder, std::string_view key, std::string_view path) {
  return typed(holder, key, path, JsonType::array, "must be an array");
}

JsonItem Checks::object(const JsonItem& holder, std::string_view key, std::string_view path) {
  return typed(holder, key, path, JsonType::object, "must be an object");
}

std::string Checks::string(const JsonItem& holder, std::string_view key, std::string_view path) {
  const JsonItem member = typed(holder, key, path, JsonType::string, "must be a string");
  std::string text = member.text();
  if (text.empty() && member.raw().size() > 2) fail(path, key, "holds half a surrogate pair");
  return text;
}

bool Checks::flag(const JsonItem& holder, std::string_view key, std::string_view path) {
  return typed(holder, key, path, JsonType::boolean, "must be a boolean").boolean().value_or(false);
}

std::optional<std::int64_t> Checks::count(const JsonItem& holder, std::string_view key,
                                          std::string_view path, std::int64_t least) {
  const JsonItem member = holder[key];
  if (!member.is_set()) return std::nullopt;
  const std::optional<std::int64_t> count = member.count();
  if (!count || *count < least) {
    fail(path, key, "must be an integer of at least " + std::to_string(least));
    return std::nullopt;
  }
  return count;
}

void Checks::number(const JsonItem& holder, std::string_view key, std::string_view path, int most) {
  const JsonItem member = holder[key];
  if (!member.is_set()) return;
  const std::string_view lexeme = member.number();
  double number = -1;
  std::from_chars(lexeme.data(), lexeme.data() + lexeme.size(), number);
  if (!(number >= 0 && number <= most)) {
    fail(path, key, "must be a number from 0 to " + std::to_string(most));
  }
}

std::vector<std::string> Checks::stops(const JsonItem& holder, std::string_view key,
                                       std::size_t most) {
  std::vector<std::string> stops;
  for (const JsonItem element : array(holder, key, "")) {
    std::string stop = element.text();
    if (stop.empty()) {
      fail("", key, "must hold strings that are not empty");
      continue;
    }
    if (stops.size() == most) {
      fail("", key, "must hold at most " + std::to_string(most) + " strings");
      continue;
    }
    stops.push_back(std::move(stop));
  }
  return stops;
}

void Checks::fail(std::string_view path, std::string_view key, std::string_view what) {
  if (failed_) return;
  failed_ = true;
  param_ = std::string(path) + std::string(key);
  if (param_.ends_with('.')) param_.pop_back();
  what_ = what;
}

Error Checks::error() const {
  return client_error(ErrorKind::bad_request, param_ + ": " + what_ + ".", param_);
}

JsonItem Checks::typed(const JsonItem& holder, std::string_view key, std::string_view path,
                       JsonType type, std::string_view what) {
  const JsonItem member = holder[key];
  if (!member.is_set() || member.type() == type) return member;
  fail(path, key, what);
  return {};
}

Result<JsonDoc> read_object(std::string_view body) {
  Result<JsonDoc> document = JsonDoc::read(body);
  if (document && !document->root().is_object()) {
    Error error = client_error(ErrorKind::bad_request, "The body must be a JSON object.");
    error.code = "invalid_json";
    return error;
  }
  return document;
}

std::string text_of(const JsonItem& content) {
  if (!content.is_array()) return content.text();
  std::string text;
  for (const JsonItem part : content) text += part["text"].text();
  return text;
}

std::string dotted(std::string_view list, std::size_t index) {
  return std::string(list) + "." + std::to_string(index) + ".";
}

std::string bracketed(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "].";
}

}  // namespace arouter::mock
