// The validating scan. It keeps a cursor, one bit per open bracket and a count; it never allocates
// on the way to a good result, but for the nodes of a document where one is wanted.
#include "shared/json_scan.hpp"

#include <array>
#include <utility>

#include "shared/http/byte_class.hpp"
#include "shared/json_plain.hpp"
#include "shared/utf8.hpp"

namespace arouter {

namespace {

constexpr int kMaxDepth = 64;  // as many as open_ has bits
constexpr std::uint32_t kMaxValues = 200'000;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_hex_digit(char c) noexcept {
  return hex_value(c) >= 0;
}

/// Reads one text. `kNotes`: it notes the nodes of a document; a template, since the bodies that
/// nobody wants nodes of are the many. Its functions leave the cursor behind what they read, or
/// note a fault, say so, and are not called again.
template <bool kNotes>
class Scanner {
 public:
  /// `nodes`: where values are noted; null when nobody wants to know.
  explicit Scanner(std::string_view text, std::vector<json_detail::Node>* nodes = nullptr)
      : text_(text), at_(text.data()), end_(text.data() + text.size()), nodes_(nodes) {}

  Result<JsonType> any() {
    skip_blanks();
    const JsonType type = at_ == end_ ? JsonType::absent : type_of(*at_);
    if (!value() || !finish()) return error();
    return type;
  }

  Result<void> object(std::span<JsonMember> wanted) {
    skip_blanks();
    if (!take('{', "an object is expected")) return error();
    open(true);
    ++values_;
    skip_blanks();
    if (peek() == '}') {
      ++at_;
    } else if (!members(wanted)) {
      return duplicate_ != nullptr ? duplicate_error() : error();
    }
    return finish() ? Result<void>{} : error();
  }

 private:
  static JsonType type_of(char first) noexcept {
    switch (first) {
      case '{':
        return JsonType::object;
      case '[':
        return JsonType::array;
      case '"':
        return JsonType::string;
      case 't':
      case 'f':
        return JsonType::boolean;
      case 'n':
        return JsonType::null;
      default:
        return JsonType::number;
    }
  }

  /// The members of the outermost object, up to and with its closing brace.
  bool members(std::span<JsonMember> wanted) {
    for (;;) {
      const std::size_t key_begin = offset();
      if (!take_key()) return false;
      const JsonValue key{JsonType::string, key_begin, key_end_};
      JsonMember* const member = json_detail::find_wanted(text_, key, wanted);
      if (member != nullptr && member->value.present()) {
        duplicate_ = member;
        return fail("a key stands twice", text_.data() + key.begin);
      }
      skip_blanks();
      const std::size_t begin = offset();
      if (!value()) return false;
      if (member != nullptr) {
        member->key_begin = key.begin;
        member->value = {type_of(text_[begin]), begin, offset()};
      }
      skip_blanks();
      if (peek() == '}') break;
      if (!take(',', "a comma or a closing brace is expected")) return false;
      skip_blanks();
    }
    ++at_;
    return true;
  }

  /// One value with all that is in it; brackets that are open already stay so.
  bool value() {
    const int outside = depth_;
    for (;;) {
      skip_blanks();
      if (!begin_value()) return false;
      if (expects_value_) continue;
      do {
        if (depth_ == outside) return true;
        if (!after_value()) return false;
      } while (!expects_value_);
    }
  }

  /// A scalar, an empty container, or a container's start up to its first value.
  bool begin_value() {
    expects_value_ = false;
    if (++values_ > kMaxValues) return fail("more than 200000 values", at_);
    const char first = peek();
    if constexpr (kNotes) begin_node(type_of(first));
    if (first == '{') return begin_container('}');
    if (first == '[') return begin_container(']');
    if (!scalar(first)) return false;
    if constexpr (kNotes) end_node(nodes_->size() - 1);
    return true;
  }

