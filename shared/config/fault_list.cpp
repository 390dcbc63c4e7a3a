#include "shared/config/fault_list.hpp"

#include <algorithm>
#include <tuple>

#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::size_t kMostFaults = 100;
constexpr std::size_t kMostNameBytes = 64;

}  // namespace

void FaultList::add(TextPlace place, std::string message) {
  faults_.push_back({in_file(place), std::move(message)});
}

std::vector<ConfigFault> in_order(std::vector<ConfigFault> faults,
                                  const std::vector<std::string>& files) {
  const auto rank = [&](const ConfigFault& fault) {
    const auto file = std::find(files.begin(), files.end(), fault.place.file);
    return std::tuple(file - files.begin(), fault.place.line, fault.place.column);
  };
  std::stable_sort(faults.begin(), faults.end(),
                   [&](const ConfigFault& a, const ConfigFault& b) { return rank(a) < rank(b); });
  if (faults.size() > kMostFaults) {
    const std::size_t more = faults.size() - kMostFaults;
    faults.resize(kMostFaults);
    faults.push_back({{faults.back().place.file}, std::to_string(more) + " more faults"});
  }
  return faults;
}

std::string quoted_name(std::string_view name) {
  std::string shown = strip_terminal_controls(name.substr(0, kMostNameBytes));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  return "'" + shown + (name.size() > kMostNameBytes ? "…'" : "'");
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates) {
  if (name.size() > kMostNameBytes) return {};
  const std::string nearest = nearest_name(name, candidates);
  return nearest.empty() ? std::string() : "; did you mean '" + nearest + "'?";
}

}  // namespace arouter
