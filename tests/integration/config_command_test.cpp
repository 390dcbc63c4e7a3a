// `arouter config` as a person runs it: what it prints and how it ends.
#include <doctest/doctest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "tests/integration/config_text.hpp"
#include "tests/integration/temp_dir.hpp"
#include "tests/places.hpp"

namespace arouter::test {

namespace {

struct Ran {
  std::string said;  // stdout and stderr
  int code = -1;
};

Ran run(const std::string& environment, const std::string& arguments) {
  const std::string command = environment + " " + binary_path() + " config " + arguments + " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  Ran ran;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    ran.said.append(buffer.data(), size);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
  return ran;
}

}  // namespace

TEST_SUITE("config_command") {
  TEST_CASE("a good configuration is good, and counted") {
    const TempDir folder;
    const std::string file = folder.write("a.toml", encode_config({}, {"http://127.0.0.1:1/v1"}));
    const Ran ran = run("ACME_KEY=sk-secret", "check --config " + file);
    CHECK(ran.said == file + ": good, 1 provider, 1 model\n");
    CHECK(ran.code == 0);
    CHECK(run("ACME_KEY=sk-secret AROUTER_CONFIG=" + file, "check").said == ran.said);
  }

  TEST_CASE("every format is good, and one that there is not is told with those there are") {
    const TempDir folder;
    const auto check = [&](const std::string& format) {
      const std::string file = folder.write("a.toml", "[[provider]]\nname = \"a\"\n" + format +
                                                          "\nbase_url = \"http://127.0.0.1:1\"\n"
                                                          "[[provider.model]]\nid = \"model-a\"\n");
      return run("", "check --config " + file);
    };
    for (const char* format : {"openai", "anthropic", "gemini", "responses"}) {
      CAPTURE(format);
      CHECK(check("format = \"" + std::string(format) + "\"").code == 0);
      CHECK(check("also_speaks = [\"" + std::string(format) + "\"]").code == 0);
    }
    for (const char* line : {"format = \"gemeni\"", "also_speaks = [\"gemeni\"]"}) {
      CAPTURE(line);
      const Ran ran = check(line);
      CHECK(ran.code == 2);
      CHECK(ran.said.find("gemini") != std::string::npos);
    }
  }

  TEST_CASE("faults are told one a line, with their places") {
    const TempDir folder;
    const std::string file = folder.write("a.toml", "[server]\nworker = 1\nbody_ms = \"1\"\n");
    const Ran ran = run("", "check --config " + file);
    CHECK(ran.said == file + ":2:1: unknown key 'worker' in server; did you mean 'workers'?\n" +
                          file + ":3:11: server.body_ms must be an integer, not a string\n");
    CHECK(ran.code == 2);
  }

  TEST_CASE("a key that is not in the environment is a fault that says what to do") {
    const TempDir folder;
    const std::string file = folder.write("a.toml", encode_config({}, {"http://127.0.0.1:1/v1"}));
    const Ran ran = run("env -u ACME_KEY", "check --config " + file);
    CHECK(ran.said.find("export ACME_KEY=") != std::string::npos);
    CHECK(ran.code == 2);
  }

  TEST_CASE("without any configuration it says how to begin") {
    if (std::filesystem::exists("/etc/arouter/arouter.toml")) return;  // this machine has one
    const TempDir folder;
    const Ran ran = run("AROUTER_CONFIG= XDG_CONFIG_HOME=" + folder.path().string(), "check");
    CHECK(ran.said.find("[[provider]]") != std::string::npos);
    CHECK(ran.code == 2);
    const Ran missing = run("", "check --config " + (folder.path() / "none.toml").string());
    CHECK(missing.said.find("there is no such file") != std::string::npos);
    CHECK(missing.code == 2);
  }

  TEST_CASE("every key can be listed") {
    const Ran ran = run("", "keys");
    CHECK(ran.said.find("\nserver.workers\n") != std::string::npos);
    CHECK(ran.said.find("\nprovider.model.pricing.prompt\n") != std::string::npos);
    CHECK(ran.code == 0);
  }
}

}  // namespace arouter::test
