// Where arouter keeps its files (XDG base directories), and what stands in the state folder.
#pragma once

#include <filesystem>
#include <string>

#include "shared/error.hpp"
#include "shared/secret.hpp"

namespace arouter {

/// $XDG_STATE_HOME/arouter, default ~/.local/state/arouter. Not created here.
std::filesystem::path state_dir();
/// $XDG_CONFIG_HOME/arouter, default ~/.config/arouter.
std::filesystem::path config_dir();
/// "~" and "~/x" resolved against $HOME; anything else unchanged.
std::filesystem::path expand_home(const std::string& path);

/// What a running daemon tells the CLI: the file state/daemon, written once it listens.
struct DaemonNote {
  std::string base_url;  // "http://127.0.0.1:18080"
  int pid = 0;
};
/// Nothing when no daemon holds state/lock (its flock is the proof of life; a stale note is
/// ignored).
Result<DaemonNote> read_daemon_note(const std::filesystem::path& state);
/// The key that a file holds. Errors: unauthorized with what to do, also for loose file modes.
Result<Secret> read_key_file(const std::filesystem::path& path);
/// The key in state/local.key, which calls models. Errors: as above.
Result<Secret> read_local_key(const std::filesystem::path& state);
/// The key in state/management.key, which manages other keys. Errors: as above.
Result<Secret> read_management_key(const std::filesystem::path& state);

}  // namespace arouter
