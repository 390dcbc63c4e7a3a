#include "daemon/state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <utility>

#include "daemon/client_key.hpp"
#include "shared/paths.hpp"

namespace arouter {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLockPatience{300};
constexpr milliseconds kLockPause{10};

Error start_error(std::string message) {
  Error error = internal_error("state folder");
  error.message = std::move(message);
  return error;
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::symlink_status(path, ignored).type() !=
         std::filesystem::file_type::not_found;
}

Error taken_error(const std::filesystem::path& folder) {
  const std::string remedy = " uses the state folder " + folder.string() +
                             "; stop it, or name another state folder for this one";
  const Result<DaemonNote> note = read_daemon_note(folder);
  if (!note) return start_error("another arouter, which is still starting," + remedy);
  return start_error("another arouter (pid " + std::to_string(note->pid) + ", " + note->base_url +
                     ")" + remedy);
}

Result<FileHandle> take_lock(const std::filesystem::path& folder) {
  Result<FileHandle> lock = open_private_file(folder / "lock");
  if (!lock) return lock.error();
  const auto deadline = std::chrono::steady_clock::now() + kLockPatience;
  while (::flock(lock->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return file_error("lock", folder / "lock", errno);
    // Without a daemon's note this may be the CLI, which holds the lock while it looks.
    const bool late = std::chrono::steady_clock::now() >= deadline;
    if (late || read_daemon_note(folder)) return taken_error(folder);
    std::this_thread::sleep_for(kLockPause);
  }
  return lock;
}

}  // namespace

Result<StateFolder> StateFolder::open(const std::filesystem::path& folder) {
  if (Result<void> made = make_private_folder(folder); !made) return made.error();
  Result<FileHandle> lock = take_lock(folder);
  if (!lock) return lock.error();
  StateFolder state(folder, std::move(*lock));
  ::unlink((folder / "daemon").c_str());  // of a daemon that was killed
  Result<Secret> local = state.load_key("local.key", kModelKeyPrefix, state.local_key_is_new_);
  if (!local) return local.error();
  state.local_key_ = std::move(*local);
  bool ignored = false;
  Result<Secret> management = state.load_key("management.key", kManagementKeyPrefix, ignored);
  if (!management) return management.error();
  state.management_key_ = std::move(*management);
  if (Result<void> loaded = state.load_pepper(); !loaded) return loaded.error();
  return state;
}

StateFolder::StateFolder(std::filesystem::path path, FileHandle lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

StateFolder::~StateFolder() {
  const bool moved_from = lock_.get() < 0;
  if (note_written_ && !moved_from) ::unlink((path_ / "daemon").c_str());
}

Result<Secret> StateFolder::load_key(const char* name, std::string_view prefix, bool& is_new) {
  const std::filesystem::path file = path_ / name;
  if (!is_there(file)) {
    Result<Secret> made = new_client_key(prefix);
    if (!made) return made.error();
    is_new = true;
    const std::string line = std::string(made->reveal()) + "\n";
    if (Result<void> kept = replace_private_file(file, line, Keep::for_good); !kept) {
      return kept.error();
    }
    return made;
  }
  Result<Secret> key = read_key_file(file);
  if (!key) return start_error(key.error().message);
  const std::string_view text = key->reveal();
  const bool sendable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  if (!sendable) return start_error(file.string() + " holds no key; remove it and restart");
  return key;
}

Result<void> StateFolder::load_pepper() {
  const std::filesystem::path file = path_ / "pepper";
  if (!is_there(file)) {
    Result<Secret> made = new_pepper();
    if (!made) return made.error();
    pepper_ = std::move(*made);
    return replace_private_file(file, pepper_.reveal(), Keep::for_good);
  }
  const FileHandle opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (opened.get() < 0) return file_error("open", file, errno);
  struct stat info {};
  if (::fstat(opened.get(), &info) != 0) return file_error("inspect", file, errno);
  if ((info.st_mode & 077) != 0) {
    return start_error(file.string() + " can be read by others; run: chmod 600 " + file.string());
  }
  std::string bytes(kPepperBytes, '\0');
  const bool whole = info.st_size == static_cast<off_t>(kPepperBytes) &&
                     ::read(opened.get(), bytes.data(), kPepperBytes) == info.st_size;
  if (!whole) {
    // A new one would make strangers of all keys, silently.
    return start_error(file.string() + " is damaged; put it back from a backup, or remove it and " +
                       "make all client keys anew");
  }
  pepper_ = Secret(std::move(bytes));
  return {};
}

Result<void> StateFolder::write_note(std::string_view base_url) {
  const std::string text = std::string(base_url) + "\n" + std::to_string(::getpid()) + "\n";
  note_written_ = true;
  return replace_private_file(path_ / "daemon", text, Keep::for_this_run);
}

}  // namespace arouter
