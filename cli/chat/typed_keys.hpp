// The bytes a terminal sends, on their way to the line editor: pasted text is told apart from keys.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace arouter {

/// Control characters that no key of interest sends; the editor binds them to inserting.
inline constexpr char kInsertNewline = '\x1e';
inline constexpr char kInsertTab = '\x1f';

/// Takes bytes as they are read and gives them out one by one.
///
/// A terminal in bracketed paste mode sends ESC [200~ before pasted text and ESC [201~ behind it.
/// Inside, line ends and tabs become the two characters above, and all other control characters are
/// dropped: pasted text must not press keys.
class TypedKeys {
 public:
  void add(std::string_view bytes) { pending_ += bytes; }
  /// Nothing when more bytes are needed, or `pending()` may be the beginning of a paste mark.
  std::optional<char> next();
  /// The same, once no more bytes have come for a moment: what waits is a key (Escape) of its own.
  std::optional<char> next_now();
  bool empty() const { return pending_.empty(); }
  void clear();

 private:
  std::optional<char> take();
  std::optional<char> pasted(char byte);

  std::string pending_;
  bool in_paste_ = false;
  bool after_cr_ = false;
};

}  // namespace arouter
