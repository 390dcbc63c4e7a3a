#include "cli/chat/line_editor.hpp"

#include <histedit.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <cwchar>

#include "cli/chat/typed_keys.hpp"
#include "cli/interrupt.hpp"

namespace arouter {

namespace {

constexpr int kHistoryLines = 1'000;
constexpr int kInterruptCheckMs = 200;
constexpr int kEscapeMs = 50;  // a terminal sends the bytes of one key together

unsigned char insert(EditLine* editor, const char* text) {
  return el_insertstr(editor, text) == 0 ? CC_REFRESH : CC_ERROR;
}
unsigned char insert_newline(EditLine* editor, int) {
  return insert(editor, "\n");
}
unsigned char insert_tab(EditLine* editor, int) {
  return insert(editor, "\t");
}

/// libedit reads and writes by the locale; where that is not UTF-8, only ASCII could be typed.
void use_utf8() {
  if (std::setlocale(LC_CTYPE, "") == nullptr || MB_CUR_MAX == 1) {
    std::setlocale(LC_CTYPE, "C.UTF-8");
  }
}

}  // namespace

struct LineEditor::Parts {
  Output& output;
  std::filesystem::path file;
  std::string prompt{};
  TypedKeys keys{};
  bool interrupted = false;
  bool had_text = false;  // when it was interrupted
  History* history = nullptr;
  EditLine* editor = nullptr;

  static char* prompt_of(EditLine* editor);
  static int read_char(EditLine* editor, wchar_t* into);
  std::optional<char> read_byte();
  bool wait_for_bytes(int timeout_ms);
  void start();
  void load_history();
};

char* LineEditor::Parts::prompt_of(EditLine* editor) {
  Parts* parts = nullptr;
  el_get(editor, EL_CLIENTDATA, &parts);
  return parts->prompt.data();
}

/// The next character typed. 1, 0 at the end of the terminal, -1 when interrupted.
int LineEditor::Parts::read_char(EditLine* editor, wchar_t* into) {
  Parts* parts = nullptr;
  el_get(editor, EL_CLIENTDATA, &parts);
  std::mbstate_t state{};
  for (;;) {
    const std::optional<char> byte = parts->read_byte();
    if (!byte && parts->interrupted) {
      const LineInfo* line = el_line(editor);  // empty once the reading has ended
      parts->had_text = line->lastchar > line->buffer;
      return -1;
    }
    if (!byte) return 0;
    const std::size_t size = std::mbrtowc(into, &*byte, 1, &state);
    if (size == static_cast<std::size_t>(-2)) continue;  // more of this character is to come
    if (size != static_cast<std::size_t>(-1)) return 1;
    state = std::mbstate_t{};  // no UTF-8: that byte is not taken
  }
}

std::optional<char> LineEditor::Parts::read_byte() {
  for (;;) {
    if (const auto key = keys.next()) return key;
    if (!keys.empty() && !wait_for_bytes(kEscapeMs)) {
      if (const auto key = keys.next_now()) return key;
      continue;
    }
    // Not one long wait: the signal may be taken by another thread, which wakes nobody here.
    while (!wait_for_bytes(kInterruptCheckMs)) {
      if (!Interrupt::happened()) continue;
      interrupted = true;
      return std::nullopt;
    }
    char buffer[4'096];
    const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return std::nullopt;
    keys.add({buffer, static_cast<std::size_t>(size)});
  }
}

bool LineEditor::Parts::wait_for_bytes(int timeout_ms) {
  pollfd terminal{STDIN_FILENO, POLLIN, 0};
  return ::poll(&terminal, 1, timeout_ms) > 0;
}

void LineEditor::Parts::start() {
  history = history_init();
  HistEvent event;
  ::history(history, &event, H_SETSIZE, kHistoryLines);
  ::history(history, &event, H_SETUNIQUE, 1);
  if (!file.empty()) load_history();

  editor = el_init("arouter", stdin, stdout, stderr);
  el_set(editor, EL_CLIENTDATA, this);
  el_set(editor, EL_SIGNAL, 1);  // the terminal is put right around Ctrl-Z, resizing and the end
  el_set(editor, EL_PROMPT, &Parts::prompt_of);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, ::history, history);
  el_set(editor, EL_GETCFN, &Parts::read_char);
  // Wide: el_set() copies these names and never frees them.
  el_wset(editor, EL_ADDFN, L"arouter-newline", L"Insert a line end", insert_newline);
  el_wset(editor, EL_ADDFN, L"arouter-tab", L"Insert a tab", insert_tab);
  el_set(editor, EL_BIND, "^^", "arouter-newline", nullptr);
  el_set(editor, EL_BIND, "^_", "arouter-tab", nullptr);
  el_set(editor, EL_BIND, "\\e\\n", "arouter-newline", nullptr);
  el_set(editor, EL_BIND, "\\e\\r", "arouter-newline", nullptr);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
}

void LineEditor::Parts::load_history() {
  std::error_code ignored;
  const mode_t mask = ::umask(077);
  std::filesystem::create_directories(file.parent_path(), ignored);
  ::umask(mask);
  HistEvent event;
  ::history(history, &event, H_LOAD, file.c_str());
}

LineEditor::LineEditor(Output& output, std::filesystem::path history)
    : parts_(std::make_unique<Parts>(Parts{output, std::move(history)})) {
  use_utf8();
  parts_->start();
}

LineEditor::~LineEditor() {
  el_end(parts_->editor);
  history_end(parts_->history);
}

TypedLine LineEditor::read(const std::string& prompt) {
  parts_->prompt = prompt;
  parts_->interrupted = false;
  parts_->output.out("\x1b[?2004h");  // bracketed paste, only while a line is read
  int size = 0;
  // el_gets() shows the prompt before it readies the terminal: a Ctrl-D that is typed in between
  // would be lost.
  el_set(parts_->editor, EL_PREP_TERM, 1);
  const char* text = el_gets(parts_->editor, &size);
  parts_->output.out("\x1b[?2004l");

  TypedLine line;
  if (text != nullptr && size > 0) {
    line.end = TypedLine::End::line;
    line.text.assign(text, static_cast<std::size_t>(size));
    if (line.text.ends_with('\n')) line.text.pop_back();
    return line;
  }
  if (!parts_->interrupted) return line;
  line.end = TypedLine::End::interrupted;
  line.had_text = parts_->had_text;
  parts_->keys.clear();
  el_reset(parts_->editor);
  return line;
}

void LineEditor::remember(const std::string& text) {
  HistEvent event;
  ::history(parts_->history, &event, H_ENTER, text.c_str());
  if (parts_->file.empty()) return;
  const mode_t mask = ::umask(077);
  ::history(parts_->history, &event, H_SAVE, parts_->file.c_str());
  ::umask(mask);
}

}  // namespace arouter
