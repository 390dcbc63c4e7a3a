#include "cli/read_text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "shared/text.hpp"

namespace arouter {

namespace {

/// Everything up to the end, or a little more than the limit.
Result<std::string> read_all(int descriptor, const std::string& what) {
  std::string text;
  char buffer[65'536];
  while (text.size() <= kMostTextBytes) {
    const ssize_t size = ::read(descriptor, buffer, sizeof buffer);
    if (size == 0) return text;
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      return client_error(ErrorKind::bad_request,
                          "cannot read " + what + ": " + std::strerror(errno));
    }
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return client_error(ErrorKind::bad_request, what + " is larger than 8 MiB");
}

Result<std::string> read_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return client_error(ErrorKind::bad_request,
                        "cannot read " + path + ": " + std::strerror(errno));
  }
  Result<std::string> text = read_all(file, path);
  ::close(file);
  return text;
}

}  // namespace

Result<std::string> read_text(const std::string& path) {
  const bool is_stdin = path == "-";
  const std::string what = is_stdin ? "standard input" : path;
  Result<std::string> text = is_stdin ? read_all(STDIN_FILENO, what) : read_file(path);
  if (!text) return text.error();
  if (const Result<void> checked = must_be_text(*text, what); !checked) return checked.error();
  return text;
}

Result<void> must_be_text(const std::string& text, const std::string& what) {
  if (is_valid_utf8(text)) return {};
  return client_error(ErrorKind::bad_request, what + " is no UTF-8 text");
}

}  // namespace arouter
