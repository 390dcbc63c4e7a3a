#include "shared/config/toml_text.hpp"

#include <algorithm>

namespace arouter {

namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kSpaces = " \t\r\n";

class TomlTextScan {
 public:
  TomlTextScan(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::vector<TomlStatement> statements() {
    std::vector<TomlStatement> all;
    for (skip_spaces_and_comments(); at_ < text_.size(); skip_spaces_and_comments()) {
      TomlStatement statement = text_[at_] == '[' ? header() : member();
      const std::size_t newline = text_.find('\n', statement.end);
      statement.line_begin = line_begin_of(statement.begin);
      statement.line_end = newline == text_.npos ? text_.size() : newline + 1;
      at_ = statement.line_end;
      all.push_back(std::move(statement));
    }
    return all;
  }

  std::vector<TomlStatement> inline_members() {
    std::vector<TomlStatement> all;
    ++at_;  // the brace
    for (;;) {
      skip(kBlanks);
      if (at_ >= text_.size() || text_[at_] == '}') return all;
      all.push_back(member());
      skip(kBlanks);
      if (at_ >= text_.size() || text_[at_] != ',') return all;
      ++at_;
    }
  }

 private:
  std::size_t line_begin_of(std::size_t at) const {
    const std::size_t newline = at == 0 ? text_.npos : text_.rfind('\n', at - 1);
    return newline == text_.npos ? 0 : newline + 1;
  }

  void skip(std::string_view set) {
    at_ = std::min(text_.find_first_not_of(set, at_), text_.size());
  }

  void skip_spaces_and_comments() {
    for (;;) {
      skip(kSpaces);
      if (at_ >= text_.size() || text_[at_] != '#') return;
      at_ = std::min(text_.find('\n', at_), text_.size());
    }
  }

  TomlStatement header() {
    TomlStatement statement;
    statement.begin = at_;
    const bool is_array = text_.substr(at_, 2) == "[[";
    statement.kind = is_array ? TomlStatement::Kind::array_table : TomlStatement::Kind::table;
    at_ += is_array ? 2 : 1;
    statement.path = path();
    at_ = std::min(at_ + (is_array ? 2 : 1), text_.size());
    statement.end = at_;
    return statement;
  }

  TomlStatement member() {
    TomlStatement statement;
    statement.begin = at_;
    statement.path = path();
    at_ = std::min(at_ + 1, text_.size());  // the sign
    skip(kBlanks);
    statement.value_begin = at_;
    skip_value();
    statement.end = std::max(at_, statement.begin + 1);
    return statement;
  }

  /// A key's parts; the scan then stands behind them and the blanks that follow.
  TomlPath path() {
    TomlPath parts;
    for (;;) {
      skip(kBlanks);
      const std::size_t begin = at_;
      if (at_ < text_.size() && (text_[at_] == '"' || text_[at_] == '\'')) {
        at_ = end_of_toml_string(text_, at_);
        // Escapes are left as they are: no key of ours has one.
        parts.emplace_back(
            text_.substr(begin + 1, at_ - begin - std::min<std::size_t>(2, at_ - begin)));
      } else {
        at_ = std::min(text_.find_first_of(".=] \t\r\n", at_), text_.size());
        parts.emplace_back(text_.substr(begin, at_ - begin));
      }
      skip(kBlanks);
      if (at_ >= text_.size() || text_[at_] != '.') return parts;
      ++at_;
    }
  }

  // Recursion is bounded: check_caps limits how deep a text can nest.
  void skip_value() {
    if (at_ >= text_.size()) return;
    const char first = text_[at_];
    if (first == '"' || first == '\'') {
      at_ = end_of_toml_string(text_, at_);
    } else if (first == '[' || first == '{') {
      skip_container(first == '[' ? ']' : '}');
    } else {
      // A date may have a blank in it; what follows a value never begins one.
      at_ = std::min(text_.find_first_of(",]}#\n", at_), text_.size());
      while (at_ > 0 && kSpaces.find(text_[at_ - 1]) != kSpaces.npos) --at_;
    }
  }

  void skip_container(char close) {
    for (++at_;;) {
      skip_spaces_and_comments();
      if (at_ >= text_.size()) return;
      if (text_[at_] == close) {
        ++at_;
        return;
      }
      const std::size_t before = at_;
      if (text_[at_] == ',') {
        ++at_;
      } else {
        close == '}' ? static_cast<void>(member()) : skip_value();
      }
      if (at_ <= before) at_ = before + 1;  // no TOML: on to the end
    }
  }

  std::string_view text_;
  std::size_t at_;
};

}  // namespace

std::vector<TomlStatement> scan_toml(std::string_view text) {
  return TomlTextScan(text, 0).statements();
}

std::vector<TomlStatement> scan_inline_table(std::string_view text, std::size_t begin,
                                             std::size_t end) {
  if (begin >= end || text[begin] != '{') return {};
  return TomlTextScan(text.substr(0, end), begin).inline_members();
}

std::size_t end_of_toml_string(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  const std::string triple(3, quote);
  const bool multi_line = text.substr(begin, 3) == triple;
  std::size_t at = begin + (multi_line ? 3 : 1);
  for (; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;  // whatever is escaped cannot end the string
    } else if (!multi_line && (text[at] == quote || text[at] == '\n')) {
      return at + (text[at] == quote ? 1 : 0);
    } else if (multi_line && text.substr(at, 3) == triple) {
      at += 3;  // up to two more quotes are the string's last characters
      for (int more = 0; more < 2 && text.substr(at, 1) == triple.substr(2); ++more) ++at;
      return at;
    }
  }
  return std::min(at, text.size());
}

std::string encode_toml_string(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string encoded = "\"";
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      encoded += {'\\', byte};
    } else if (value < 0x20 || value == 0x7f) {
      encoded += {'\\', 'u', '0', '0', kDigits[value >> 4], kDigits[value & 15]};
    } else {
      encoded += byte;
    }
  }
  return encoded + '"';
}

}  // namespace arouter