  bool scalar(char first) {
    switch (first) {
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  bool begin_container(char closing) {
    if (depth_ == kMaxDepth) return fail("more than 64 levels deep", at_);
    ++at_;
    skip_blanks();
    if (peek() == closing) {
      ++at_;
      if constexpr (kNotes) end_node(nodes_->size() - 1);
      return true;
    }
    if constexpr (kNotes) containers_[static_cast<std::size_t>(depth_)] = nodes_->size() - 1;
    open(closing == '}');
    expects_value_ = true;
    return closing == ']' || take_key();
  }

  /// What follows a value inside a container: a comma, up to the next value, or the closing
  /// bracket.
  bool after_value() {
    const bool in_object = (open_ & 1U) != 0;
    skip_blanks();
    const char c = peek();
    if (c == ',') {
      ++at_;
      expects_value_ = true;
      if (!in_object) return true;
      skip_blanks();
      return take_key();
    }
    if (c != (in_object ? '}' : ']')) return fail("a comma or a closing bracket is expected", at_);
    ++at_;
    open_ >>= 1;
    --depth_;
    if constexpr (kNotes) end_node(containers_[static_cast<std::size_t>(depth_)]);
    return true;
  }

  void begin_node(JsonType type) {
    const auto begin = static_cast<std::uint32_t>(offset());
    nodes_->push_back({begin, begin, std::exchange(key_begin_, 0), 0, type});
  }

  /// The cursor is behind the value, and every node in it is noted.
  void end_node(std::size_t index) {
    json_detail::Node& node = (*nodes_)[index];
    node.end = static_cast<std::uint32_t>(offset());
    node.next = static_cast<std::uint32_t>(nodes_->size());
  }

  /// A key and its colon.
  bool take_key() {
    if (peek() != '"') return fail("a key in quotes is expected", at_);
    if constexpr (kNotes) key_begin_ = static_cast<std::uint32_t>(offset());
    if (!string()) return false;
    key_end_ = offset();
    skip_blanks();
    return take(':', "a colon is expected");
  }

  bool string() {
    const char* const quote = at_++;
    for (;;) {
      at_ = json_detail::find_special(at_, end_);
      if (at_ == end_) return fail("a string does not end", quote);
      if (*at_ == '"') break;
      if (*at_ == '\\') {
        if (!escape()) return false;
      } else if (static_cast<unsigned char>(*at_) < 0x20) {
        return fail("a control character stands unescaped in a string", at_);
      } else if (!characters()) {
        return false;
      }
    }
    ++at_;
    return true;
  }

  bool escape() {
    const char* const begin = at_++;
    const std::size_t left = static_cast<std::size_t>(end_ - at_);
    if (left == 0) return fail("a string does not end", begin);
    if (*at_ == 'u') {
      if (left < 5 || !is_hex_digit(at_[1]) || !is_hex_digit(at_[2]) || !is_hex_digit(at_[3]) ||
          !is_hex_digit(at_[4])) {
        return fail("four hexadecimal digits are expected", begin);
      }
      at_ += 5;
      return true;
    }
    if (json_detail::kEscapedBy[static_cast<unsigned char>(*at_)] == '\0')
      return fail("no such escape", begin);
    ++at_;
    return true;
  }

  /// A run of characters beyond ASCII.
  bool characters() {
    while (at_ != end_ && static_cast<unsigned char>(*at_) >= 0x80) {
      const std::size_t length = utf8_length(at_, end_);
      if (length == 0) return fail("this byte is not valid UTF-8", at_);
      at_ += length;
    }
    return true;
  }

  bool number() {
    const char* const begin = at_;
    if (peek() == '-') ++at_;
    if (!is_digit(peek())) return fail("a value is expected", begin);
    if (*at_ == '0') {
      ++at_;
      if (is_digit(peek())) return fail("a number begins with 0", begin);
    }
    skip_digits();
    if (peek() == '.') {
      ++at_;
      if (!is_digit(peek())) return fail("digits are expected after the point", at_);
      skip_digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!is_digit(peek())) return fail("digits are expected in the exponent", at_);
      skip_digits();
    }
    return true;
  }

  bool literal(std::string_view word) {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) {
      return fail("a value is expected", at_);
    }
    at_ += word.size();
    return true;
  }

  bool take(char wanted, const char* fault) {
    if (peek() != wanted) return fail(fault, at_);
    ++at_;
    return true;
  }

  bool finish() {
    skip_blanks();
    return at_ == end_ || fail("more bytes follow the value", at_);
  }

  void open(bool is_object) {
    open_ = (open_ << 1) | (is_object ? 1U : 0U);
    ++depth_;
  }

  void skip_blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }

  void skip_digits() noexcept {
    while (at_ != end_ && is_digit(*at_)) ++at_;
  }

  /// The byte at the cursor; NUL at the end, which begins nothing in JSON either.
  char peek() const noexcept { return at_ == end_ ? '\0' : *at_; }

  std::size_t offset() const noexcept { return static_cast<std::size_t>(at_ - text_.data()); }

  bool fail(const char* what, const char* where) noexcept {
    fault_ = what;
    fault_at_ = static_cast<std::size_t>(where - text_.data());
    return false;
  }

  Error error() const {
    const char* const what = fault_at_ == text_.size() ? "the text ends too early" : fault_;
    Error made = client_error(ErrorKind::bad_request,
                              "invalid JSON at byte " + std::to_string(fault_at_) + ": " + what);
    made.code = "invalid_json";
    return made;
  }

  Error duplicate_error() const {
    const std::string key(duplicate_->key);
    Error made = client_error(
        ErrorKind::bad_request,
        "\"" + key + "\" stands twice, again at byte " + std::to_string(fault_at_), key);
    made.code = "duplicate_key";
    return made;
  }

  std::string_view text_;
  const char* at_;
  const char* end_;
  std::uint64_t open_ = 0;  // open brackets, the innermost lowest; 1 is an object
  int depth_ = 0;
  std::uint32_t values_ = 0;
  bool expects_value_ = false;  // the cursor is before a value inside a container
  std::size_t key_end_ = 0;     // of the last key read
  const char* fault_ = "";
  std::size_t fault_at_ = 0;
  const JsonMember* duplicate_ = nullptr;
  std::vector<json_detail::Node>* nodes_;
  std::uint32_t key_begin_ = 0;                      // of the member whose value comes next
  std::array<std::size_t, kMaxDepth> containers_{};  // nodes of the open brackets
};

}  // namespace

Result<void> scan_object(std::string_view text, std::span<JsonMember> wanted) {
  json_detail::forget(wanted);
  return Scanner<false>(text).object(wanted);
}

Result<JsonType> scan_json(std::string_view text) {
  return Scanner<false>(text).any();
}

Result<std::vector<json_detail::Node>> json_detail::scan_nodes(std::string_view text) {
  std::vector<Node> nodes;
  nodes.reserve(text.size() / 32 + 4);
  if (Result<JsonType> scanned = Scanner<true>(text, &nodes).any(); !scanned)
    return scanned.error();
  return nodes;
}

}  // namespace arouter
