#include "cli/output.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "cli/command.hpp"
#include "cli/failure.hpp"
#include "shared/text.hpp"

namespace arouter {

namespace {

constexpr std::size_t kUsualWidth = 80;
constexpr std::size_t kLeastWidth = 20;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

ColourWishes colour_wishes() {
  return {environment("NO_COLOR"), environment("TERM"), environment("CLICOLOR"),
          environment("CLICOLOR_FORCE")};
}

/// 0, or the errno that ended it.
int write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(descriptor, text.data(), text.size());
    if (size >= 0) {
      text.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN) {
      // Somebody else's non-blocking pipe or terminal: as slow as its reader, by its own wish.
      pollfd ready{descriptor, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

bool wants_colour(const ColourWishes& wishes, bool is_terminal) {
  if (!wishes.no_color.empty()) return false;
  if (!wishes.clicolor_force.empty() && wishes.clicolor_force != "0") return true;
  return is_terminal && wishes.term != "dumb" && wishes.clicolor != "0";
}

Output::Output()
    : out_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      err_is_terminal_(::isatty(STDERR_FILENO) == 1),
      out_colour_(wants_colour(colour_wishes(), out_is_terminal_)),
      err_colour_(wants_colour(colour_wishes(), err_is_terminal_)) {}

std::size_t Output::width() const {
  const std::string columns = environment("COLUMNS");
  std::size_t width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  if (width == 0) {
    winsize size{};
    const int terminal = out_is_terminal_ ? STDOUT_FILENO : STDERR_FILENO;
    if (::ioctl(terminal, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  }
  if (width == 0) return kUsualWidth;
  return width < kLeastWidth ? kLeastWidth : width;
}

bool Output::out(std::string_view text) {
  if (reader_is_gone_ || failure_ != 0) return false;
  const int failure = write_all(STDOUT_FILENO, text);
  if (failure == EPIPE) {
    reader_is_gone_ = true;
  } else {
    failure_ = failure;
  }
  return failure == 0;
}

bool Output::err(std::string_view text) {
  return write_all(STDERR_FILENO, text) == 0;
}

bool Output::table(const Table& table) {
  if (!out_is_terminal_) return out(tab_separated(table));
  const std::string text = lay_out(table, width());
  const std::size_t titles = text.find('\n') + 1;
  return out(text.substr(0, titles), Style::bold) && out(text.substr(titles));
}

void Output::complain(std::string_view message) {
  err("arouter: ", Style::red);
  err(strip_terminal_controls(message) + "\n");
}

int Output::fail(const Error& error) {
  const Failure failure = describe(error, key_advice_);
  complain(failure.text);
  return failure.exit_code;
}

int Output::finish(int code) {
  if (failure_ == 0) return code;
  complain(std::string("cannot write the output: ") + std::strerror(failure_));
  return kExitFailed;
}

std::string Output::styled(std::string_view text, Style style, bool colour) {
  if (!colour || style == Style::plain) return std::string(text);
  const char* code = style == Style::dim ? "2" : style == Style::bold ? "1" : "31";
  // The line end stays outside, so that a style never leaks into the next line.
  const bool line = text.ends_with('\n');
  if (line) text.remove_suffix(1);
  return std::string("\x1b[") + code + "m" + std::string(text) + "\x1b[0m" + (line ? "\n" : "");
}

}  // namespace arouter
