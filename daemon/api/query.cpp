#include "daemon/api/query.hpp"

#include <charconv>

#include "shared/http/head.hpp"
#include "shared/http/query.hpp"

namespace arouter::daemon {

namespace {

std::string wanted(const CountRange& range) {
  if (range.most == std::numeric_limits<std::size_t>::max()) return "must be a number";
  return "must be from " + std::to_string(range.least) + " to " + std::to_string(range.most);
}

}  // namespace

Result<std::optional<std::string>> read_query_text(std::string_view query, std::string_view name) {
  const auto value = find_query_value(query, name);
  if (!value || value->empty()) return std::optional<std::string>();
  Result<std::string> text = percent_decode(*value);
  if (!text) return text.error();
  return std::optional<std::string>(std::move(*text));
}

Result<std::size_t> read_query_count(std::string_view query, std::string_view name,
                                     std::size_t absent, CountRange range) {
  const auto value = find_query_value(query, name);
  if (!value || value->empty()) return absent;
  std::size_t count = 0;
  const char* const end = value->data() + value->size();
  const auto [stop, failure] = std::from_chars(value->data(), end, count);
  const bool is_number = failure == std::errc() && stop == end;
  if (is_number && count >= range.least && count <= range.most) return count;
  return client_error(ErrorKind::bad_request, "'" + std::string(name) + "' " + wanted(range),
                      std::string(name));
}

}  // namespace arouter::daemon
