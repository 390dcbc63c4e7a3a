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

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  return text;
}

/// A key, which has to fit a header. `what` names the source, for messages.
Result<Secret> one_word(const Secret& secret, const std::string& what) {
  const std::string_view text = trimmed(secret.reveal());
  if (text.empty()) return wrong(what + " is empty");
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f;  // anything else could not travel in a header, or would split it
  });
  if (!visible) return wrong(what + " holds a blank, a line end or another character no key has");
  return Secret(std::string(text));
}

/// What a reference led to, as it is, and its name for messages.
struct Fetched {
  Secret text;
  std::string what;
};

/// A key pasted in place of a variable's name looks like "gsk_x7…": such names are not repeated.
bool is_plain_variable(std::string_view name) {
  return name.size() <= 40 &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

Result<Fetched> from_environment(const std::string& name) {
  const bool plain = is_plain_variable(name);
  std::string what = plain ? "the variable " + name : "the environment variable named here";
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return wrong(what + " is not set; run: export " + (plain ? name : std::string("NAME")) +
                 "=… and start again");
  }
  return Fetched{Secret(value), std::move(what)};
}

/// A file that is open for reading; a FIFO would block the start without O_NONBLOCK.
class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (number_ >= 0) ::close(number_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

/// `forbidden`: permission bits that must not be set.
Result<void> check_mode(const OpenFile& file, const std::string& path, const std::string& what,
                        unsigned forbidden) {
  if (file.number() < 0) return wrong(what + " cannot be opened: " + std::strerror(errno));
  struct stat info {};
  const bool regular = ::fstat(file.number(), &info) == 0 && S_ISREG(info.st_mode);
  if (!regular) return wrong(what + " is no regular file");
  const bool loose = (info.st_mode & forbidden) != 0;
  if (loose) return wrong(what + " can be read by others; run: chmod 600 " + path);
  return {};
}

Result<Fetched> from_file(const std::string& path, unsigned forbidden) {
  std::string what = "the key file " + path;
  const OpenFile file(path);
  if (const Result<void> good = check_mode(file, path, what, forbidden); !good) return good.error();
  std::array<char, kMostBytes + 1> buffer;
  const ssize_t size = ::read(file.number(), buffer.data(), buffer.size());
  if (size < 0) return wrong(what + " cannot be read");
  if (static_cast<std::size_t>(size) > kMostBytes) return wrong(what + " is larger than 16 KiB");
  Secret text(std::string(buffer.data(), static_cast<std::size_t>(size)));
  ::explicit_bzero(buffer.data(), buffer.size());
  return Fetched{std::move(text), std::move(what)};
}

Result<Fetched> from_credential(const std::string& name) {
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

Result<Fetched> fetch(const SecretRef& reference) {
  switch (reference.kind) {
    case SecretRef::Kind::env:
      return from_environment(reference.name);
    case SecretRef::Kind::file:
      return from_file(path_beside(reference.name, reference.place.file), 077);
    case SecretRef::Kind::credential:
      return from_credential(reference.name);
    case SecretRef::Kind::value:
      return Fetched{reference.value, "the key"};
  }
  return internal_error("a kind of secret without a source");
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
  return one_word(Secret(value), what);
}

std::string path_beside(const std::string& path, const std::string& file) {
  const std::filesystem::path expanded = expand_home(path);
  if (expanded.is_absolute()) return expanded.string();
  return (std::filesystem::path(file).parent_path() / expanded).string();
}

Result<Secret> fetch_secret(const SecretRef& reference) {
  const Result<Fetched> fetched = fetch(reference);
  if (!fetched) return fetched.error();
  return one_word(fetched->text, fetched->what);
}

Result<Secret> fetch_document(const SecretRef& reference) {
  const Result<Fetched> fetched = fetch(reference);
  if (!fetched) return fetched.error();
  const std::string_view text = trimmed(fetched->text.reveal());
  if (text.empty()) return wrong(fetched->what + " is empty");
  return Secret(std::string(text));
}

Result<void> check_private_file(const std::string& path) {
  return check_mode(OpenFile(path), path, "the key file " + path, 077);
}

std::string source_name(const SecretRef& reference) {
  switch (reference.kind) {
    case SecretRef::Kind::env:
      return is_plain_variable(reference.name) ? "env " + reference.name : "env";
    case SecretRef::Kind::file:
      return "file " + reference.name;
    case SecretRef::Kind::credential:
      return "credential " + reference.name;
    case SecretRef::Kind::value:
      break;
  }
  return "value";
}

}  // namespace arouter
