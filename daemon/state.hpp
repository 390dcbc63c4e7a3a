// The state folder: who may use it, and the small files in it that are not the ledger's.
//
//   lock            held with flock for the daemon's life; the proof of life that the CLI looks at
//   daemon          base URL and pid, while the daemon listens
//   local.key       the key of this machine's own programs, made at the first start
//   management.key  the key that manages others, likewise
//   pepper          32 random bytes under which keys are hashed
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/private_files.hpp"
#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter {

class StateFolder {
 public:
  /// Makes what is absent and takes the lock. A lock that nobody with a note holds is waited for,
  /// at most some tenths of a second: the CLI touches it for an instant when it looks.
  /// Errors: internal with a message for the terminal (another daemon, with its pid and URL; a
  /// folder of another user; a secret that others can read).
  static Result<StateFolder> open(const std::filesystem::path& folder);
  StateFolder(StateFolder&&) noexcept = default;
  StateFolder& operator=(StateFolder&&) = delete;
  ~StateFolder();  // removes the note, then lets go of the lock

  const std::filesystem::path& path() const { return path_; }
  const Secret& local_key() const { return local_key_; }
  bool local_key_is_new() const { return local_key_is_new_; }  // made by this open()
  const Secret& management_key() const { return management_key_; }
  const Secret& pepper() const { return pepper_; }

  /// Tells the CLI where the daemon listens; whole or not at all.
  Result<void> write_note(std::string_view base_url);

 private:
  StateFolder(std::filesystem::path path, FileHandle lock);
  /// `is_new`: whether it was made now.
  Result<Secret> load_key(const char* name, std::string_view prefix, bool& is_new);
  Result<void> load_pepper();

  std::filesystem::path path_;
  FileHandle lock_;
  Secret local_key_;
  bool local_key_is_new_ = false;
  Secret management_key_;
  Secret pepper_;
  bool note_written_ = false;
};

}  // namespace arouter
