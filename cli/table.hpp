// Rows of text as a table: fitted to a terminal's width, or separated by tabs for programs.
//
// Widths are those of a terminal: East Asian characters and emoji take two columns, combining marks
// none (Unicode data of utf8proc).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace arouter {

struct TableColumn {
  std::string title;
  bool right = false;     // numbers
  bool optional = false;  // left out, the last first, when the terminal is too narrow
};

struct Table {
  std::vector<TableColumn> columns;
  std::vector<std::vector<std::string>> rows;  // each as long as columns
};

/// Columns that `text` takes on a terminal.
std::size_t display_width(std::string_view text);
/// `text` when it fits, else cut between whole characters and ended by "…".
std::string fit(std::string_view text, std::size_t width);

/// Titles and rows, two spaces between columns, no line wider than `width` and none ending in
/// blanks. Optional columns go first, then the first column is cut. Cells lose terminal controls.
std::string lay_out(const Table& table, std::size_t width);
/// Rows only, for cut and awk: cells as they are, but for tabs and line ends, which become blanks.
std::string tab_separated(const Table& table);

}  // namespace arouter
