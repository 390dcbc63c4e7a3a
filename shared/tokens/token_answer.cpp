#include "shared/tokens/token_answer.hpp"

#include <algorithm>
#include <optional>

#include "shared/formats/error_message.hpp"
#include "shared/http/head.hpp"
#include "shared/json_doc.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostToken = 16 * 1024;
constexpr std::size_t kMostWord = 64;

Error failed(std::string what, std::string detail = {}) {
  return upstream_error(ErrorKind::upstream_auth, std::move(what), std::move(detail));
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kMostWord &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-' || c == '.';
         });
}

/// Its `error` names what is wrong in a word; any text else may hold anything.
Error refusal(int status, const JsonItem& root, std::string_view sent) {
  std::string what = "answered with status " + std::to_string(status);
  const std::string word = root["error"].text();
  if (is_word(word) && mask_secret(word, sent) == word) what = "refused: " + word;
  const std::string said = shown_message(root["error_description"].text(), sent);
  return failed(std::move(what), said.empty() ? said : "it said: " + said);
}

bool is_sendable(std::string_view token) {
  return !token.empty() && token.size() <= kMostToken &&
         std::all_of(token.begin(), token.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool are_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The whole seconds of a number or of a number in a string. Nothing where neither stands.
std::optional<std::int64_t> seconds_of(const JsonItem& item) {
  const std::string text = item.is_string() ? item.text() : std::string(item.number());
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative) digits.remove_prefix(1);
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::string_view fraction = digits.substr(std::min(point + 1, digits.size()));
  digits = digits.substr(0, point);
  if (digits.empty() || !are_digits(digits) || !are_digits(fraction)) return std::nullopt;
  const std::int64_t longest = FetchedToken::kLongest.count();
  std::int64_t seconds = 0;
  for (const char digit : digits) seconds = std::min(longest, seconds * 10 + (digit - '0'));
  return negative ? -seconds : seconds;
}

}  // namespace

Result<FetchedToken> decode_token_answer(int status, std::string_view body, std::string_view sent) {
  const Result<JsonDoc> doc = JsonDoc::read(body);
  const JsonItem root = doc ? doc->root() : JsonItem();
  // Some refuse with status 200.
  if (status != 200 || root["error"].is_set()) return refusal(status, root, sent);
  if (!root.is_object()) return failed("answered with something else than a JSON object");
  FetchedToken token{.value = Secret(root["access_token"].text())};
  if (!is_sendable(token.value.reveal())) return failed("answered without a usable access_token");
  const JsonItem type = root["token_type"];
  if (type.is_set() && !same_name(type.text(), "bearer")) {
    return failed("gave out a token that is no bearer token");
  }
  if (const std::optional<std::int64_t> seconds = seconds_of(root["expires_in"])) {
    if (*seconds <= 0) return failed("gave out a token that has expired");
    token.lifetime = std::chrono::seconds(*seconds);
  }
  return token;
}

}  // namespace arouter
