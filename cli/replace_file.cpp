#include "cli/replace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/read_text.hpp"

namespace arouter {

namespace {

Error cannot(const std::string& what) {
  Error error = internal_error("");
  error.message = what + ": " + std::strerror(errno);
  return error;
}

Result<void> must_hold(const std::string& path, std::string_view before) {
  const Result<std::string> now = read_text(path);
  if (!now) return now.error();
  if (*now == before) return {};
  Error error = internal_error("");
  error.message = path + " has changed meanwhile; nothing is written";
  return error;
}

bool write_whole(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(file, text.data(), text.size());
    if (size < 0 && errno != EINTR) return false;
    if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

/// A file of its own name beside `path`; removed at the end unless it was renamed.
struct NewFile {
  explicit NewFile(const std::string& path) : name(path + ".XXXXXX") {
    descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  }
  ~NewFile() {
    if (descriptor < 0) return;
    ::close(descriptor);
    if (!renamed) ::unlink(name.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  std::string name;
  int descriptor = -1;
  bool renamed = false;
};

void sync_folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

}  // namespace

Result<void> replace_file(const std::string& given, std::string_view before,
                          std::string_view text) {
  std::error_code failure;
  const std::string path = std::filesystem::canonical(given, failure).string();
  struct stat info {};
  if (failure || ::stat(path.c_str(), &info) != 0) return cannot("cannot look at " + given);

  NewFile file(path);
  if (file.descriptor < 0) return cannot("cannot write beside " + path);
  if (!write_whole(file.descriptor, text)) return cannot("cannot write " + file.name);
  // Changing the owner takes bits of the mode away: in this order.
  const bool is_ours = info.st_uid == ::geteuid() && info.st_gid == ::getegid();
  if (!is_ours && ::fchown(file.descriptor, info.st_uid, info.st_gid) != 0) {
    return cannot("cannot keep the owner of " + path);
  }
  if (::fchmod(file.descriptor, info.st_mode & 07777) != 0) {
    return cannot("cannot keep the mode of " + path);
  }
  if (::fsync(file.descriptor) != 0) return cannot("cannot write " + file.name);

  if (const Result<void> same = must_hold(path, before); !same) return same;
  const std::string kept = path + "~";
  ::unlink(kept.c_str());
  if (::link(path.c_str(), kept.c_str()) != 0) return cannot("cannot keep the old file as " + kept);
  if (::rename(file.name.c_str(), path.c_str()) != 0) return cannot("cannot replace " + path);
  file.renamed = true;
  sync_folder(path);
  return {};
}

}  // namespace arouter
