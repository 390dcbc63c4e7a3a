#include "cli/table.hpp"

#include <utf8proc.h>

#include <algorithm>

#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastCut = 8;  // narrower than this a cut cell says nothing

/// The first character as a reader sees it (a grapheme cluster) of a text that is not empty.
struct Cluster {
  std::size_t bytes = 0;
  std::size_t width = 0;
};

Cluster first_cluster(std::string_view text) {
  Cluster cluster;
  utf8proc_int32_t state = 0;
  utf8proc_int32_t previous = 0;
  while (cluster.bytes < text.size()) {
    utf8proc_int32_t point = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data()) + cluster.bytes;
    const auto left = static_cast<utf8proc_ssize_t>(text.size() - cluster.bytes);
    utf8proc_ssize_t size = utf8proc_iterate(bytes, left, &point);
    if (size <= 0) {  // a byte that is no UTF-8 is shown as one replacement character
      size = 1;
      point = 0xFFFD;
    }
    if (cluster.bytes > 0 && utf8proc_grapheme_break_stateful(previous, point, &state)) break;
    cluster.bytes += static_cast<std::size_t>(size);
    cluster.width += static_cast<std::size_t>(std::max(0, utf8proc_charwidth(point)));
    previous = point;
  }
  // Parts that are joined into one emoji take its two columns once.
  cluster.width = std::min<std::size_t>(cluster.width, 2);
  return cluster;
}

std::string on_one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  return text;
}

Table cleaned(const Table& table) {
  Table clean = table;
  for (auto& row : clean.rows) {
    for (std::string& cell : row) cell = on_one_line(strip_terminal_controls(cell));
  }
  return clean;
}

std::vector<std::size_t> widths_of(const Table& table) {
  std::vector<std::size_t> widths;
  for (const TableColumn& column : table.columns) widths.push_back(display_width(column.title));
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  return widths;
}

std::size_t total_of(const std::vector<std::size_t>& widths) {
  std::size_t total = kGap * (widths.size() - 1);
  for (std::size_t width : widths) total += width;
  return total;
}

/// Removes the last optional column. False when there is none.
bool drop_column(Table& table) {
  for (std::size_t i = table.columns.size(); i-- > 0;) {
    if (!table.columns[i].optional) continue;
    const auto at = static_cast<std::ptrdiff_t>(i);
    table.columns.erase(table.columns.begin() + at);
    for (auto& row : table.rows) row.erase(row.begin() + at);
    return true;
  }
  return false;
}

std::string lay_out_row(const std::vector<std::string>& cells, const Table& table,
                        const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = fit(cells[i], widths[i]);
    const std::string blanks(widths[i] - display_width(cell), ' ');
    if (i > 0) line.append(kGap, ' ');
    line += table.columns[i].right ? blanks + cell : cell + blanks;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Cluster cluster = first_cluster(text);
    width += cluster.width;
    text.remove_prefix(cluster.bytes);
  }
  return width;
}

std::string fit(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::size_t taken = 0;
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const Cluster cluster = first_cluster(text.substr(bytes));
    if (taken + cluster.width > width - 1) break;
    taken += cluster.width;
    bytes += cluster.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string lay_out(const Table& table, std::size_t width) {
  Table shown = cleaned(table);
  std::vector<std::size_t> widths = widths_of(shown);
  while (total_of(widths) > width && drop_column(shown)) widths = widths_of(shown);
  if (const std::size_t total = total_of(widths); total > width) {
    const std::size_t others = total - widths.front();
    widths.front() = std::max(kLeastCut, width > others ? width - others : 0);
  }
  std::vector<std::string> titles;
  for (const TableColumn& column : shown.columns) titles.push_back(column.title);
  std::string text = lay_out_row(titles, shown, widths);
  for (const auto& row : shown.rows) text += lay_out_row(row, shown, widths);
  return text;
}

std::string tab_separated(const Table& table) {
  std::string text;
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += '\t';
      text += on_one_line(row[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace arouter
