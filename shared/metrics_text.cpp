#include "shared/metrics_text.hpp"

namespace arouter {

namespace {

void append_escaped(std::string& out, std::string_view text, bool in_quotes) {
  for (const char byte : text) {
    if (byte == '\n') {
      out += "\\n";
      continue;
    }
    if (byte == '\\' || (in_quotes && byte == '"')) out += '\\';
    out += byte;
  }
}

}  // namespace

void MetricsWriter::family(std::string_view name, std::string_view type, std::string_view help) {
  family_ = name;
  out_ += "# HELP " + family_ + " ";
  append_escaped(out_, help, false);
  out_ += "\n# TYPE " + family_ + " ";
  out_ += type;
  out_ += '\n';
}

void MetricsWriter::sample(std::span<const MetricLabel> labels, std::string_view value,
                           std::string_view suffix) {
  out_ += family_;
  out_ += suffix;
  char between = '{';
  for (const MetricLabel& label : labels) {
    out_ += between;
    out_ += label.name;
    out_ += "=\"";
    append_escaped(out_, label.value, true);
    out_ += '"';
    between = ',';
  }
  if (!labels.empty()) out_ += '}';
  out_ += ' ';
  out_ += value;
  out_ += '\n';
}

void MetricsWriter::sample(std::span<const MetricLabel> labels, std::uint64_t value) {
  sample(labels, std::to_string(value));
}

}  // namespace arouter
