#include "shared/metrics_text.hpp"

#include <doctest/doctest.h>

#include <array>

namespace arouter {

TEST_SUITE("metrics_text") {
  TEST_CASE("a family has its help and type once, and its samples behind them") {
    std::string text;
    MetricsWriter out(text);
    out.family("a_total", "counter", "How often.");
    const std::array labels{MetricLabel{"provider", "acme"}, MetricLabel{"status", "200"}};
    out.sample(labels, 7);
    out.sample({}, "0.000132");
    out.family("b_seconds", "histogram", "How long.");
    const std::array bucket{MetricLabel{"le", "+Inf"}};
    out.sample(bucket, "3", "_bucket");
    CHECK(text ==
          "# HELP a_total How often.\n"
          "# TYPE a_total counter\n"
          "a_total{provider=\"acme\",status=\"200\"} 7\n"
          "a_total 0.000132\n"
          "# HELP b_seconds How long.\n"
          "# TYPE b_seconds histogram\n"
          "b_seconds_bucket{le=\"+Inf\"} 3\n");
  }

  TEST_CASE("no text breaks out of its label or its line") {
    std::string text;
    MetricsWriter out(text);
    out.family("a", "gauge", "A \\ and\na line, \"quoted\".");
    const std::array labels{MetricLabel{"model", "x\"} 1\ny\\"}};
    out.sample(labels, 1);
    CHECK(text ==
          "# HELP a A \\\\ and\\na line, \"quoted\".\n"
          "# TYPE a gauge\n"
          "a{model=\"x\\\"} 1\\ny\\\\\"} 1\n");
  }
}

}  // namespace arouter
