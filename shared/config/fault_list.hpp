// What reading one configuration file brings to light: its faults, and which keys were asked for.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "shared/config.hpp"

namespace arouter {

/// Line and column (in characters), both from 1.
struct TextPlace {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

class FaultList {
 public:
  explicit FaultList(std::string_view file) : file_(file) {}

  void add(TextPlace place, std::string message);
  SourcePlace in_file(TextPlace place) const { return {file_, place.line, place.column}; }
  bool empty() const { return faults_.empty(); }
  std::vector<ConfigFault> take() { return std::move(faults_); }

  void note_key(std::string key) { keys_.insert(std::move(key)); }
  const std::set<std::string>& keys() const { return keys_; }

 private:
  std::string file_;
  std::vector<ConfigFault> faults_;
  std::set<std::string> keys_;  // "server.workers"
};

/// Sorted by file (in the order of `files`), line and column; after 100 the rest is only counted.
std::vector<ConfigFault> in_order(std::vector<ConfigFault> faults,
                                  const std::vector<std::string>& files);

/// A name out of a file, fit for a message: no terminal controls, at most 64 bytes, in quotes.
std::string quoted_name(std::string_view name);

/// "; did you mean 'x'?" or "".
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace arouter
