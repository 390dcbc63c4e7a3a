#include "cli/mock/schema_value.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace arouter::mock {

namespace {

constexpr int kMostDepth = 32;
constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::string_view kWord = "example";

/// The words of a schema that are looked at.
struct SchemaWords {
  std::array<JsonMember, 17> members{{{"type"},
                                      {"enum"},
                                      {"const"},
                                      {"properties"},
                                      {"required"},
                                      {"items"},
                                      {"minItems"},
                                      {"minimum"},
                                      {"maximum"},
                                      {"minLength"},
                                      {"maxLength"},
                                      {"format"},
                                      {"anyOf"},
                                      {"oneOf"},
                                      {"allOf"},
                                      {"$ref"},
                                      {"exclusiveMinimum"}}};

  const JsonValue& operator[](std::string_view key) const {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const JsonMember& member) { return member.key == key; });
    return found->value;
  }
};

class ValueMaker {
 public:
  ValueMaker(std::string_view text, const JsonValue& root) : text_(text), root_(root) {}

  Result<std::string> make() {
    write(root_, 0);
    if (fault_ != nullptr) {
      return client_error(ErrorKind::bad_request, std::string("the schema ") + fault_);
    }
    return std::move(out_);
  }

 private:
  void write(const JsonValue& schema, int depth) {
    if (depth > kMostDepth) return fail("never ends");
    if (out_.size() > kMostBytes) return fail("asks for more than 64 KiB");
    if (fault_ != nullptr) return;
    if (schema.type == JsonType::boolean) return write_word({});  // true: anything will do
    if (schema.type != JsonType::object) return fail("is not an object");
    SchemaWords words;
    find_members(text_, schema, words.members);
    if (words["$ref"].present()) return write_referenced(words["$ref"], depth);
    if (words["const"].present()) {
      out_ += words["const"].in(text_);
      return;
    }
    for (const char* list : {"enum", "anyOf", "oneOf", "allOf"}) {
      if (!words[list].present()) continue;
      const std::optional<JsonValue> first = first_of(words[list]);
      if (!first) return fail("has an empty list of choices");
      if (list != std::string_view("enum")) return write(*first, depth + 1);
      out_ += first->in(text_);
      return;
    }
    write_typed(words, depth);
  }

  void write_typed(const SchemaWords& words, int depth) {
    const std::string type = type_of(words);
    if (type == "object") return write_object(words, depth);
    if (type == "array") return write_array(words, depth);
    if (type == "string") return write_word(words);
    if (type == "integer" || type == "number") return write_number(words);
    if (type == "boolean") {
      out_ += "true";
    } else if (type == "null") {
      out_ += "null";
    } else {
      fail("has an unknown type");
    }
  }

  std::string type_of(const SchemaWords& words) const {
    const JsonValue& type = words["type"];
    if (type.type == JsonType::string) return lower_case(type);
    if (type.type == JsonType::array) {
      const std::optional<JsonValue> first = first_of(type);
      return first ? lower_case(*first) : "";
    }
    if (type.present()) return "";
    if (words["properties"].present()) return "object";
    return words["items"].present() ? "array" : "string";
  }

  /// Gemini's own schemas shout: "OBJECT".
  std::string lower_case(const JsonValue& word) const {
    std::string text = decode_string(text_, word).value_or("");
    for (char& letter : text)
      letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter | 0x20) : letter;
    return text;
  }

  void write_object(const SchemaWords& words, int depth) {
    out_ += '{';
    bool first = true;
    for_each_element(text_, words["required"], [&](const JsonValue& name) {
      const std::optional<std::string> key = decode_string(text_, name);
      if (!key) return fail("requires something that is no name");
      if (!std::exchange(first, false)) out_ += ", ";
      append_json_string(out_, *key);
      out_ += ": ";
      std::array<JsonMember, 1> property{{{*key}}};
      find_members(text_, words["properties"], property);
      if (property[0].value.present()) return write(property[0].value, depth + 1);
      write_word({});
    });
    out_ += '}';
  }

  void write_array(const SchemaWords& words, int depth) {
    const std::int64_t least = decode_count(text_, words["minItems"]).value_or(0);
    out_ += '[';
    for (std::int64_t i = 0; i < least && fault_ == nullptr; ++i) {
      if (i > 0) out_ += ", ";
      if (words["items"].present()) {
        write(words["items"], depth + 1);
      } else {
        write_word({});
      }
      if (out_.size() > kMostBytes) fail("asks for more than 64 KiB");
    }
    out_ += ']';
  }

  void write_number(const SchemaWords& words) {
    const std::optional<std::int64_t> above = decode_count(text_, words["exclusiveMinimum"]);
    if (words["minimum"].present()) {
      out_ += words["minimum"].in(text_);
    } else if (above) {
      out_ += std::to_string(*above + 1);
    } else if (words["maximum"].present()) {
      out_ += words["maximum"].in(text_);
    } else {
      out_ += '1';
    }
  }

  void write_word(const SchemaWords& words) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kFormats{
        {{"date", "2024-02-29"},
         {"date-time", "2024-02-29T12:00:00Z"},
         {"time", "12:00:00Z"},
         {"email", "someone@example.org"},
         {"uri", "https://example.org/"},
         {"uuid", "00000000-0000-4000-8000-000000000000"}}};
    const std::string format = decode_string(text_, words["format"]).value_or("");
    for (const auto& [name, value] : kFormats) {
      if (name == format) return append_json_string(out_, value);
    }
    std::string word(kWord);
    const std::int64_t least = decode_count(text_, words["minLength"]).value_or(0);
    const std::int64_t most = decode_count(text_, words["maxLength"]).value_or(least + 64);
    if (least > static_cast<std::int64_t>(kMostBytes)) return fail("asks for more than 64 KiB");
    while (static_cast<std::int64_t>(word.size()) < least) word += kWord;
    if (static_cast<std::int64_t>(word.size()) > most) word.resize(static_cast<std::size_t>(most));
    append_json_string(out_, word);
  }

  void write_referenced(const JsonValue& reference, int depth) {
    const std::string pointer = decode_string(text_, reference).value_or("");
    if (!pointer.starts_with('#')) return fail("refers to another document");
    JsonValue found = root_;
    std::size_t at = 1;
    while (at < pointer.size() && found.present()) {
      const std::size_t end = std::min(pointer.find('/', at + 1), pointer.size());
      std::array<JsonMember, 1> step{{{std::string_view(pointer).substr(at + 1, end - at - 1)}}};
      find_members(text_, found, step);
      found = step[0].value;
      at = end;
    }
    if (!found.present()) return fail("refers to nothing");
    write(found, depth + 1);
  }

  std::optional<JsonValue> first_of(const JsonValue& array) const {
    std::optional<JsonValue> first;
    for_each_element(text_, array, [&](const JsonValue& element) {
      if (!first) first = element;
    });
    return first;
  }

  void fail(const char* fault) {
    if (fault_ == nullptr) fault_ = fault;
  }

  std::string_view text_;
  JsonValue root_;
  std::string out_;
  const char* fault_ = nullptr;
};

}  // namespace

Result<std::string> make_schema_value(std::string_view text, const JsonValue& schema) {
  if (schema.type == JsonType::absent || schema.type == JsonType::null) return std::string("{}");
  return ValueMaker(text, schema).make();
}

Result<std::string> make_schema_value(const JsonItem& schema) {
  return make_schema_value(schema.raw(), {schema.type(), 0, schema.raw().size()});
}

}  // namespace arouter::mock
