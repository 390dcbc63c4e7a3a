#include "cli/mock/keys.hpp"

#include <algorithm>
#include <string>

#include "cli/mock/gemini/lists.hpp"

namespace arouter::mock {

namespace {

std::string_view field(const RequestHead& head, std::string_view name) {
  const std::string_view* value = head.fields.find(name);
  return value == nullptr ? std::string_view() : *value;
}

std::string_view bearer(const RequestHead& head) {
  constexpr std::string_view scheme = "bearer ";
  const std::string_view value = field(head, "authorization");
  if (!same_name(value.substr(0, scheme.size()), scheme)) return {};
  return value.substr(scheme.size());
}

/// The key that was sent; "" when none was.
std::string sent_key(const RequestHead& head, Dialect dialect) {
  switch (dialect) {
    case Dialect::anthropic: {
      const std::string_view key = field(head, "x-api-key");
      return std::string(key.empty() ? bearer(head) : key);
    }
    case Dialect::gemini: {
      const std::string_view key = field(head, "x-goog-api-key");
      if (!key.empty()) return std::string(key);
      const Result<std::string> decoded = percent_decode(query_value(head.query, "key"));
      return decoded ? *decoded : std::string();
    }
    case Dialect::openai:
      break;
  }
  return std::string(bearer(head));
}

Error refusal(Dialect dialect, bool missing) {
  switch (dialect) {
    case Dialect::anthropic:
      return client_error(ErrorKind::unauthorized,
                          missing ? "x-api-key or authorization: a key is required."
                                  : "x-api-key: the key is not valid.");
    case Dialect::gemini: {
      if (missing) {
        return client_error(ErrorKind::forbidden,
                            "A key is required in x-goog-api-key or in the query's 'key'.");
      }
      Error error = client_error(ErrorKind::bad_request, "The API key is not valid.");
      error.code = gemini::kInvalidKey;
      return error;
    }
    case Dialect::openai:
      break;
  }
  return client_error(ErrorKind::unauthorized,
                      "Incorrect API key. Send 'Authorization: Bearer' and the key.");
}

}  // namespace

Result<void> check_key(const RequestHead& head, Dialect dialect, std::span<const Secret> keys) {
  if (keys.empty()) return {};
  const std::string sent = sent_key(head, dialect);
  const bool known = std::any_of(keys.begin(), keys.end(),
                                 [&](const Secret& key) { return key.reveal() == sent; });
  if (known && !sent.empty()) return {};
  return refusal(dialect, sent.empty());
}

}  // namespace arouter::mock
