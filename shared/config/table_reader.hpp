// Reads one TOML table strictly: every key is asked for by name, with its bounds beside it, and
// whatever was not asked for is a fault.
//
// A key that is absent leaves the target as it is, so member initialisers stay the only defaults.
// A value that is wrong adds a fault and leaves the target as well.
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config/toml_value.hpp"
#include "shared/error.hpp"
#include "shared/money.hpp"

namespace arouter {

struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

/// One of the words that a key may hold, and what it means.
template <class Meaning>
struct Word {
  std::string_view word;
  Meaning meaning;
};

/// Keys are string literals: the reader keeps views of them. The table and the fault list must
/// outlive it.
class TableReader {
 public:
  /// `path` names the table in messages: "server", "provider.model"; "" for the root.
  TableReader(const TomlValue& table, std::string path, FaultList& faults)
      : table_(&table), path_(std::move(path)), faults_(&faults) {}

  void read(std::string_view key, std::string& text);
  void read(std::string_view key, bool& flag);
  void read(std::string_view key, std::vector<std::string>& texts);
  /// A decimal string in USD; a number is a fault that says to write a string.
  void read(std::string_view key, Money& price);
  template <std::integral Number>
  void read(std::string_view key, Number& number, Bounds bounds) {
    if (const auto value = integer(key, bounds)) number = static_cast<Number>(*value);
  }
  /// In the duration's own unit.
  template <class Period>
  void read(std::string_view key, std::chrono::duration<std::int64_t, Period>& duration,
            Bounds bounds) {
    using Duration = std::chrono::duration<std::int64_t, Period>;
    if (const auto value = integer(key, bounds)) duration = Duration(*value);
  }
  template <class Meaning, std::size_t count>
  void read(std::string_view key, Meaning& meaning, const Word<Meaning> (&words)[count]) {
    std::vector<std::string_view> known;
    for (const Word<Meaning>& each : words) known.push_back(each.word);
    if (const auto index = word(key, known)) meaning = words[*index].meaning;
  }

  /// Whether `key` stands here; that alone does not ask for it.
  bool has(std::string_view key) const { return member(key) != nullptr; }
  /// The value of `key`, which counts as asked for; null when absent.
  const TomlValue* find(std::string_view key);
  /// Like find(), but an absent key is a fault, and a value of another type too (then null).
  const TomlValue* require(std::string_view key, TomlType type);
  /// Readers of a sub-table and of each table in an array; none when absent or of another type.
  std::optional<TableReader> table(std::string_view key);
  std::vector<TableReader> tables(std::string_view key);
  /// The strings of an array, with their places; anything else in it is a fault.
  std::vector<const TomlValue*> strings(std::string_view key);

  /// Adds a fault for every key that nobody asked for.
  void finish();

  /// Where `key`'s value stands, or the table when the key is absent.
  TextPlace place_of(std::string_view key) const;
  TextPlace place() const { return table_->place; }
  const std::string& path() const { return path_; }
  SourcePlace in_file(TextPlace place) const { return faults_->in_file(place); }
  std::string name_of(std::string_view key) const;
  /// A fault at `key`'s value that begins with the key's name.
  void fault(std::string_view key, std::string_view message);
  void fault_at(TextPlace place, std::string message) { faults_->add(place, std::move(message)); }

 private:
  const TomlMember* member(std::string_view key) const;
  const TomlValue* typed(std::string_view key, TomlType type);
  std::optional<std::int64_t> integer(std::string_view key, Bounds bounds);
  std::optional<std::size_t> word(std::string_view key, const std::vector<std::string_view>& known);

  const TomlValue* table_;
  std::string path_;
  FaultList* faults_;
  std::vector<std::string_view> asked_;
};

/// "'x' is none of a, b, c; did you mean 'a'?"
std::string not_among(std::string_view text, const std::vector<std::string_view>& known);

}  // namespace arouter
