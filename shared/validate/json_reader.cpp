// The recursive descent behind JsonTree::read.
#include <algorithm>

#include "shared/utf8.hpp"
#include "shared/validate/json_text.hpp"
#include "shared/validate/json_tree.hpp"

namespace arouter::validate {

namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

class JsonReader {
 public:
  explicit JsonReader(JsonTree& tree) : tree_(tree), text_(tree.text_) {}

  void read() {
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") {
      note("a byte order mark precedes the JSON text");
      at_ = 3;
    }
    if (const std::size_t bad = find_invalid_utf8(text_); bad != std::string_view::npos) {
      tree_.faults_.push_back({JsonFault::Kind::utf8, bad, "this byte is not valid UTF-8"});
    }
    skip_blanks();
    if (at_ == text_.size()) return note("there is no JSON value");
    if (value(-1, "", 0)) {
      tree_.whole_ = true;
      skip_blanks();
      if (at_ < text_.size()) note("more text follows the JSON value");
    }
  }

 private:
  void note(std::string what) { note_at(at_, std::move(what)); }
  void note_at(std::size_t offset, std::string what) {
    if (tree_.faults_.size() < 16) {
      tree_.faults_.push_back({JsonFault::Kind::syntax, offset, std::move(what)});
    }
  }
  bool stop(std::string what) {
    note(std::move(what));
    return false;
  }
  bool stop_cut() {
    tree_.cut_ = true;
    return stop("the text ends inside a value");
  }
  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  std::int32_t add_node(std::int32_t parent, std::string key) {
    const auto index = static_cast<std::int32_t>(tree_.nodes_.size());
    JsonNode& node = tree_.nodes_.emplace_back();
    node.begin = at_;
    node.parent = parent;
    node.key = std::move(key);
    if (parent < 0) return index;
    JsonNode& above = tree_.nodes_[static_cast<std::size_t>(parent)];
    if (above.last_child < 0) {
      above.first_child = index;
    } else {
      tree_.nodes_[static_cast<std::size_t>(above.last_child)].next = index;
    }
    above.last_child = index;
    ++above.count;
    return index;
  }

  void close(std::int32_t index, JsonType type) {
    JsonNode& node = tree_.nodes_[static_cast<std::size_t>(index)];
    node.type = type;
    node.end = at_;
  }

  bool value(std::int32_t parent, std::string key, int depth) {
    constexpr std::size_t kMostValues = 200'000;
    if (depth > 128) return stop("nested deeper than 128");
    if (tree_.nodes_.size() >= kMostValues) return stop("more than 200,000 values");
    if (at_ == text_.size()) return stop_cut();
    const std::int32_t index = add_node(parent, std::move(key));
    switch (peek()) {
      case '{':
        return container(index, depth, JsonType::object, '}');
      case '[':
        return container(index, depth, JsonType::array, ']');
      case '"': {
        const bool whole = string();
        close(index, JsonType::string);
        return whole;
      }
      default:
        return scalar(index);
    }
  }

  bool container(std::int32_t index, int depth, JsonType type, char last) {
    ++at_;
    // The type is set first, so that children of a cut object are still found.
    close(index, type);
    bool after_comma = false;
    for (;;) {
      skip_blanks();
      if (at_ == text_.size()) return stop_cut();
      if (peek() == last) {
        if (after_comma) note("a comma stands before the closing bracket");
        ++at_;
        close(index, type);
        return true;
      }
      if (!item(index, depth, type)) return false;
      skip_blanks();
      if (at_ == text_.size()) return stop_cut();
      after_comma = peek() == ',';
      if (after_comma) {
        ++at_;
      } else if (peek() != last) {
        return stop("a comma or the closing bracket is missing here");
      }
    }
  }

  bool item(std::int32_t index, int depth, JsonType type) {
    if (type == JsonType::array) return value(index, "", depth + 1);
    const std::size_t key_begin = at_;
    if (peek() != '"') return stop("an object's key must be a string");
    if (!string()) return false;
    std::string key = unescape_json(text_.substr(key_begin, at_ - key_begin));
    note_duplicate(index, key, key_begin);
    skip_blanks();
    if (at_ == text_.size()) return stop_cut();
    if (peek() != ':') return stop("a colon is missing here");
    ++at_;
    skip_blanks();
    return value(index, std::move(key), depth + 1);
  }

