#include "daemon/state.hpp"

#include <doctest/doctest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "shared/paths.hpp"
#include "tests/unit/temp_folder.hpp"

namespace arouter::test {

namespace {

StateFolder open_state(const std::filesystem::path& folder) {
  Result<StateFolder> state = StateFolder::open(folder);
  REQUIRE_MESSAGE(state.has_value(), state.error().message);
  return std::move(*state);
}

std::string refusal(const std::filesystem::path& folder) {
  const Result<StateFolder> state = StateFolder::open(folder);
  REQUIRE(state.has_error());
  return state.error().message;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("state folder") {
  TEST_CASE("the first start makes a key and a pepper, later ones find them") {
    const TempFolder folder;
    const auto path = folder.path() / "a" / "state";
    std::string key;
    std::string pepper;
    {
      const StateFolder first = open_state(path);
      key = first.local_key().reveal();
      pepper = first.pepper().reveal();
      CHECK(first.local_key_is_new());
    }
    CHECK(key.size() == 8 + 48);
    CHECK(key.starts_with("lr_live_"));
    CHECK(key.find_first_not_of("0123456789abcdef", 8) == std::string::npos);
    CHECK(pepper.size() == 32);
    CHECK(mode_of(path) == 0700);
    for (const char* name : {"lock", "local.key", "pepper"}) CHECK(mode_of(path / name) == 0600);

    const StateFolder second = open_state(path);
    CHECK_FALSE(second.local_key_is_new());
    CHECK(second.local_key().reveal() == key);
    CHECK(second.pepper().reveal() == pepper);
    CHECK(read_local_key(path)->reveal() == key);
  }

  TEST_CASE("two folders have different secrets") {
    const TempFolder folder;
    const StateFolder one = open_state(folder.path() / "one");
    const StateFolder two = open_state(folder.path() / "two");
    CHECK(one.local_key().reveal() != two.local_key().reveal());
    CHECK(one.pepper().reveal() != two.pepper().reveal());
  }

  TEST_CASE("a second daemon is told the pid and the address of the first") {
    const TempFolder folder;
    StateFolder first = open_state(folder.path());
    REQUIRE(first.write_note("http://127.0.0.1:18080").has_value());
    const std::string message = refusal(folder.path());
    CHECK(contains(message, "pid " + std::to_string(::getpid()) + ", http://127.0.0.1:18080"));
    CHECK(contains(message, folder.path().string()));
    CHECK(read_daemon_note(folder.path())->base_url == "http://127.0.0.1:18080");
  }

  TEST_CASE("a second daemon is refused also before the first listens") {
    const TempFolder folder;
    const StateFolder first = open_state(folder.path());
    CHECK(contains(refusal(folder.path()), "still starting"));
  }

  TEST_CASE("the note goes with the daemon, and a dead daemon's note is swept away") {
    const TempFolder folder;
    {
      StateFolder state = open_state(folder.path());
      REQUIRE(state.write_note("http://127.0.0.1:1").has_value());
      CHECK(read_file(folder.path() / "daemon") ==
            "http://127.0.0.1:1\n" + std::to_string(::getpid()) + "\n");
      CHECK(mode_of(folder.path() / "daemon") == 0600);
    }
    CHECK_FALSE(std::filesystem::exists(folder.path() / "daemon"));
    std::ofstream(folder.path() / "daemon") << "http://127.0.0.1:1\n1\n";
    const StateFolder state = open_state(folder.path());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "daemon"));
  }

  TEST_CASE("a look by the CLI does not keep a daemon from starting") {
    const TempFolder folder;
    { open_state(folder.path()); }
    FileHandle looking = *open_private_file(folder.path() / "lock");
    REQUIRE(::flock(looking.get(), LOCK_SH) == 0);
    std::thread look_ends([&] { looking = FileHandle(); });
    CHECK(StateFolder::open(folder.path()).has_value());
    look_ends.join();
  }

  TEST_CASE("secrets that others can read are refused by name") {
    for (const char* name : {"local.key", "pepper"}) {
      CAPTURE(name);
      const TempFolder folder;
      { open_state(folder.path()); }
      ::chmod((folder.path() / name).c_str(), 0644);
      CHECK(contains(refusal(folder.path()), "chmod 600 " + (folder.path() / name).string()));
    }
  }

  TEST_CASE("damaged secrets are refused, not replaced") {
    for (const char* name : {"local.key", "pepper"}) {
      for (const char* text : {"", "\n", "with space and \x01"}) {
        CAPTURE(name);
        CAPTURE(text);
        const TempFolder folder;
        { open_state(folder.path()); }
        std::ofstream(folder.path() / name, std::ios::trunc) << text;
        CHECK(contains(refusal(folder.path()), (folder.path() / name).string()));
        CHECK(read_file(folder.path() / name) == text);
      }
    }
  }
}

}  // namespace arouter::test
