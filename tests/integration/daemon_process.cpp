#include "tests/integration/daemon_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "shared/paths.hpp"
#include "tests/places.hpp"

extern char** environ;

namespace arouter::test {

namespace {

struct Pipe {
  Descriptor read_end, write_end;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<std::string> environment_of(const TempDir& home, const Environment& more) {
  Environment merged;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t mark = text.find('=');
    if (mark != std::string_view::npos)
      merged[std::string(text.substr(0, mark))] = text.substr(mark + 1);
  }
  merged["HOME"] = home.path();
  merged["XDG_CONFIG_HOME"] = home.path() / "config";
  merged["XDG_STATE_HOME"] = home.path() / "state";
  merged["XDG_RUNTIME_DIR"] = home.path() / "run";
  merged["ACME_KEY"] = kProviderKey;
  for (const auto& [name, value] : more) merged[name] = value;
  std::vector<std::string> entries;
  for (const auto& [name, value] : merged) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

pid_t spawn(std::vector<std::string> arguments, std::vector<std::string> environment, int out,
            int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, arguments.front().c_str(), &actions, nullptr,
                                   pointers_to(arguments).data(), pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + arguments.front());
  return pid;
}

}  // namespace

bool ask_until(const std::function<bool()>& question) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!question()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::poll(nullptr, 0, 2);
  }
  return true;
}

std::filesystem::path state_of(const TempDir& home) {
  return home.path() / "state" / "arouter";
}

DaemonProcess::DaemonProcess(const TempDir& home, std::string_view config,
                             const Environment& environment, std::vector<std::string> launcher)
    : state_(state_of(home)), has_own_mounts_(!launcher.empty()) {
  const std::filesystem::path file = home.write("arouter.toml", config);
  std::filesystem::create_directories(home.path() / "run");
  std::filesystem::permissions(home.path() / "run", std::filesystem::perms(0700));
  Pipe out = make_pipe(), err = make_pipe();
  std::vector<std::string> command = std::move(launcher);
  command.insert(command.end(), {binary_path(), "serve", "--config", file.string()});
  pid_ = spawn(std::move(command), environment_of(home, environment), out.write_end.get(),
               err.write_end.get());
  reader_ = std::thread(
      [this, out_end = std::move(out.read_end), err_end = std::move(err.read_end)]() mutable {
        read_output(std::move(out_end), std::move(err_end));
      });
}

DaemonProcess::~DaemonProcess() {
  signal(SIGKILL);
  reader_.join();
}

/// Both pipes end when the process does; then its exit status is there to collect.
void DaemonProcess::read_output(Descriptor out, Descriptor err) {
  std::array<pollfd, 2> pipes{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
  const std::array<std::string*, 2> texts{&output_, &errors_};
  while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
    if (::poll(pipes.data(), pipes.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < pipes.size(); ++i) {
      if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
      char buffer[4'096];
      const ssize_t size = ::read(pipes[i].fd, buffer, sizeof buffer);
      const std::lock_guard lock(mutex_);
      if (size > 0) {
        texts[i]->append(buffer, static_cast<std::size_t>(size));
      } else {
        pipes[i].fd = -1;
      }
      changed_.notify_all();
    }
  }
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  const std::lock_guard lock(mutex_);  // from here on nobody signals a number that is free again
  ::waitpid(pid_, nullptr, 0);
  exit_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  changed_.notify_all();
}

std::filesystem::path DaemonProcess::state() const {
  // The way through /proc is root's alone: a daemon lets nobody look into its process.
  if (!has_own_mounts_) return state_;
  return std::filesystem::path("/proc") / std::to_string(pid_) / "root" / state_.relative_path();
}

bool DaemonProcess::wait_until_listening() {
  const auto listens = [this] {
    const Result<DaemonNote> note = read_daemon_note(state());
    if (!note || note->pid != pid_) return false;
    port_ =
        static_cast<std::uint16_t>(std::stoi(note->base_url.substr(note->base_url.rfind(':') + 1)));
    return true;
  };
  bool listening = false;
  ask_until([&] {
    listening = listens();
    return listening || wait_for_exit(std::chrono::milliseconds(0)).has_value();
  });
  if (!listening) return false;
  const Result<Secret> key = read_local_key(state());
  if (key) key_ = key->reveal();
  return true;
}

void DaemonProcess::signal(int number) const {
  const std::lock_guard lock(mutex_);
  if (!exit_) ::kill(pid_, number);
}

std::optional<int> DaemonProcess::wait_for_exit(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, patience, [this] { return exit_.has_value(); });
  return exit_;
}

std::string DaemonProcess::output() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

std::string DaemonProcess::errors() const {
  const std::lock_guard lock(mutex_);
  return errors_;
}

bool DaemonProcess::wait_for_errors(std::string_view text) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience,
                           [&] { return errors_.find(text) != std::string::npos; });
}

std::vector<Row> read_ledger(const std::filesystem::path& state) {
  std::vector<Row> rows;
  const std::string file = (state / "arouter.db").string();
  sqlite3* opened = nullptr;
  const int result = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(opened, sqlite3_close);
  if (result != SQLITE_OK) return rows;
  sqlite3_busy_timeout(opened, 2'000);
  sqlite3_stmt* prepared = nullptr;
  sqlite3_prepare_v2(opened, "SELECT * FROM requests ORDER BY id", -1, &prepared, nullptr);
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(prepared, sqlite3_finalize);
  while (prepared != nullptr && sqlite3_step(prepared) == SQLITE_ROW) {
    Row& row = rows.emplace_back();
    for (int column = 0; column < sqlite3_column_count(prepared); ++column) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, column));
      row[sqlite3_column_name(prepared, column)] = text == nullptr ? "" : text;
    }
  }
  return rows;
}

std::vector<Row> wait_for_rows(const std::filesystem::path& state, std::size_t count) {
  std::vector<Row> rows;
  ask_until([&] {
    rows = read_ledger(state);
    return rows.size() >= count;
  });
  return rows;
}

}  // namespace arouter::test
