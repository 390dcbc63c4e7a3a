#include "cli/completion.hpp"

#include <doctest/doctest.h>

#include <CLI/CLI.hpp>

using namespace arouter;

namespace {

struct Parser {
  CLI::App app{"A program.", "arouter"};
  std::string text;
  bool flag = false;

  Parser() {
    app.set_version_flag("--version", "1");
    CLI::App* models = app.add_subcommand("models", "List models");
    models->add_option("--provider", text, "Of one provider");
    models->add_subcommand("show", "Show one: all of it");
    CLI::App* validate = app.add_subcommand("validate", "Check a provider");
    validate->add_option("-d,--dialect", text, "Wire format")
        ->check(CLI::IsMember({"auto", "openai"}));
    validate->add_flag("--strict", flag, "Warnings fail too");
    validate->add_flag("-q", flag, "Say less");
    app.add_subcommand("secret", "Not for people")->group("");
    app.add_subcommand("completion", "Scripts")
        ->add_option("shell", text)
        ->check(CLI::IsMember({"bash", "zsh"}));
  }
};

/// The candidates for `words`, joined with blanks.
std::string candidates_for(const std::vector<std::string>& words) {
  const Parser parser;
  std::string all;
  for (const Candidate& each : find_candidates(parser.app, words)) {
    all += (all.empty() ? "" : " ") + each.word;
  }
  return all;
}

}  // namespace

TEST_SUITE("completion") {
  TEST_CASE("the first word is a command") {
    CHECK(candidates_for({"va"}) == "validate");
    CHECK(candidates_for({""}) == "models validate completion");
    CHECK(candidates_for({"x"}) == "");
    CHECK(candidates_for({}) == "");
  }

  TEST_CASE("a command has its own commands, and positional words a choice") {
    CHECK(candidates_for({"models", "s"}) == "show");
    CHECK(candidates_for({"completion", ""}) == "bash zsh");
  }

  TEST_CASE("a dash asks for options of the command that was typed") {
    CHECK(candidates_for({"--v"}) == "--version");
    CHECK(candidates_for({"validate", "--"}) == "--help --dialect --strict");
    CHECK(candidates_for({"validate", "-"}) == "--help --dialect --strict -q");
    CHECK(candidates_for({"models", "--pro"}) == "--provider");
  }

  TEST_CASE("an option's value comes from its choices, or is left to the shell") {
    CHECK(candidates_for({"validate", "--dialect", "o"}) == "openai");
    CHECK(candidates_for({"validate", "-d", ""}) == "auto openai");
    CHECK(candidates_for({"models", "--provider", ""}) == "");
  }

  TEST_CASE("a value that looks like a command is not one") {
    CHECK(candidates_for({"models", "--provider", "show", "s"}) == "show");
    CHECK(candidates_for({"validate", "--dialect", "auto", "--s"}) == "--strict");
  }

  TEST_CASE("a value after '=' is completed, in one word or in the three that bash makes of it") {
    CHECK(candidates_for({"validate", "--dialect=o"}) == "--dialect=openai");
    CHECK(candidates_for({"validate", "--dialect", "=", "o"}) == "openai");
    CHECK(candidates_for({"validate", "--dialect", "="}) == "auto openai");
    CHECK(candidates_for({"validate", "--dialect", "=", "auto", "--s"}) == "--strict");
  }

  TEST_CASE("each shell reads candidates in its own form") {
    const std::vector<Candidate> candidates{{"a:b", "First: one\nmore"}, {"c", ""}};
    CHECK(encode_candidates(candidates, "bash") == "a:b\nc\n");
    CHECK(encode_candidates(candidates, "zsh") == "a\\:b:First: one\nc\n");
    CHECK(encode_candidates(candidates, "fish") == "a:b\tFirst: one\nc\n");
  }
}
