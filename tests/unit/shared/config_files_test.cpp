// Reading configuration files: which, in which order, with which permissions.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "shared/config_reader.hpp"
#include "tests/integration/temp_dir.hpp"
#include "tests/unit/shared/config/config_text.hpp"

namespace arouter {

namespace {

std::string provider(const std::string& name, const std::string& more = {}) {
  return "[[provider]]\nname = \"" + name + "\"\nbase_url = \"https://" + name + ".example\"\n" +
         more;
}

/// Sets a variable for one test.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = ::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_) {
      ::setenv(name_, before_->c_str(), 1);
    } else {
      ::unsetenv(name_);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

}  // namespace

TEST_SUITE("config_files") {
  TEST_CASE("the files of providers.d are read by name after the main file") {
    const test::TempDir folder;
    std::filesystem::create_directory(folder.path() / "providers.d");
    folder.write("providers.d/20-b.toml", provider("beta"));
    folder.write("providers.d/10-a.toml", provider("acme"));
    folder.write("providers.d/.hidden.toml", "broken [");
    folder.write("providers.d/notes.txt", "broken [");
    const auto main_file = folder.write("arouter.toml", provider("main"));
    const ConfigOutcome outcome = read_config(main_file);
    REQUIRE(lines_of(outcome.faults) == std::vector<std::string>{});
    REQUIRE(outcome.config.providers.size() == 3);
    CHECK(outcome.config.providers[0].name == "main");
    CHECK(outcome.config.providers[1].name == "acme");
    CHECK(outcome.config.providers[2].name == "beta");
    CHECK(outcome.config.files.size() == 3);
    CHECK(outcome.config.files[0] == main_file.string());
  }

  TEST_CASE("faults of several files come in the order of the files, links across them included") {
    const test::TempDir folder;
    std::filesystem::create_directory(folder.path() / "providers.d");
    const std::string a = folder.write("providers.d/a.toml", "[server]\n" + provider("acme"));
    const std::string c =
        folder.write("providers.d/c.toml", "[routing]\n[[alias]]\nname = \"x\"\nmodel = \"a/b\"\n");
    const std::string b = folder.write("providers.d/b.toml", provider("acme", "x = 1\n"));
    const std::string main_file = folder.write("arouter.toml", "x = 1\n");
    CHECK(lines_of(read_config(main_file).faults) ==
          std::vector<std::string>{
              main_file + ":1:1: unknown key 'x'",
              a + ":1:1: server may stand in the main file only",
              b + ":2:8: the provider 'acme' already stands at " + a + ":3:8",
              b + ":4:1: unknown key 'x' in provider",
              c + ":1:1: routing may stand in the main file only",
              c + ":2:1: alias may stand in the main file only",
          });
  }

  TEST_CASE("a file that is broken does not make other files' names dangle") {
    const test::TempDir folder;
    std::filesystem::create_directory(folder.path() / "providers.d");
    folder.write("providers.d/a.toml", provider("acme") + "broken [");
    const auto main_file =
        folder.write("arouter.toml",
                     "[[model]]\nid = \"x/y\"\nendpoints = [{ provider = \"acme\", model = "
                     "\"m\" }]\n");
    CHECK(read_config(main_file).faults.size() == 1);
  }

  TEST_CASE("a file that is named and missing is a fault") {
    const test::TempDir folder;
    const std::string missing = folder.path() / "none.toml";
    CHECK(lines_of(read_config(missing).faults) ==
          std::vector<std::string>{missing + ": there is no such file"});
    CHECK(read_config(folder.path()).faults.size() == 1);
    CHECK(to_string(read_config("").faults.at(0)).find("/etc/arouter/arouter.toml") !=
          std::string::npos);
    CHECK(read_config("/dev/null").faults.empty());
  }

  TEST_CASE("an endless file is read no further than the cap") {
    const ConfigOutcome outcome = read_config("/dev/zero");
    REQUIRE(outcome.faults.size() == 1);
    CHECK(to_string(outcome.faults[0]) == "/dev/zero:1:1: the file is larger than 1 MiB");
  }

  TEST_CASE("a key may stand in a file that only its owner can read") {
    const test::TempDir folder;
    const auto file =
        folder.write("arouter.toml", provider("acme", "keys = [{ value = \"sk-secret\" }]\n"));
    CHECK(lines_of(read_config(file).faults) == std::vector<std::string>{});
    for (const ::mode_t mode : {0640U, 0604U, 0644U, 0620U}) {
      CAPTURE(mode);
      ::chmod(file.c_str(), mode);
      const auto lines = lines_of(read_config(file).faults);
      REQUIRE(lines.size() == 1);
      CHECK(lines[0] == file.string() +
                            ":4:19: a key stands in a file that others can read; run: "
                            "chmod 600 " +
                            file.string() + " (or name the key by env or file)");
    }
    ::chmod(file.c_str(), 0400);
    CHECK(read_config(file).faults.empty());
  }

  TEST_CASE("so may the password of a proxy") {
    const test::TempDir folder;
    const auto write = [&](const std::string& proxy) {
      return folder.write("arouter.toml", provider("acme", "proxy = \"" + proxy + "\"\n"));
    };
    CHECK(read_config(write("http://me:pass@proxy.example")).faults.empty());
    for (const std::string url : {"http://proxy.example", "http://me:pass@proxy.example"}) {
      CAPTURE(url);
      const auto file = write(url);
      ::chmod(file.c_str(), 0640);
      const auto lines = lines_of(read_config(file).faults);
      CHECK(lines.size() == (url.find('@') == std::string::npos ? 0 : 1));
      for (const std::string& line : lines) {
        CHECK(line.starts_with(file.string() + ":4:9: a password stands in a file"));
      }
    }
  }

  TEST_CASE("a file without keys may be read by all") {
    const test::TempDir folder;
    const auto file =
        folder.write("arouter.toml", provider("acme", "keys = [{ env = \"ACME_KEY\" }]\n"));
    ::chmod(file.c_str(), 0644);
    CHECK(read_config(file).faults.empty());
    folder.write("arouter.toml", provider("acme",
                                          "oauth2 = { token_url = \"https://a.example\", client_id "
                                          "= \"me\", client_secret = { value = \"s\" } }\n"));
    ::chmod(file.c_str(), 0644);
    CHECK(read_config(file).faults.size() == 1);
  }

  TEST_CASE("the option comes before the variable, the variable before the usual places") {
    const test::TempDir folder;
    const Variable home("XDG_CONFIG_HOME", folder.path().string());
    {
      const Variable named("AROUTER_CONFIG", "/somewhere/else.toml");
      CHECK(find_config("option.toml") == "option.toml");
      CHECK(find_config("") == "/somewhere/else.toml");
    }
    const Variable unnamed("AROUTER_CONFIG", "");
    const auto usual = folder.path() / "arouter" / "arouter.toml";
    CHECK(find_config("") != usual);
    std::filesystem::create_directory(folder.path() / "arouter");
    folder.write("arouter/arouter.toml", "");
    CHECK(find_config("") == usual);
  }
}

}  // namespace arouter
