#include "cli/keys/key_list.hpp"

#include <algorithm>

#include "shared/json_doc.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::size_t kLeastOfHash = 6;
constexpr std::size_t kShownOfHash = 12;

Error malformed() {
  return upstream_error(ErrorKind::upstream_malformed,
                        "the server's answer is no list of keys; is it an arouter daemon?");
}

KeyLine decode_key(const JsonItem& object) {
  const auto text = [&](const char* name) { return object[name].text(); };
  const auto number = [&](const char* name) { return std::string(object[name].number()); };
  return {.hash = text("hash"),
          .name = text("name"),
          .label = text("label"),
          .type = text("key_type"),
          .disabled = object["disabled"].boolean().value_or(false),
          .expires_at = text("expires_at"),
          .limit = number("limit"),
          .remaining = number("limit_remaining"),
          .reset = text("limit_reset"),
          .usage = number("usage"),
          .usage_daily = number("usage_daily"),
          .body = std::string(object.raw())};
}

std::string state_of(const KeyLine& key, std::string_view now) {
  if (key.disabled) return "disabled";
  if (!key.expires_at.empty() && std::string_view(key.expires_at) <= now) return "expired";
  return key.type == "management" ? "manages" : "active";
}

/// "4.5 of 10 monthly", in USD.
std::string left_of(const KeyLine& key, const char* unit) {
  if (key.limit.empty()) return "";
  std::string text = unit + key.remaining + " of " + unit + key.limit;
  return key.reset.empty() ? text : text + " " + key.reset;
}

}  // namespace

Result<std::vector<KeyLine>> decode_key_list(std::string_view body) {
  const Result<JsonDoc> document = JsonDoc::read(body);
  if (!document || !document->root()["data"].is_array()) return malformed();
  std::vector<KeyLine> keys;
  for (const JsonItem each : document->root()["data"]) {
    keys.push_back(decode_key(each));
    if (keys.back().hash.empty()) return malformed();
  }
  return keys;
}

Result<KeyLine> decode_one_key(std::string_view body) {
  const Result<JsonDoc> document = JsonDoc::read(body);
  if (!document || !document->root()["data"].is_object()) return malformed();
  return decode_key(document->root()["data"]);
}

Result<std::string> decode_secret(std::string_view body) {
  const Result<JsonDoc> document = JsonDoc::read(body);
  std::string secret = document ? document->root()["key"].text() : std::string();
  if (secret.empty()) return malformed();
  return secret;
}

Result<KeyLine> pick_key(const std::vector<KeyLine>& keys, const std::string& typed) {
  std::vector<const KeyLine*> found;
  for (const KeyLine& each : keys) {
    const bool by_hash = typed.size() >= kLeastOfHash && each.hash.starts_with(typed);
    if (each.name == typed || each.label == typed || by_hash) found.push_back(&each);
  }
  if (found.size() == 1) return *found.front();
  if (found.empty()) {
    std::vector<std::string_view> names;
    for (const KeyLine& each : keys) names.push_back(each.name);
    const std::string near = nearest_name(typed, names);
    return client_error(
        ErrorKind::not_found,
        "no key is called '" + typed + "'" +
            (near.empty() ? "; see: arouter keys list" : "; did you mean '" + near + "'?"));
  }
  std::string message = "several keys are called '" + typed + "'; name one by its hash:";
  for (const KeyLine* each : found) {
    message += "\n  " + each->hash.substr(0, kShownOfHash) + "  " + each->label;
  }
  return client_error(ErrorKind::not_found, std::move(message));
}

Table key_table(const std::vector<KeyLine>& keys, std::string_view now, bool for_people) {
  Table table;
  table.columns = {{"NAME"},
                   {"STATE"},
                   {"LEFT"},
                   {"SPENT", true},
                   {"TODAY", true, true},
                   {"HASH", false, true},
                   {"LABEL", false, true},
                   {"EXPIRES", false, true}};
  const auto cell = [&](const std::string& text) {
    return text.empty() && for_people ? std::string("-") : text;
  };
  const char* unit = for_people ? "$" : "";
  for (const KeyLine& each : keys) {
    table.rows.push_back({each.name, state_of(each, now), cell(left_of(each, unit)),
                          unit + each.usage, unit + each.usage_daily,
                          for_people ? each.hash.substr(0, kShownOfHash) : each.hash, each.label,
                          cell(each.expires_at)});
  }
  return table;
}

std::string key_lines(const KeyLine& key) {
  const Result<JsonDoc> document = JsonDoc::read(key.body);
  if (!document) return {};
  std::size_t width = 0;
  for (const JsonItem member : document->root()) width = std::max(width, member.key().size());
  std::string lines;
  for (const JsonItem member : document->root()) {
    std::string name = member.key();
    name.resize(width + 2, ' ');
    const std::string value = member.is_string() ? member.text() : std::string(member.raw());
    lines += name + (member.is_set() ? value : "-") + "\n";
  }
  return lines;
}

}  // namespace arouter