  void note_duplicate(std::int32_t index, const std::string& key, std::size_t key_begin) {
    std::int32_t child = tree_.nodes_[static_cast<std::size_t>(index)].first_child;
    // Objects here are small; past 200 members duplicates are not looked for.
    for (int seen = 0; child >= 0 && seen < 200; ++seen) {
      const JsonNode& node = tree_.nodes_[static_cast<std::size_t>(child)];
      if (node.key == key) {
        if (tree_.duplicates_.size() < 16) {
          tree_.duplicates_.push_back({JsonFault::Kind::syntax, key_begin, key});
        }
        return;
      }
      child = node.next;
    }
  }

  bool string() {
    bool noted_control = false;
    for (++at_; at_ < text_.size(); ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '"') {
        ++at_;
        return true;
      }
      if (byte == '\\') {
        escape();
      } else if (byte < 0x20 && !noted_control) {
        note("a control character stands unescaped in a string");
        noted_control = true;
      }
    }
    return stop_cut();
  }

  /// Checks the escape at at_ and leaves at_ on its last byte.
  void escape() {
    const std::size_t begin = at_++;
    if (at_ >= text_.size()) return;
    if (text_[at_] != 'u') {
      if (std::string_view("\"\\/bfnrt").find(text_[at_]) == std::string_view::npos) {
        note_at(begin, "JSON knows no such escape");
      }
      return;
    }
    const int unit = hex4(text_, at_ + 1);
    if (unit < 0) return note_at(begin, "\\u needs four hex digits");
    at_ += 4;
    if (is_high_surrogate(unit) && text_.substr(at_ + 1, 2) == "\\u" &&
        is_low_surrogate(hex4(text_, at_ + 3))) {
      at_ += 6;
    } else if (is_high_surrogate(unit) || is_low_surrogate(unit)) {
      tree_.surrogates_.push_back(begin);
    }
  }

  bool scalar(std::int32_t index) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !is_blank(text_[at_]) &&
           std::string_view(",]}:{[\"").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (word == "true" || word == "false") {
      close(index, JsonType::boolean);
    } else if (word == "null") {
      close(index, JsonType::null);
    } else if (is_number(word)) {
      close(index, JsonType::number);
    } else if (word == "NaN" || word == "Infinity" || word == "-Infinity" || word == "nan" ||
               word == "inf" || word == "-inf") {
      note_at(begin, std::string(word) + " is not JSON");
      close(index, JsonType::number);
    } else if (word.empty()) {
      return stop("a value is missing here");
    } else {
      if (at_ == text_.size()) tree_.cut_ = true;
      at_ = begin;
      return stop("this is no JSON value");
    }
    return true;
  }

  static bool is_number(std::string_view word) {
    std::size_t i = word.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
      const std::size_t from = i;
      while (i < word.size() && is_digit(word[i])) ++i;
      return i - from;
    };
    const std::size_t first = i;
    const std::size_t whole = digits();
    if (whole == 0 || (whole > 1 && word[first] == '0')) return false;
    if (i < word.size() && word[i] == '.') {
      ++i;
      if (digits() == 0) return false;
    }
    if (i < word.size() && (word[i] == 'e' || word[i] == 'E')) {
      ++i;
      if (i < word.size() && (word[i] == '+' || word[i] == '-')) ++i;
      if (digits() == 0) return false;
    }
    return i == word.size();
  }

  JsonTree& tree_;
  std::string_view text_;
  std::size_t at_ = 0;
};

JsonTree JsonTree::read(std::string text) {
  JsonTree tree;
  tree.text_ = std::move(text);
  JsonReader(tree).read();
  std::stable_sort(tree.faults_.begin(), tree.faults_.end(),
                   [](const JsonFault& a, const JsonFault& b) { return a.offset < b.offset; });
  return tree;
}

}  // namespace arouter::validate
