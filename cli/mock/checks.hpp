// What request decoders have in common: members that must be there or must be of a kind. The first
// fault is kept; reading goes on harmlessly behind it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/error.hpp"
#include "shared/json_doc.hpp"

namespace arouter::mock {

class Checks {
 public:
  /// `path` in all of these: of the holder, with the separator behind it; "" at the top.
  std::string need_string(const JsonItem& holder, std::string_view key, std::string_view path);
  void need_object(const JsonItem& holder, std::string_view key, std::string_view path);
  JsonItem array(const JsonItem& holder, std::string_view key, std::string_view path);
  JsonItem object(const JsonItem& holder, std::string_view key, std::string_view path);
  std::string string(const JsonItem& holder, std::string_view key, std::string_view path);
  bool flag(const JsonItem& holder, std::string_view key, std::string_view path);
  std::optional<std::int64_t> count(const JsonItem& holder, std::string_view key,
                                    std::string_view path, std::int64_t least = 1);
  void number(const JsonItem& holder, std::string_view key, std::string_view path, int most);
  /// Strings that are not empty, at most `most` of them.
  std::vector<std::string> stops(const JsonItem& holder, std::string_view key, std::size_t most);

  /// `what` ends a sentence that the param begins, for example "is required".
  void fail(std::string_view path, std::string_view key, std::string_view what);
  bool failed() const { return failed_; }
  const std::string& param() const { return param_; }
  const std::string& what() const { return what_; }
  /// The fault as "param: what." (bad_request with `param`).
  Error error() const;

 private:
  /// The member, absent after a fault when it is there and of another type.
  JsonItem typed(const JsonItem& holder, std::string_view key, std::string_view path, JsonType type,
                 std::string_view what);

  bool failed_ = false;
  std::string param_;
  std::string what_;
};

/// Errors: as scan_json; bad_request when the body is no object.
Result<JsonDoc> read_object(std::string_view body);

/// The text of a message's content in any of the formats: a string, or the `text` of its parts.
std::string text_of(const JsonItem& content);

/// "messages" and 3 give "messages.3." or "messages[3].".
std::string dotted(std::string_view list, std::size_t index);
std::string bracketed(std::string_view list, std::size_t index);

}  // namespace arouter::mock
