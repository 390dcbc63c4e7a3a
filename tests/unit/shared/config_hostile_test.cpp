// Configuration files written by somebody who means no good, or by a broken program.
#include <doctest/doctest.h>

#include <random>

#include "shared/catalog.hpp"
#include "shared/config_reader.hpp"
#include "tests/unit/shared/config/config_text.hpp"
#include "tests/unit/shared/config/every_key.hpp"

namespace arouter {

namespace {

std::string repeated(std::string_view piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

/// The only fault of `text`.
std::string only_fault(std::string_view text) {
  const ConfigOutcome outcome = decode_config(text, "a.toml");
  REQUIRE(outcome.faults.size() == 1);
  return to_string(outcome.faults[0]);
}

}  // namespace

TEST_SUITE("config_hostile") {
  TEST_CASE("keys of absurdly many parts never reach the parser") {
    const std::string many = repeated("a.", 200'000) + "b = 1";
    CHECK(only_fault("# " + many.substr(0, 50'000) + "\n" + many.substr(350'000)) ==
          "a.toml:2:64: a key of more than 32 parts");
    CHECK(only_fault(repeated("a . ", 40) + "b = 1").find("32 parts") != std::string::npos);
    CHECK(only_fault("[" + repeated("a.", 40) + "b]").find("32 parts") != std::string::npos);
    CHECK(only_fault(repeated("\"a.b\".", 40) + "b = 1").find("32 parts") != std::string::npos);
    CHECK(only_fault("x = { " + repeated("a.", 40) + "b = 1 }").find("32 parts") !=
          std::string::npos);
    CHECK(only_fault(repeated("a.", 31) + "b = 1").find("unknown key 'a'") != std::string::npos);
  }

  TEST_CASE("deep nesting never reaches the parser") {
    CHECK(only_fault("x = " + repeated("[", 60'000)) == "a.toml:1:13: values nested deeper than 8");
    CHECK(only_fault("x = " + repeated("[\n", 300'000)).find("deeper") != std::string::npos);
    CHECK(only_fault("x = " + repeated("{a=", 10'000)).find("deeper") != std::string::npos);
    CHECK(only_fault("x = " + repeated("[", 8) + repeated("]", 8)).find("unknown key") !=
          std::string::npos);
  }

  TEST_CASE("brackets and dots in strings and comments are only text") {
    const std::string brackets = repeated("[", 100) + repeated("a.", 100);
    for (const std::string& text : {
             "x = \"" + brackets + "\"\n",
             "x = '" + brackets + "'\n",
             "x = \"\\\"" + brackets + "\"\n",
             "x = \"\"\"\n\"" + brackets + "\n\"\"\"\"\"\n",
             "x = '''\n'" + brackets + "\\'''\n",
             "# " + brackets + "\nx = 1\n",
             "x = [1.5, 2.5, " + repeated("3.5, ", 100) + "]\n",
         }) {
      CAPTURE(text);
      CHECK(only_fault(text).find("unknown key 'x'") != std::string::npos);
    }
  }

  TEST_CASE("files and lines of absurd size are refused") {
    CHECK(only_fault(std::string(1024 * 1024 + 1, '\n')) ==
          "a.toml:1:1: the file is larger than 1 MiB");
    CHECK(decode_config(std::string(1024 * 1024, '\n'), "a.toml").faults.empty());
    CHECK(only_fault("\n#" + std::string(65'536, 'x')) == "a.toml:2:1: a line of more than 64 KiB");
    CHECK(decode_config("#" + std::string(65'535, 'x') + "\n", "a.toml").faults.empty());
  }

  TEST_CASE("NUL bytes, control characters and broken UTF-8 have a place") {
    CHECK(only_fault(std::string_view("# a\n# \0b\n", 9)) == "a.toml:2:3: a NUL byte");
    CHECK(only_fault("# ü\n# ü\xFF\n") == "a.toml:2:4: bytes that are not UTF-8");
    CHECK(only_fault("# \xED\xA0\x80\n") == "a.toml:1:3: bytes that are not UTF-8");
    CHECK(decode_config("# \x1b[31m\n", "a.toml").faults.size() == 1);
    CHECK(decode_config("\xEF\xBB\xBF[server]\nworkers = 1\n", "a.toml").faults.empty());
    CHECK(decode_config("[server]\r\nworkers = 1\r\n", "a.toml").faults.empty());
  }

  TEST_CASE("names in messages cannot command a terminal, nor fill it") {
    const std::string fault = only_fault("\"\\u001b[31m\\u202e\\nred\" = 1\n");
    CHECK(fault.find('\x1b') == std::string::npos);
    CHECK(fault.find('\n') == std::string::npos);
    CHECK(only_fault(std::string(60'000, 'k') + " = 1\n").size() < 200);
  }

  TEST_CASE("after a hundred faults the rest is counted") {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "k" + std::to_string(i) + " = 1\n";
    const ConfigOutcome outcome = decode_config(text, "a.toml");
    REQUIRE(outcome.faults.size() == 101);
    CHECK(to_string(outcome.faults[0]).starts_with("a.toml:1:1: unknown key 'k0'"));
    CHECK(to_string(outcome.faults[100]) == "a.toml: 19900 more faults");
  }

  TEST_CASE("names that would escape into JSON, paths or headers are refused") {
    for (const char* id : {"", "a b", "a\\\"b", "a\\\\b", "a%2f", "a?b", "a#b", "/a", "a/", "a\\nb",
                           "a\\u0000", "\\u00fc"}) {
      CAPTURE(id);
      const std::string text =
          "[[provider]]\nname = \"acme\"\nbase_url = \"https://a.example\"\n[[provider.model]]\n"
          "id = \"" +
          std::string(id) + "\"\n";
      CHECK(decode_config(text, "a.toml").faults.size() == 1);
    }
    for (const char* name :
         {"", "Acme", "a/b", "..", "-a", "v1", "api", "healthz", "models", "a b", "\\u00fc"}) {
      CAPTURE(name);
      const std::string text =
          "[[provider]]\nname = \"" + std::string(name) + "\"\nbase_url = \"https://a.example\"\n";
      CHECK(decode_config(text, "a.toml").faults.size() == 1);
    }
  }

  TEST_CASE("a damaged file is read or refused, never worse") {
    constexpr unsigned kSeed = 20261124;
    CAPTURE(kSeed);
    std::mt19937 random(kSeed);
    for (int round = 0; round < 2'000; ++round) {
      std::string text(round % 2 == 0 ? kEveryKey : kTenFaults);
      for (unsigned edits = 1 + random() % 4; edits > 0; --edits) {
        const std::size_t at = random() % text.size();
        constexpr std::string_view kBytes = "[]{}\"'=.,#\n\\\x1b\xff 0-";
        switch (random() % 3) {
          case 0:
            text[at] = kBytes[random() % kBytes.size()];
            break;
          case 1:
            text.erase(at, random() % 40);
            break;
          default:
            text.insert(at, text.substr(random() % text.size(), random() % 40));
        }
      }
      const ConfigOutcome outcome = decode_config(text, "a.toml");
      for (const ConfigFault& fault : outcome.faults) {
        REQUIRE(fault.message.find('\x1b') == std::string::npos);
      }
      build_catalog(outcome.config);  // whatever was read, a catalogue or faults come of it
    }
  }
}

}  // namespace arouter
