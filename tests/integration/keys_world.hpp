// A world whose operator gives keys to others: with `arouter keys`.
#pragma once

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "tests/integration/answers.hpp"
#include "tests/integration/managed_world.hpp"
#include "tests/integration/program.hpp"

namespace arouter::test {

/// "keys create backend" as a program gets it: parted at blanks.
inline Arguments arguments_of(const std::string& line) {
  Arguments words;
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

/// What was printed, which is a secret, a line of its own, and nothing else.
inline std::string secret_of(const Ended& ended) {
  constexpr std::size_t kSecretBytes = 56;
  CAPTURE(ended.errors);
  REQUIRE(ended.code == 0);
  REQUIRE(ended.output.size() == kSecretBytes + 1);
  REQUIRE(ended.output.find('\n') == kSecretBytes);
  return ended.output.substr(0, kSecretBytes);
}

/// What was printed, which is a JSON object and nothing else.
inline nlohmann::json document_of(const Ended& ended) {
  CAPTURE(ended.errors);
  CHECK(ended.code == 0);
  CHECK(ended.errors == "");
  nlohmann::json document = nlohmann::json::parse(ended.output, nullptr, false);
  REQUIRE(document.is_object());
  return document;
}

/// Its provider answers all that it is asked.
struct KeysWorld : ManagedWorld {
  KeysWorld() { provider.always(Script().send(answer_of(9, 5))); }

  std::string base_url() const { return "http://127.0.0.1:" + std::to_string(daemon.port()); }

  /// Runs `arouter keys` with what stands in `line`.
  Ended keys(const std::string& line, const Environment& more = {}) const {
    return run_program(home, arguments_of("keys " + line), more);
  }
  /// The secret of a new key of that name.
  std::string make(const std::string& name_and_options) const {
    return secret_of(keys("create " + name_and_options));
  }
  /// The key's object as `arouter keys show` has it.
  nlohmann::json shown(const std::string& name) const {
    return document_of(keys("show --json " + name))["data"];
  }
  /// "200", or the status and the code of a refusal.
  std::string chat_with(const std::string& secret) const {
    const RawResponse answer = chat_as({secret, ""});
    if (answer.status == 200) return "200";
    return std::to_string(answer.status) + " " + error_code_of(answer);
  }
};

}  // namespace arouter::test
