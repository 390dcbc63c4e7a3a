#include "cli/mock/checks.hpp"

namespace arouter::mock {

std::string Checks::need_string(const JsonView& holder, std::string_view key,
                                std::string_view path) {
  const JsonView member = holder[key];
  if (!member.given()) {
    fail(path, key, "is required");
    return {};
  }
  const std::optional<std::string> text = member.string();
  if (!text || text->empty()) fail(path, key, "must be a string that is not empty");
  return text.value_or("");
}

void Checks::need_object(const JsonView& holder, std::string_view key, std::string_view path) {
  if (!holder[key].given()) fail(path, key, "is required");
  object(holder, key, path);
}

JsonView Checks::array(const JsonView& holder, std::string_view key, std::string_view path) {
  return typed(holder, key, path, JsonType::array, "must be an array");
}

JsonView Checks::object(const JsonView& holder, std::string_view key, std::string_view path) {
  return typed(holder, key, path, JsonType::object, "must be an object");
}

std::string Checks::string(const JsonView& holder, std::string_view key, std::string_view path) {
  const JsonView member = typed(holder, key, path, JsonType::string, "must be a string");
  if (!member.given()) return {};
  const std::optional<std::string> text = member.string();
  if (!text) fail(path, key, "holds half a surrogate pair");
  return text.value_or("");
}

bool Checks::flag(const JsonView& holder, std::string_view key, std::string_view path) {
  return typed(holder, key, path, JsonType::boolean, "must be a boolean").boolean().value_or(false);
}

std::optional<std::int64_t> Checks::count(const JsonView& holder, std::string_view key,
                                          std::string_view path, std::int64_t least) {
  const JsonView member = holder[key];
  if (!member.given()) return std::nullopt;
  const std::optional<std::int64_t> count = member.count();
  if (!count || *count < least) {
    fail(path, key, "must be an integer of at least " + std::to_string(least));
    return std::nullopt;
  }
  return count;
}

void Checks::number(const JsonView& holder, std::string_view key, std::string_view path, int most) {
  const JsonView member = holder[key];
  if (!member.given()) return;
  const double number = member.number().value_or(-1);
  if (!(number >= 0 && number <= most)) {
    fail(path, key, "must be a number from 0 to " + std::to_string(most));
  }
}

std::vector<std::string> Checks::stops(const JsonView& holder, std::string_view key,
                                       std::size_t most) {
  std::vector<std::string> stops;
  array(holder, key, "").each([&](const JsonView& element) {
    const std::optional<std::string> stop = element.string();
    if (!stop || stop->empty()) return fail("", key, "must hold strings that are not empty");
    if (stops.size() == most) {
      return fail("", key, "must hold at most " + std::to_string(most) + " strings");
    }
    stops.push_back(*stop);
  });
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

JsonView Checks::typed(const JsonView& holder, std::string_view key, std::string_view path,
                       JsonType type, std::string_view what) {
  const JsonView member = holder[key];
  if (!member.given() || member.is(type)) return member;
  fail(path, key, what);
  return {};
}

std::string dotted(std::string_view list, std::size_t index) {
  return std::string(list) + "." + std::to_string(index) + ".";
}

std::string bracketed(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "].";
}

}  // namespace arouter::mock
