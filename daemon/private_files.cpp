#include "daemon/private_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace arouter {

namespace {

Error folder_error(const std::filesystem::path& folder, std::string_view fault) {
  Error error = internal_error(std::string(fault));
  error.message = folder.string() + " " + std::string(fault);
  return error;
}

// Tightening a folder by mistake (`--state /tmp` as root) would lock others out of it: only one
// that is empty or already ours is changed.
bool may_be_tightened(const std::filesystem::path& folder) {
  std::error_code failure;
  if (std::filesystem::is_empty(folder, failure)) return true;
  return std::filesystem::exists(folder / "local.key", failure) ||
         std::filesystem::exists(folder / "arouter.db", failure);
}

Result<void> write_all(int file, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return file_error("write", path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error file_error(std::string_view verb, const std::filesystem::path& path, int number) {
  const std::string reason = std::error_code(number, std::generic_category()).message();
  Error error = internal_error(reason);
  error.message = "cannot " + std::string(verb) + " " + path.string() + ": " + reason;
  return error;
}

Result<void> make_private_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder.parent_path(), failure);
  const bool made = ::mkdir(folder.c_str(), 0700) == 0;
  if (!made && errno != EEXIST) return file_error("create", folder, errno);
  // The umask may have taken from a new folder's mode even the right to open it.
  if (made && ::chmod(folder.c_str(), 0700) != 0) {
    return file_error("change the mode of", folder, errno);
  }
  const FileHandle opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) return file_error("open", folder, errno);
  struct stat info {};
  if (::fstat(opened.get(), &info) != 0) return file_error("inspect", folder, errno);
  if (info.st_uid != ::geteuid()) {
    return folder_error(folder, "belongs to another user (uid " + std::to_string(info.st_uid) +
                                    "); run as that user or name another state folder");
  }
  if ((info.st_mode & 07777) == 0700) return {};
  if (!may_be_tightened(folder)) {
    return folder_error(folder, "is open to other users and holds files that are not arouter's; " +
                                    ("run: chmod 700 " + folder.string()));
  }
  if (::fchmod(opened.get(), 0700) != 0) return file_error("change the mode of", folder, errno);
  return {};
}

Result<FileHandle> open_private_file(const std::filesystem::path& path) {
  FileHandle file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return file_error("open", path, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return file_error("inspect", path, errno);
  if (!S_ISREG(info.st_mode)) return folder_error(path, "is not a regular file");
  if ((info.st_mode & 07777) != 0600 && ::fchmod(file.get(), 0600) != 0) {
    return file_error("change the mode of", path, errno);
  }
  return file;
}

Result<void> replace_private_file(const std::filesystem::path& path, std::string_view text,
                                  Keep keep) {
  std::string name = path.string() + ".XXXXXX";
  const FileHandle file(::mkostemp(name.data(), O_CLOEXEC));
  if (file.get() < 0) return file_error("create", name, errno);
  ::fchmod(file.get(), 0600);  // the umask may have taken from it
  Result<void> written = write_all(file.get(), text, path);
  if (written && keep == Keep::for_good && ::fsync(file.get()) != 0) {
    written = file_error("write", path, errno);
  }
  if (written && ::rename(name.c_str(), path.c_str()) != 0) {
    written = file_error("write", path, errno);
  }
  if (!written) ::unlink(name.c_str());
  return written;
}

}  // namespace arouter
