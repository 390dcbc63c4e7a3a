#include "tests/integration/program.hpp"
#include "tests/places.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace arouter::test {

namespace {

using Clock = std::chrono::steady_clock;

int left_ms(Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

std::vector<std::string> environment_of(const TempDir& home, const Environment& more) {
  Environment merged;
  for (const char* name : {"PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
    if (const char* value = ::getenv(name); value != nullptr) merged[name] = value;
  }
  merged["HOME"] = home.path();
  merged["XDG_CONFIG_HOME"] = home.path() / "config";
  merged["XDG_STATE_HOME"] = home.path() / "state";
  merged["XDG_RUNTIME_DIR"] = home.path() / "run";
  merged["TERM"] = "xterm";
  merged["LC_ALL"] = "C.UTF-8";
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

/// What a program is started with besides its streams.
struct Start {
  Start(const TempDir& home, const Arguments& arguments, const Environment& more)
      : command{binary_path()}, environment(environment_of(home, more)) {
    command.insert(command.end(), arguments.begin(), arguments.end());
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // The harness may have either set otherwise; programs begin with the usual.
    sigset_t usual;
    sigemptyset(&usual);
    posix_spawnattr_setsigmask(&attributes, &usual);
    sigaddset(&usual, SIGPIPE);
    sigaddset(&usual, SIGINT);
    posix_spawnattr_setsigdefault(&attributes, &usual);
  }
  ~Start() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;

  pid_t run(short flags = 0) {
    posix_spawnattr_setflags(
        &attributes, static_cast<short>(flags | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    pid_t pid = 0;
    if (::posix_spawn(&pid, command.front().c_str(), &actions, &attributes,
                      pointers_to(command).data(), pointers_to(environment).data()) != 0) {
      throw std::runtime_error("cannot start " + command.front());
    }
    return pid;
  }

  std::vector<std::string> command, environment;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

struct Pipe {
  Descriptor read_end, write_end;
};

Pipe make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void write_to(Descriptor& pipe, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(pipe.get(), text.data(), text.size());
    if (size <= 0) break;  // it reads no more
    text.remove_prefix(static_cast<std::size_t>(size));
  }
  pipe.close();
}

/// Reads both to their end. False when that takes too long.
bool read_both(const Descriptor& out, const Descriptor& err, Ended& into) {
  const auto deadline = Clock::now() + kPatience;
  std::array<pollfd, 2> pipes{pollfd{out.get(), POLLIN, 0}, pollfd{err.get(), POLLIN, 0}};
  const std::array<std::string*, 2> texts{&into.output, &into.errors};
  while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
    if (::poll(pipes.data(), pipes.size(), left_ms(deadline)) <= 0) return false;
    for (std::size_t i = 0; i < pipes.size(); ++i) {
      if (pipes[i].fd < 0 || pipes[i].revents == 0) continue;
      char buffer[4'096];
      const ssize_t size = ::read(pipes[i].fd, buffer, sizeof buffer);
      if (size > 0) {
        texts[i]->append(buffer, static_cast<std::size_t>(size));
      } else {
        pipes[i].fd = -1;
      }
    }
  }
  return true;
}

}  // namespace

Ended run_program(const TempDir& home, const Arguments& arguments, const Environment& more,
                  std::string_view input) {
  Pipe in = make_pipe(), out = make_pipe(), err = make_pipe();
  Start start(home, arguments, more);
  posix_spawn_file_actions_adddup2(&start.actions, in.read_end.get(), 0);
  posix_spawn_file_actions_adddup2(&start.actions, out.write_end.get(), 1);
  posix_spawn_file_actions_adddup2(&start.actions, err.write_end.get(), 2);
  const pid_t pid = start.run();
  in.read_end.close();
  out.write_end.close();
  err.write_end.close();
  ::signal(SIGPIPE, SIG_IGN);
  std::thread writer([&] { write_to(in.write_end, input); });
  Ended ended;
  const bool in_time = read_both(out.read_end, err.read_end, ended);
  if (!in_time) ::kill(pid, SIGKILL);
  int status = 0;
  ::waitpid(pid, &status, 0);
  writer.join();
  if (in_time) ended.code = code_of(status);
  return ended;
}

TerminalProgram::TerminalProgram(const TempDir& home, const Arguments& arguments,
                                 const Environment& more)
    : terminal_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  ::grantpt(terminal_.get());
  ::unlockpt(terminal_.get());
  const winsize size{40, 80, 0, 0};
  ::ioctl(terminal_.get(), TIOCSWINSZ, &size);
  const std::string name = ::ptsname(terminal_.get());
  Start start(home, arguments, more);
  // The leader of a new session gets the first terminal that it opens as its own, with Ctrl-C.
  posix_spawn_file_actions_addopen(&start.actions, 0, name.c_str(), O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&start.actions, 0, 1);
  posix_spawn_file_actions_adddup2(&start.actions, 0, 2);
  pid_ = start.run(POSIX_SPAWN_SETSID);
}

TerminalProgram::~TerminalProgram() {
  if (exit_) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void TerminalProgram::type(std::string_view keys) {
  if (::write(terminal_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::runtime_error("the terminal takes no keys");
  }
}

/// Errors of a terminal's reads are its end: EIO says that nobody has it open any more.
bool TerminalProgram::read_more() {
  pollfd readable{terminal_.get(), POLLIN, 0};
  if (::poll(&readable, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) <= 0) {
    return false;
  }
  char buffer[4'096];
  const ssize_t size = ::read(terminal_.get(), buffer, sizeof buffer);
  if (size <= 0) return false;
  screen_.append(buffer, static_cast<std::size_t>(size));
  return true;
}

bool TerminalProgram::shows(std::string_view text) {
  for (;;) {
    const std::size_t at = screen_.find(text, seen_);
    if (at != std::string::npos) {
      seen_ = at + text.size();
      return true;
    }
    if (!read_more()) return false;
  }
}

std::optional<int> TerminalProgram::wait_for_exit() {
  if (exit_) return exit_;
  const auto deadline = Clock::now() + kPatience;
  while (Clock::now() < deadline && read_more()) {
  }
  int status = 0;
  while (::waitpid(pid_, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) return std::nullopt;
    ::poll(nullptr, 0, 2);
  }
  exit_ = code_of(status);
  return exit_;
}

}  // namespace arouter::test
