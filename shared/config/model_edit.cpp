#include "shared/config/model_edit.hpp"

#include <algorithm>
#include <optional>

#include "shared/config/model_edit_check.hpp"
#include "shared/config/toml_text.hpp"
#include "shared/splice.hpp"

namespace arouter {

namespace {

using Kind = TomlStatement::Kind;
using Statements = std::vector<TomlStatement>;

const TomlPath kProvider{"provider"};
const TomlPath kModel{"provider", "model"};

bool begins_with(const TomlPath& path, const TomlPath& front) {
  return path.size() >= front.size() && std::equal(front.begin(), front.end(), path.begin());
}

bool is_entry(const TomlStatement& each, const TomlPath& path) {
  return each.kind == Kind::array_table && each.path == path;
}

/// Indices of statements: from `begin` to before `end`.
struct Span {
  std::size_t begin = 0, end = 0;
};

/// The statements of the `number`th entry of `path` within `in`, with those of its sub-tables.
std::optional<Span> find_entry(const Statements& all, Span in, const TomlPath& path,
                               std::size_t number) {
  for (std::size_t i = in.begin; i < in.end; ++i) {
    if (!is_entry(all[i], path) || number-- > 0) continue;
    Span span{i, i + 1};
    for (std::size_t at = i + 1; at < in.end; ++at) {
      const bool is_member = all[at].kind == Kind::member;
      const bool other =
          !is_member && (is_entry(all[at], path) || !begins_with(all[at].path, path));
      if (other) break;
      span.end = at + 1;
    }
    return span;
  }
  return std::nullopt;
}

class ModelEditor {
 public:
  ModelEditor(std::string_view text, Span provider)
      : text_(text), all_(scan_toml(text)), provider_(provider) {
    const std::size_t newline = text.find('\n');
    if (newline != text.npos && newline > 0 && text[newline - 1] == '\r') line_end_ = "\r\n";
  }

  void add(const ModelEdit& edit) {
    std::string entry = line_end_ + "[[provider.model]]" + line_end_ +
                        "id = " + encode_toml_string(edit.id) + line_end_;
    for (std::size_t i = 0; i < edit.fields.size();) {
      const std::size_t next = end_of_table(edit.fields, i);
      entry += encode_fields(edit.fields, i, next) + line_end_;
      i = next;
    }
    insert_lines(all_[provider_.end - 1].line_end, entry);
  }

  void change(Span entry, const ModelEdit& edit) {
    for (std::size_t i = 0; i < edit.fields.size();) {
      const std::size_t next = end_of_table(edit.fields, i);
      const std::string& table = edit.fields[i].table;
      if (table.empty()) {
        set(own_members(entry.begin, entry.end), {}, edit.fields[i]);
      } else {
        change_table(entry, edit.fields, i, next);
      }
      i = next;
    }
  }

  void comment_out(Span entry) {
    std::size_t at = all_[entry.begin].line_begin;
    const std::size_t end = all_[entry.end - 1].line_end;
    while (at < end) {
      const std::size_t next = std::min(text_.find('\n', at), text_.size() - 1) + 1;
      const bool is_blank = text_.substr(at, next - at).find_first_not_of(" \t\r\n") == text_.npos;
      if (!is_blank) edits_.push_back({at, at, "#"});
      at = next;
    }
  }

  std::string finish() { return splice(text_, std::move(edits_)); }
  const Statements& statements() const { return all_; }

 private:
  static std::size_t end_of_table(const std::vector<ModelField>& fields, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < fields.size() && !fields[begin].table.empty() &&
           fields[end].table == fields[begin].table) {
      ++end;
    }
    return end;
  }

  /// "name = …", or "pricing = { prompt = …, completion = … }".
  static std::string encode_fields(const std::vector<ModelField>& fields, std::size_t begin,
                                   std::size_t end) {
    if (fields[begin].table.empty()) return fields[begin].key + " = " + fields[begin].toml;
    std::string text = fields[begin].table + " = { ";
    for (std::size_t i = begin; i < end; ++i) {
      text += (i > begin ? ", " : "") + fields[i].key + " = " + fields[i].toml;
    }
    return text + " }";
  }

  /// A header and the members that stand directly below it.
  Span own_members(std::size_t header, std::size_t end) const {
    Span span{header, header + 1};
    while (span.end < end && all_[span.end].kind == Kind::member) ++span.end;
    return span;
  }

  const TomlStatement* find_member(Span span, const TomlPath& path) const {
    for (std::size_t i = span.begin; i < span.end; ++i) {
      if (all_[i].kind == Kind::member && all_[i].path == path) return &all_[i];
    }
    return nullptr;
  }

  void replace_value(const TomlStatement& member, const std::string& toml) {
    edits_.push_back({member.value_begin, member.end, toml});
  }

  /// Below `span`'s header, under the key `front` and the field's.
  void set(Span span, TomlPath front, const ModelField& field) {
    std::string prefix;
    for (const std::string& part : front) prefix += part + ".";
    front.push_back(field.key);
    if (const TomlStatement* member = find_member(span, front)) {
      replace_value(*member, field.toml);
    } else {
      add_line(span, prefix + field.key + " = " + field.toml);
    }
  }

  void add_line(Span span, const std::string& line) {
    const TomlStatement& last = all_[span.end - 1];
    const std::string_view indent = text_.substr(last.line_begin, last.begin - last.line_begin);
    insert_lines(last.line_end, std::string(indent) + line + line_end_);
  }

