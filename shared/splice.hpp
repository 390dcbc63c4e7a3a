// Changing a few places of a text and leaving every other byte as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arouter {

/// Replaces text[begin, end) by `text`; begin == end inserts.
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

/// Appends `text` with the edits made to `out`. Edits may come in any order but must not overlap.
void append_spliced(std::string& out, std::string_view text, std::vector<Edit> edits);
std::string splice(std::string_view text, std::vector<Edit> edits);

}  // namespace arouter
