#include "shared/config/table_reader.hpp"

#include <algorithm>

namespace arouter {

const TomlMember* TableReader::member(std::string_view key) const {
  const auto found = std::find_if(table_->members.begin(), table_->members.end(),
                                  [&](const TomlMember& each) { return each.key == key; });
  return found == table_->members.end() ? nullptr : &*found;
}

const TomlValue* TableReader::find(std::string_view key) {
  asked_.push_back(key);
  const TomlMember* found = member(key);
  return found == nullptr ? nullptr : &found->value;
}

const TomlValue* TableReader::typed(std::string_view key, TomlType type) {
  const TomlValue* value = find(key);
  if (value == nullptr || value->type == type) return value;
  fault(key, "must be " + std::string(type_phrase(type)) + ", not " +
                 std::string(type_phrase(value->type)));
  return nullptr;
}

const TomlValue* TableReader::require(std::string_view key, TomlType type) {
  if (member(key) == nullptr) {
    asked_.push_back(key);
    fault(key, "is missing");
    return nullptr;
  }
  return typed(key, type);
}

void TableReader::read(std::string_view key, std::string& text) {
  if (const TomlValue* value = typed(key, TomlType::string)) text = value->text;
}

void TableReader::read(std::string_view key, bool& flag) {
  if (const TomlValue* value = typed(key, TomlType::boolean)) flag = value->integer != 0;
}

void TableReader::read(std::string_view key, std::vector<std::string>& texts) {
  const TomlValue* value = member(key) == nullptr ? nullptr : &member(key)->value;
  const std::vector<const TomlValue*> found = strings(key);
  if (value == nullptr || value->type != TomlType::array) return;
  texts.clear();
  for (const TomlValue* each : found) texts.push_back(each->text);
}

void TableReader::read(std::string_view key, Money& price) {
  const TomlValue* value = find(key);
  if (value == nullptr) return;
  if (value->type == TomlType::floating || value->type == TomlType::integer) {
    return fault(key,
                 "must be a string in USD, such as \"0.000002\": write the amount in quotes, a "
                 "number would be rounded");
  }
  if (value->type != TomlType::string) {
    return fault(key, "must be a string in USD, such as \"0.000002\"");
  }
  const Result<Money> amount = decode_money(value->text);
  if (amount) {
    price = *amount;
  } else {
    fault(key, "is no price: " + amount.error().message);
  }
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, Bounds bounds) {
  const TomlValue* value = typed(key, TomlType::integer);
  if (value == nullptr) return std::nullopt;
  if (value->integer >= bounds.least && value->integer <= bounds.most) return value->integer;
  fault(key, "must be between " + std::to_string(bounds.least) + " and " +
                 std::to_string(bounds.most) + ", not " + std::to_string(value->integer));
  return std::nullopt;
}

std::optional<std::size_t> TableReader::word(std::string_view key,
                                             const std::vector<std::string_view>& known) {
  const TomlValue* value = typed(key, TomlType::string);
  if (value == nullptr) return std::nullopt;
  const auto found = std::find(known.begin(), known.end(), value->text);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  fault(key, "is " + not_among(value->text, known));
  return std::nullopt;
}

std::optional<TableReader> TableReader::table(std::string_view key) {
  const TomlValue* value = typed(key, TomlType::table);
  if (value == nullptr) return std::nullopt;
  return TableReader(*value, name_of(key), *faults_);
}

std::vector<TableReader> TableReader::tables(std::string_view key) {
  std::vector<TableReader> readers;
  const TomlValue* value = find(key);
  if (value == nullptr) return readers;
  if (value->type == TomlType::table) {
    fault(key, "may stand several times: write [[" + name_of(key) + "]], in two brackets");
    return readers;
  }
  if (value->type != TomlType::array) {
    fault(key, "must be an array of tables, not " + std::string(type_phrase(value->type)));
    return readers;
  }
  for (const TomlValue& item : value->items) {
    if (item.type == TomlType::table) {
      readers.emplace_back(item, name_of(key), *faults_);
    } else {
      fault_at(item.place,
               name_of(key) + " must hold tables, not " + std::string(type_phrase(item.type)));
    }
  }
  return readers;
}

std::vector<const TomlValue*> TableReader::strings(std::string_view key) {
  std::vector<const TomlValue*> found;
  const TomlValue* value = typed(key, TomlType::array);
  if (value == nullptr) return found;
  for (const TomlValue& item : value->items) {
    if (item.type == TomlType::string) {
      found.push_back(&item);
    } else {
      fault_at(item.place,
               name_of(key) + " must hold strings, not " + std::string(type_phrase(item.type)));
    }
  }
  return found;
}

void TableReader::finish() {
  for (const std::string_view key : asked_) faults_->note_key(name_of(key));
  for (const TomlMember& each : table_->members) {
    if (std::find(asked_.begin(), asked_.end(), each.key) != asked_.end()) continue;
    fault_at(each.place, "unknown key " + quoted_name(each.key) +
                             (path_.empty() ? "" : " in " + path_) +
                             did_you_mean(each.key, asked_));
  }
}

TextPlace TableReader::place_of(std::string_view key) const {
  const TomlMember* found = member(key);
  return found == nullptr ? table_->place : found->value.place;
}

std::string TableReader::name_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void TableReader::fault(std::string_view key, std::string_view message) {
  fault_at(place_of(key), name_of(key) + " " + std::string(message));
}

std::string not_among(std::string_view text, const std::vector<std::string_view>& known) {
  std::string list;
  for (const std::string_view each : known) list += (list.empty() ? "" : ", ") + std::string(each);
  return quoted_name(text) + ", which is none of " + list + did_you_mean(text, known);
}

}  // namespace arouter
