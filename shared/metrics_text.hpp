// Prometheus's text format.
//
// Source: Prometheus, "Exposition formats", text format version 0.0.4 (checked 2026-11-30). All
// samples of a family stand together, behind its HELP and TYPE.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace arouter {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

struct MetricLabel {
  std::string_view name;
  std::string_view value;  // any text
};

/// Appends to a text that the caller owns.
class MetricsWriter {
 public:
  explicit MetricsWriter(std::string& out) : out_(out) {}

  /// Begins a family. `type`: "counter", "gauge" or "histogram".
  void family(std::string_view name, std::string_view type, std::string_view help);
  /// A sample of the family begun last, `value` as it is written: an exact decimal.
  /// `suffix`: "_bucket", "_sum" or "_count" of a histogram.
  void sample(std::span<const MetricLabel> labels, std::string_view value,
              std::string_view suffix = {});
  void sample(std::span<const MetricLabel> labels, std::uint64_t value);

 private:
  std::string& out_;
  std::string family_;
};

}  // namespace arouter
