#include "shared/paths.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

namespace arouter {

namespace {

std::filesystem::path home() {
  const char* value = std::getenv("HOME");
  return value != nullptr && *value != '\0' ? value : "/";
}

std::filesystem::path xdg(const char* variable, const char* fallback) {
  const char* value = std::getenv(variable);
  // The XDG specification: a relative path in these variables is invalid and ignored.
  if (value != nullptr && *value == '/') return std::filesystem::path(value) / "arouter";
  return home() / fallback / "arouter";
}

bool lock_is_held(const std::filesystem::path& lock) {
  const int file = ::open(lock.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0;
  ::close(file);
  return held;
}

}  // namespace

std::filesystem::path state_dir() {
  return xdg("XDG_STATE_HOME", ".local/state");
}
std::filesystem::path config_dir() {
  return xdg("XDG_CONFIG_HOME", ".config");
}

std::filesystem::path expand_home(const std::string& path) {
  if (path == "~") return home();
  if (path.starts_with("~/")) return home() / path.substr(2);
  return path;
}

Result<DaemonNote> read_daemon_note(const std::filesystem::path& state) {
  const Error none = client_error(ErrorKind::not_found, "no daemon is running");
  if (!lock_is_held(state / "lock")) return none;
  // Two lines, base URL and pid: nothing here needs a JSON parser.
  std::ifstream file(state / "daemon");
  DaemonNote note;
  if (!std::getline(file, note.base_url) || !(file >> note.pid)) return none;
  return note;
}

Result<Secret> read_key_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    return client_error(ErrorKind::unauthorized,
                        "no key at " + path.string() + "; `arouter serve` makes one");
  }
  struct stat info {};
  const bool loose = ::fstat(file, &info) != 0 || (info.st_mode & 077) != 0;
  char buffer[128];
  const ssize_t size = loose ? 0 : ::read(file, buffer, sizeof buffer);
  ::close(file);
  if (loose) {
    return client_error(ErrorKind::unauthorized,
                        path.string() + " can be read by others; run: chmod 600 " + path.string());
  }
  std::string key(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!key.empty() && (key.back() == '\n' || key.back() == ' ')) key.pop_back();
  explicit_bzero(buffer, sizeof buffer);
  if (key.empty()) {
    return client_error(ErrorKind::unauthorized,
                        path.string() + " is empty; remove it and restart");
  }
  return Secret(std::move(key));
}

Result<Secret> read_local_key(const std::filesystem::path& state) {
  return read_key_file(state / "local.key");
}

Result<Secret> read_management_key(const std::filesystem::path& state) {
  return read_key_file(state / "management.key");
}

}  // namespace arouter
