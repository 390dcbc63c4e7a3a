#include "shared/splice.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>

namespace arouter {

void append_spliced(std::string& out, std::string_view text, std::vector<Edit> edits) {
  // By both ends: an insertion goes before what is replaced at its place.
  const auto is_before = [](const Edit& a, const Edit& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  };
  // Nearly always they are in order, and a stable sort allocates.
  if (!std::is_sorted(edits.begin(), edits.end(), is_before)) {
    std::stable_sort(edits.begin(), edits.end(), is_before);
  }
  std::size_t done = 0;
  for (const Edit& edit : edits) {
    assert(edit.begin >= done && edit.end >= edit.begin && edit.end <= text.size());
    out += text.substr(done, edit.begin - done);
    out += edit.text;
    done = edit.end;
  }
  out += text.substr(done);
}

std::string splice(std::string_view text, std::vector<Edit> edits) {
  std::string out;
  out.reserve(text.size() + 64);
  append_spliced(out, text, std::move(edits));
  return out;
}

}  // namespace arouter
