#include "daemon/private_files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/temp_folder.hpp"

namespace arouter::test {

TEST_SUITE("private files") {
  TEST_CASE("an empty folder that is open to others is closed") {
    const TempFolder folder;
    const auto state = folder.path() / "state";
    REQUIRE(::mkdir(state.c_str(), 0755) == 0);
    REQUIRE(make_private_folder(state).has_value());
    CHECK(mode_of(state) == 0700);
  }

  TEST_CASE("a folder with other files that is open to others is refused, not closed") {
    const TempFolder folder;
    const auto state = folder.path() / "state";
    REQUIRE(::mkdir(state.c_str(), 0755) == 0);
    ::chmod(state.c_str(), 0755);
    std::ofstream(state / "holiday.jpg") << "x";
    const auto refused = make_private_folder(state);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("chmod 700 " + state.string()) != std::string::npos);
    CHECK(mode_of(state) == 0755);
  }

  TEST_CASE("a folder of arouter's that is open to others is closed") {
    const TempFolder folder;
    std::ofstream(folder.path() / "arouter.db") << "x";
    ::chmod(folder.path().c_str(), 0750);
    REQUIRE(make_private_folder(folder.path()).has_value());
    CHECK(mode_of(folder.path()) == 0700);
  }

  TEST_CASE("a folder of another user is refused") {
    if (::geteuid() == 0) {
      const TempFolder folder;
      const auto state = folder.path() / "state";
      REQUIRE(::mkdir(state.c_str(), 0700) == 0);
      REQUIRE(::chown(state.c_str(), 65534, 65534) == 0);
      const auto refused = make_private_folder(state);
      REQUIRE(refused.has_error());
      CHECK(refused.error().message.find("another user (uid 65534)") != std::string::npos);
    } else {
      CHECK(make_private_folder("/usr").has_error());
    }
  }

  TEST_CASE("a file in place of the folder is an error that names it") {
    const TempFolder folder;
    std::ofstream(folder.path() / "state") << "x";
    const auto refused = make_private_folder(folder.path() / "state");
    REQUIRE(refused.has_error());
    CHECK(refused.error().message ==
          "cannot open " + (folder.path() / "state").string() + ": Not a directory");
  }

  TEST_CASE("symbolic links are not followed, loose files are tightened") {
    const TempFolder folder;
    std::ofstream(folder.path() / "loose") << "x";
    ::chmod((folder.path() / "loose").c_str(), 0644);
    CHECK(open_private_file(folder.path() / "loose").has_value());
    CHECK(mode_of(folder.path() / "loose") == 0600);
    std::filesystem::create_symlink("loose", folder.path() / "link");
    CHECK(open_private_file(folder.path() / "link").has_error());
  }

  TEST_CASE("a file is replaced whole, and nothing is left beside it") {
    const TempFolder folder;
    const auto file = folder.path() / "note";
    for (const char* text : {"first, and longer", "second"}) {
      REQUIRE(replace_private_file(file, text, Keep::for_good).has_value());
      CHECK(read_file(file) == text);
      CHECK(mode_of(file) == 0600);
    }
    const auto entries = std::filesystem::directory_iterator(folder.path());
    CHECK(std::distance(begin(entries), end(entries)) == 1);
    CHECK(replace_private_file(folder.path() / "absent" / "note", "x", Keep::for_good).has_error());
  }
}

}  // namespace arouter::test
