#include "shared/paths.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>

#include "tests/unit/temp_folder.hpp"

namespace arouter::test {

namespace {

// An environment variable for one test; nullptr: unset.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name); before != nullptr) before_ = before;
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }
  ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// state/lock, held as a daemon holds it.
class HeldLock {
 public:
  explicit HeldLock(const std::filesystem::path& folder)
      : file_(::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    REQUIRE(::flock(file_, LOCK_EX | LOCK_NB) == 0);
  }
  ~HeldLock() { ::close(file_); }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  int file_;
};

void write_key(const TempFolder& folder, std::string_view text, mode_t mode) {
  const auto file = folder.path() / "local.key";
  std::ofstream(file) << text;
  ::chmod(file.c_str(), mode);
}

}  // namespace

TEST_SUITE("paths") {
  TEST_CASE("folders follow the XDG variables, which count only when absolute") {
    const Variable home("HOME", "/home/ada");
    {
      const Variable state("XDG_STATE_HOME", "/var/state");
      const Variable config("XDG_CONFIG_HOME", "/etc/xdg-ada");
      CHECK(state_dir() == "/var/state/arouter");
      CHECK(config_dir() == "/etc/xdg-ada/arouter");
    }
    for (const char* value : {static_cast<const char*>(nullptr), "", "relative/path"}) {
      const Variable state("XDG_STATE_HOME", value);
      const Variable config("XDG_CONFIG_HOME", value);
      CHECK(state_dir() == "/home/ada/.local/state/arouter");
      CHECK(config_dir() == "/home/ada/.config/arouter");
    }
  }

  TEST_CASE("a leading tilde is the home folder, any other is a letter") {
    const Variable home("HOME", "/home/ada");
    CHECK(expand_home("~") == "/home/ada");
    CHECK(expand_home("~/keys/a") == "/home/ada/keys/a");
    CHECK(expand_home("~bob/a") == "~bob/a");
    CHECK(expand_home("/a/~/b") == "/a/~/b");
    CHECK(expand_home("") == "");
  }

  TEST_CASE("a note counts only while its daemon holds the lock") {
    const TempFolder folder;
    CHECK(read_daemon_note(folder.path()).has_error());
    std::ofstream(folder.path() / "daemon") << "http://127.0.0.1:18080\n4711\n";
    CHECK(read_daemon_note(folder.path()).has_error());
    {
      const HeldLock lock(folder.path());
      const auto note = read_daemon_note(folder.path());
      REQUIRE(note.has_value());
      CHECK(note->base_url == "http://127.0.0.1:18080");
      CHECK(note->pid == 4711);
    }
    CHECK(read_daemon_note(folder.path()).error().message == "no daemon is running");
  }

  TEST_CASE("half a note is none") {
    const TempFolder folder;
    const HeldLock lock(folder.path());
    for (const char* text : {"", "http://127.0.0.1:1", "http://127.0.0.1:1\n", "http://a\nx\n"}) {
      CAPTURE(text);
      std::ofstream(folder.path() / "daemon", std::ios::trunc) << text;
      CHECK(read_daemon_note(folder.path()).has_error());
    }
  }

  TEST_CASE("the local key is read without its line end") {
    const TempFolder folder;
    write_key(folder, "lr_live_0123\n", 0600);
    CHECK(read_local_key(folder.path())->reveal() == "lr_live_0123");
  }

  TEST_CASE("a missing, empty, loose or linked key says what to do") {
    const TempFolder folder;
    CHECK(read_local_key(folder.path()).error().message.find("arouter serve") != std::string::npos);
    write_key(folder, "\n", 0600);
    CHECK(read_local_key(folder.path()).error().message.find("is empty") != std::string::npos);
    write_key(folder, "lr_live_0123\n", 0640);
    const Error loose = read_local_key(folder.path()).error();
    CHECK(loose.kind == ErrorKind::unauthorized);
    CHECK(loose.message.find("chmod 600") != std::string::npos);
    CHECK(loose.message.find("lr_live_0123") == std::string::npos);
    const TempFolder other;
    std::filesystem::create_symlink(folder.path() / "local.key", other.path() / "local.key");
    CHECK(read_local_key(other.path()).has_error());
  }
}

}  // namespace arouter::test
