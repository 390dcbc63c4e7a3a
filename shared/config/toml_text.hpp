// The statements of a TOML text with their places in its bytes, for edits that leave every other
// byte as it is.
//
// Source: TOML 1.0.0. Only for texts that decode_toml() has taken; of any other nothing is promised
// but that the scan ends. Why not the parser's own places: toml++ counts characters, not bytes, and
// does not tell where a value ends.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace arouter {

using TomlPath = std::vector<std::string>;

struct TomlStatement {
  enum class Kind { table, array_table, member };
  Kind kind = Kind::member;
  TomlPath path;  // of a header, whole; of a member, as it is written: below its header
  // From the first byte of the header or key to behind the last of the header or value.
  std::size_t begin = 0, end = 0;
  std::size_t value_begin = 0;  // of a member; its value ends at `end`
  // The lines that it stands on, with comments behind it and the last line's end.
  std::size_t line_begin = 0, line_end = 0;
};

/// Every statement, in the order of the text.
std::vector<TomlStatement> scan_toml(std::string_view text);

/// The members of the inline table text[begin, end); none of any other value.
std::vector<TomlStatement> scan_inline_table(std::string_view text, std::size_t begin,
                                             std::size_t end);

/// Behind the string whose opening quote stands at `begin`; the end of the text, or of the line,
/// when it does not end.
std::size_t end_of_toml_string(std::string_view text, std::size_t begin);

/// `text` as a basic string, quotes included.
std::string encode_toml_string(std::string_view text);

}  // namespace arouter