  /// `lines` end with a line end. Where the text does not, it still does not.
  void insert_lines(std::size_t at, std::string lines) {
    if (at == text_.size() && !text_.empty() && text_.back() != '\n') {
      lines.resize(lines.size() - line_end_.size());
      lines.insert(0, line_end_);
    }
    edits_.push_back({at, at, std::move(lines)});
  }

  void change_table(Span entry, const std::vector<ModelField>& fields, std::size_t begin,
                    std::size_t end) {
    const std::string& table = fields[begin].table;
    const Span own = own_members(entry.begin, entry.end);
    if (const TomlStatement* written = find_member(own, {table})) {
      return change_inline(*written, fields, begin, end);
    }
    TomlPath header = kModel;
    header.push_back(table);
    for (std::size_t i = own.end; i < entry.end; ++i) {
      if (all_[i].kind != Kind::table || all_[i].path != header) continue;
      const Span below = own_members(i, entry.end);
      for (std::size_t at = begin; at < end; ++at) set(below, {}, fields[at]);
      return;
    }
    const bool is_dotted =
        std::any_of(all_.begin() + static_cast<std::ptrdiff_t>(own.begin) + 1,
                    all_.begin() + static_cast<std::ptrdiff_t>(own.end),
                    [&](const TomlStatement& each) { return each.path.front() == table; });
    if (!is_dotted) return add_line(own, encode_fields(fields, begin, end));
    for (std::size_t at = begin; at < end; ++at) set(own, {table}, fields[at]);
  }

  void change_inline(const TomlStatement& written, const std::vector<ModelField>& fields,
                     std::size_t begin, std::size_t end) {
    const Statements members = scan_inline_table(text_, written.value_begin, written.end);
    std::string more;
    for (std::size_t i = begin; i < end; ++i) {
      const auto same = std::find_if(
          members.begin(), members.end(),
          [&](const TomlStatement& each) { return each.path == TomlPath{fields[i].key}; });
      if (same != members.end()) {
        replace_value(*same, fields[i].toml);
      } else {
        more += ", " + fields[i].key + " = " + fields[i].toml;
      }
    }
    if (more.empty()) return;
    if (!members.empty()) {
      edits_.push_back({members.back().end, members.back().end, more});
    } else {
      edits_.push_back({written.value_begin, written.end, "{ " + more.substr(2) + " }"});
    }
  }

  std::string_view text_;
  Statements all_;
  Span provider_;
  std::string line_end_ = "\n";
  std::vector<Edit> edits_;
};

Error cannot_edit(const std::string& why) {
  return client_error(ErrorKind::bad_request, why);
}

const TomlValue* find_value(const TomlValue& table, std::string_view key) {
  for (const TomlMember& member : table.members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

/// Where `items` has a table whose `key` is `value`.
std::optional<std::size_t> find_named(const TomlValue* items, std::string_view key,
                                      std::string_view value) {
  if (items == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < items->items.size(); ++i) {
    const TomlValue* name = find_value(items->items[i], key);
    if (name != nullptr && name->type == TomlType::string && name->text == value) return i;
  }
  return std::nullopt;
}

/// The statements of the provider, up to the next one's.
std::optional<Span> find_provider(const Statements& all, std::size_t number) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!is_entry(all[i], kProvider) || number-- > 0) continue;
    Span span{i, i + 1};
    bool is_inside = true;
    for (std::size_t at = i + 1; at < all.size() && !is_entry(all[at], kProvider); ++at) {
      if (all[at].kind != Kind::member) is_inside = begins_with(all[at].path, kProvider);
      if (is_inside) span.end = at + 1;
    }
    return span;
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> edit_models(std::string_view text, std::string_view provider,
                                const std::vector<ModelEdit>& edits) {
  FaultList faults("");
  const TomlValue document = decode_toml(text, faults);
  if (!faults.empty()) return cannot_edit("it is no TOML: " + faults.take().front().message);
  const std::string name(provider);
  const TomlValue* providers = find_value(document, "provider");
  const auto number = find_named(providers, "name", provider);
  if (!number) return cannot_edit("it holds no provider '" + name + "'");
  const auto span = find_provider(scan_toml(text), *number);
  if (!span) return cannot_edit("the provider '" + name + "' is not written as [[provider]]");

  ModelEditor editor(text, *span);
  const TomlValue* models = find_value(providers->items[*number], "model");
  for (const ModelEdit& edit : edits) {
    const auto place = find_named(models, "id", edit.id);
    const auto entry =
        place ? find_entry(editor.statements(), *span, kModel, *place) : std::nullopt;
    const bool is_new = edit.kind == ModelEdit::Kind::add;
    const bool is_inline = models != nullptr && !find_entry(editor.statements(), *span, kModel, 0);
    if (is_inline || (place && !entry)) {
      return cannot_edit(
          "the models of '" + name +
          "' stand in one array; write each as [[provider.model]] below its provider");
    }
    if (is_new == entry.has_value()) {
      return internal_error("model edit: " + edit.id + (is_new ? " is there" : " is not there"));
    }
    if (is_new) {
      editor.add(edit);
    } else {
      edit.kind == ModelEdit::Kind::change ? editor.change(*entry, edit)
                                           : editor.comment_out(*entry);
    }
  }
  std::string edited = editor.finish();
  if (const Result<void> good = check_model_edits(document, *number, edits, edited); !good) {
    return good.error();
  }
  return edited;
}

}  // namespace arouter
