// Files that only the user running the daemon may read: folders 0700, files 0600, whatever the
// umask says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

#include "shared/error.hpp"

namespace arouter {

/// An open file descriptor; closed with its owner.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  FileHandle(FileHandle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileHandle& operator=(FileHandle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle();

  int get() const { return descriptor_; }

 private:
  int descriptor_ = -1;
};

/// "cannot <verb> <path>: <what the system says>", for the terminal. `number` is an errno.
Error file_error(std::string_view verb, const std::filesystem::path& path, int number);

/// Makes `folder`, 0700, and what it stands in. One that is there is tightened to 0700 when it is
/// empty or holds arouter's files.
/// Errors: internal with a message for the terminal when it belongs to another user, holds other
/// files and is open to others, is no folder or cannot be made.
Result<void> make_private_folder(const std::filesystem::path& folder);

/// Opens `path` for reading and writing, made 0600 when absent, tightened to 0600 when loose.
/// Symbolic links are refused.
Result<FileHandle> open_private_file(const std::filesystem::path& path);

/// Whether a file must outlive a loss of power right after it was written, or this process only.
enum class Keep : std::uint8_t { for_good, for_this_run };

/// Writes `path` whole or not at all: a temporary file beside it, then a rename. 0600.
Result<void> replace_private_file(const std::filesystem::path& path, std::string_view text,
                                  Keep keep);

}  // namespace arouter
