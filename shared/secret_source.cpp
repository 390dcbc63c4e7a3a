#include "shared/secret_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

#include "shared/paths.hpp"

namespace arouter {

namespace {

// Longer than any key of today, JWTs included.
constexpr std::size_t kMostBytes = 16 * 1024;

Error wrong(std::string message) {
  return client_error(ErrorKind::bad_request, std::move(message));
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// `what` names the source, for messages.
Result<Secret> trimmed(std::string_view text, const std::string& what) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  if (text.empty()) return wrong(what + " is empty");
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f;  // anything else could not travel in a header, or would split it
  });
  if (!visible) return wrong(what + " holds a blank, a line end or another character no key has");
  return Secret(std::string(text));
}

/// A key pasted in place of a variable's name looks like "gsk_x7…": such names are not repeated.
bool is_plain_variable(std::string_view name) {
  return name.size() <= 40 &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

Result<Secret> from_environment(const std::string& name) {
  const bool plain = is_plain_variable(name);
  const std::string what = plain ? "the variable " + name : "the environment variable named here";
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return wrong(what + " is not set; run: export " + (plain ? name : std::string("NAME")) +
                 "=… and start again");
  }
  return trimmed(value, what);
}

/// `forbidden`: permission bits that must not be set.
Result<Secret> from_file(const std::string& path, unsigned forbidden) {
  const std::string what = "the key file " + path;
  // A FIFO would block the start without O_NONBLOCK.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return wrong(what + " cannot be opened: " + std::strerror(errno));
  struct stat info {};
  const bool regular = ::fstat(file, &info) == 0 && S_ISREG(info.st_mode);
  const bool loose = (info.st_mode & forbidden) != 0;
  std::array<char, kMostBytes + 1> buffer;
  const ssize_t size = regular && !loose ? ::read(file, buffer.data(), buffer.size()) : 0;
  ::close(file);
  if (!regular) return wrong(what + " is no regular file");
  if (loose) return wrong(what + " can be read by others; run: chmod 600 " + path);
  if (size < 0) return wrong(what + " cannot be read");
  if (static_cast<std::size_t>(size) > kMostBytes) return wrong(what + " is larger than 16 KiB");
  Result<Secret> secret = trimmed({buffer.data(), static_cast<std::size_t>(size)}, what);
  ::explicit_bzero(buffer.data(), buffer.size());
  return secret;
}

Result<Secret> from_credential(const std::string& name) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') {
    return wrong(
        "$CREDENTIALS_DIRECTORY is not set: { credential } needs a systemd unit with "
        "LoadCredential=" +
        name + ":…");
  }
  // systemd grants access by an ACL, whose mask shows as group permissions.
  return from_file(std::string(folder) + "/" + name, 007);
}

}  // namespace

bool is_variable_name(std::string_view name) noexcept {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

Result<Secret> fetch_named_key(const std::string& option, const std::string& name) {
  if (!is_variable_name(name)) {
    return wrong(option + " takes the NAME of a variable, not the key");
  }
  const bool plain = is_plain_variable(name);
  const std::string what =
      plain ? "the variable " + name : "the variable that " + option + " names";
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return wrong(what + " is not set" +
                 (plain ? "" : "; " + option + " takes the NAME of a variable, not the key"));
  }
  return trimmed(value, what);
}

std::string path_beside(const std::string& path, const std::string& file) {
  const std::filesystem::path expanded = expand_home(path);
  if (expanded.is_absolute()) return expanded.string();
  return (std::filesystem::path(file).parent_path() / expanded).string();
}

Result<Secret> fetch_secret(const SecretRef& reference) {
  switch (reference.kind) {
    case SecretRef::Kind::env:
      return from_environment(reference.name);
    case SecretRef::Kind::file:
      return from_file(path_beside(reference.name, reference.place.file), 077);
    case SecretRef::Kind::credential:
      return from_credential(reference.name);
    case SecretRef::Kind::value:
      return trimmed(reference.value.reveal(), "the key");
  }
  return internal_error("a kind of secret without a source");
}

}  // namespace arouter
