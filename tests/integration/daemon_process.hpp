// The real binary as a test sees it: started on a configuration and a state folder of its own,
// signalled, killed, and looked at from outside.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/gate.hpp"
#include "tests/integration/sockets.hpp"
#include "tests/integration/temp_dir.hpp"

namespace arouter::test {

using Environment = std::map<std::string, std::string>;

/// `arouter serve` in a process of its own, with its XDG folders inside `home`. Killed at its end.
/// Threads: its methods belong to one; it runs one of its own, which reads the output.
class DaemonProcess {
 public:
  /// Writes `config` to home/arouter.toml and starts the binary on it. Returns before it listens.
  /// `launcher`: a program and its arguments that end in starting the binary in its own place.
  DaemonProcess(const TempDir& home, std::string_view config, const Environment& environment = {},
                std::vector<std::string> launcher = {});
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  /// Waits until it listens. False when it ends instead, or takes too long.
  bool wait_until_listening();
  std::uint16_t port() const { return port_; }
  const std::string& key() const { return key_; }
  pid_t pid() const { return pid_; }
  /// The state folder as this process sees it, whatever its launcher has mounted there (takes
  /// root).
  std::filesystem::path state() const;

  void signal(int number) const;
  /// Exit code, or 128 + the number of the signal that ended it; nothing when it lives on.
  std::optional<int> wait_for_exit(std::chrono::milliseconds patience = kPatience);
  std::string output() const;  // stdout so far
  std::string errors() const;  // stderr so far
  /// Waits until stderr holds `text`.
  bool wait_for_errors(std::string_view text) const;

 private:
  void read_output(Descriptor out, Descriptor err);

  std::filesystem::path state_;
  bool has_own_mounts_;
  pid_t pid_ = 0;
  std::uint16_t port_ = 0;
  std::string key_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::string output_, errors_;
  std::optional<int> exit_;
  std::thread reader_;
};

/// Asks until the answer is yes; false when that takes too long. For what other processes do and
/// can only be looked at.
bool ask_until(const std::function<bool()>& question);
std::filesystem::path state_of(const TempDir& home);
/// One ledger row: column name to its text, "" for null.
using Row = std::map<std::string, std::string>;
/// All rows of a state folder, in the order of their ids; none when there is no database yet.
std::vector<Row> read_ledger(const std::filesystem::path& state);
/// Waits until there are at least `count`; returns what is there then.
std::vector<Row> wait_for_rows(const std::filesystem::path& state, std::size_t count);

/// What $ACME_KEY holds; it must never be seen anywhere but at the provider.
inline constexpr std::string_view kProviderKey = "sk-test-0123456789abcdefghij-canary";

}  // namespace arouter::test
