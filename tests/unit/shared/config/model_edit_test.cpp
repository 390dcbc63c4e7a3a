#include "shared/config/model_edit.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "shared/config/toml_text.hpp"
#include "shared/config/toml_value.hpp"
#include "shared/config_reader.hpp"
#include "tests/unit/shared/config/config_text.hpp"

namespace arouter {

namespace {

using Kind = ModelEdit::Kind;

constexpr std::string_view kFile =
    "# Ours.\n"
    "[[provider]]\n"
    "name = \"acme\" # the first\n"
    "base_url = \"http://127.0.0.1:1/v1\"\n"
    "\n"
    "  # Cheap.\n"
    "  [[provider.model]]\n"
    "  id = 'model-a'   # in single quotes\n"
    "  context_length   =   8_000 # tokens\n"
    "  pricing = { prompt = \"0.000002\", completion = \"0.000006\" } # by contract\n"
    "\n"
    "[[provider.model]]\n"
    "id = \"model-b\"\n"
    "description = \"\"\"\n"
    "[[provider.model]] # no header\n"
    "\"\"\"\n"
    "[provider.model.pricing]\n"
    "prompt = \"0.1\"\n"
    "completion = \"0.1\"\n"
    "\n"
    "# The next one.\n"
    "[[provider]]\n"
    "name = \"beta\"\n"
    "base_url = \"http://127.0.0.1:2/v1\"\n"
    "[[provider.model]]\n"
    "id = \"model-a\"\n"
    "pricing.prompt = \"0.2\"\n"
    "pricing.completion = \"0.2\"\n"
    "[routing]\n"
    "max_attempts = 2\n";

ModelField price(const char* key, const char* amount) {
  return {"pricing", key, "\"" + std::string(amount) + "\""};
}

ModelField length(const char* tokens) {
  return {"", "context_length", tokens};
}

/// The lines of `edited` between what it begins and what it ends with as `before` does.
std::string changed_lines(std::string_view before, std::string_view edited) {
  const auto first_line = [](std::string_view text) {
    return text.substr(0, std::min(text.find('\n'), text.size() - 1) + 1);
  };
  while (!before.empty() && !edited.empty() && first_line(before) == first_line(edited)) {
    edited.remove_prefix(first_line(edited).size());
    before.remove_prefix(first_line(before).size());
  }
  const auto last_line = [](std::string_view text) {
    const std::size_t newline = text.size() < 2 ? text.npos : text.rfind('\n', text.size() - 2);
    return newline == text.npos ? text : text.substr(newline + 1);
  };
  while (!before.empty() && !edited.empty() && last_line(before) == last_line(edited)) {
    edited.remove_suffix(last_line(edited).size());
    before.remove_suffix(last_line(before).size());
  }
  return std::string(edited);
}

std::string edited(std::string_view text, const char* provider, std::vector<ModelEdit> edits) {
  const Result<std::string> result = edit_models(text, provider, edits);
  if (!result) return "refused: " + result.error().message + result.error().detail;
  return *result;
}

std::string change(std::string_view text, const char* provider, std::vector<ModelEdit> edits) {
  const std::string result = edited(text, provider, std::move(edits));
  return result.starts_with("refused") ? result : changed_lines(text, result);
}

}  // namespace

TEST_SUITE("model_edit") {
  TEST_CASE("a value is replaced where it stands, whatever stands around it") {
    CHECK(change(kFile, "acme", {{Kind::change, "model-a", {length("128000")}}}) ==
          "  context_length   =   128000 # tokens\n");
    CHECK(change(kFile, "acme", {{Kind::change, "model-a", {price("completion", "0.5")}}}) ==
          "  pricing = { prompt = \"0.000002\", completion = \"0.5\" } # by contract\n");
    CHECK(change(kFile, "acme", {{Kind::change, "model-b", {price("prompt", "0.3")}}}) ==
          "prompt = \"0.3\"\n");
    CHECK(change(kFile, "beta", {{Kind::change, "model-a", {price("completion", "0.3")}}}) ==
          "pricing.completion = \"0.3\"\n");
  }

  TEST_CASE("what is new goes where its like stands") {
    CHECK(change(kFile, "acme", {{Kind::change, "model-a", {price("input_cache_read", "0.1")}}}) ==
          "  pricing = { prompt = \"0.000002\", completion = \"0.000006\", "
          "input_cache_read = \"0.1\" } # by contract\n");
    CHECK(change(kFile, "acme", {{Kind::change, "model-b", {price("image", "0.1")}}}) ==
          "image = \"0.1\"\n");
    CHECK(change(kFile, "beta", {{Kind::change, "model-a", {price("image", "0.1")}}}) ==
          "pricing.image = \"0.1\"\n");
    CHECK(change(kFile, "acme", {{Kind::change, "model-a", {{"", "created", "7"}}}}) ==
          "  created = 7\n");
    CHECK(change(kFile, "acme", {{Kind::change, "model-b", {length("9")}}}) ==
          "context_length = 9\n");
    CHECK(change("[[provider]]\nname = \"a\"\n[[provider.model]]\nid = \"m\"\npricing = {}\n", "a",
                 {{Kind::change, "m", {price("prompt", "0"), price("completion", "0")}}}) ==
          "pricing = { prompt = \"0\", completion = \"0\" }\n");
    CHECK(change("[[provider]]\nname = \"a\"\n[[provider.model]]\nid = \"m\"\n", "a",
                 {{Kind::change, "m", {price("prompt", "0"), price("completion", "0")}}}) ==
          "pricing = { prompt = \"0\", completion = \"0\" }\n");
  }

  TEST_CASE("a model is added behind the provider's last one, before the next provider") {
    const std::string text =
        edited(kFile, "acme",
               {{Kind::add,
                 "new/x",
                 {{"", "name", "\"X\""}, price("prompt", "1"), price("completion", "2")}},
                {Kind::add, "new/y"}});
    CHECK(changed_lines(kFile, text) ==
          "[[provider.model]]\nid = \"new/x\"\nname = \"X\"\n"
          "pricing = { prompt = \"1\", completion = \"2\" }\n\n"
          "[[provider.model]]\nid = \"new/y\"\n\n");
    CHECK(text.find("new/y") < text.find("# The next one."));
    CHECK(change(kFile, "beta", {{Kind::add, "z"}}) == "\n[[provider.model]]\nid = \"z\"\n");
    CHECK(edited("[[provider]]\nname = \"a\" # no model yet\n#[[provider.model]]\n", "a",
                 {{Kind::add, "z"}}) ==
          "[[provider]]\nname = \"a\" # no model yet\n\n[[provider.model]]\nid = \"z\"\n"
          "#[[provider.model]]\n");
  }

  TEST_CASE("line ends are the file's own, and a last line without one stays so") {
    CHECK(edited("[[provider]]\r\nname = \"a\"\r\n", "a", {{Kind::add, "z", {length("5")}}}) ==
          "[[provider]]\r\nname = \"a\"\r\n\r\n[[provider.model]]\r\nid = \"z\"\r\n"
          "context_length = 5\r\n");
    CHECK(edited("[[provider]]\nname = \"a\"", "a", {{Kind::add, "z"}, {Kind::add, "y"}}) ==
          "[[provider]]\nname = \"a\"\n\n[[provider.model]]\nid = \"z\"\n\n"
          "[[provider.model]]\nid = \"y\"");
    CHECK(edited("[[provider]]\nname = \"a\"\n[[provider.model]]\nid = \"m\"", "a",
                 {{Kind::change, "m", {length("5")}}}) ==
          "[[provider]]\nname = \"a\"\n[[provider.model]]\nid = \"m\"\ncontext_length = 5");
  }

  TEST_CASE("an entry becomes a comment, line by line, and the next ones stay") {
    CHECK(change(kFile, "acme", {{Kind::comment_out, "model-a"}}) ==
          "#  [[provider.model]]\n"
          "#  id = 'model-a'   # in single quotes\n"
          "#  context_length   =   8_000 # tokens\n"
          "#  pricing = { prompt = \"0.000002\", completion = \"0.000006\" } # by contract\n");
    CHECK(change(kFile, "acme", {{Kind::comment_out, "model-b"}, {Kind::add, "c"}})
              .ends_with("#completion = \"0.1\"\n\n[[provider.model]]\nid = \"c\"\n"));
    CHECK(edited("[[provider]]\nname = \"a\"\n[[provider.model]]\nid = \"m\"", "a",
                 {{Kind::comment_out, "m"}}) ==
          "[[provider]]\nname = \"a\"\n#[[provider.model]]\n#id = \"m\"");
  }

  TEST_CASE("what is written in another way is refused, in words") {
    CHECK(edited("provider = [{ name = \"a\" }]\n", "a", {{Kind::add, "z"}}) ==
          "refused: the provider 'a' is not written as [[provider]]");
    const std::string inline_models = "[[provider]]\nname = \"a\"\nmodel = [{ id = \"m\" }]\n";
    CHECK(edited(inline_models, "a", {{Kind::add, "z"}}).starts_with("refused: the models of 'a'"));
    CHECK(edited(inline_models, "a", {{Kind::change, "m", {length("5")}}})
              .starts_with("refused: the models of 'a'"));
    CHECK(edited(kFile, "gamma", {}) == "refused: it holds no provider 'gamma'");
    CHECK(edited("[[provider]\n", "a", {}).starts_with("refused: it is no TOML"));
    CHECK(edited(kFile, "acme", {{Kind::change, "none", {length("5")}}}).starts_with("refused"));
    CHECK(edited(kFile, "acme", {{Kind::add, "model-a"}}).starts_with("refused"));
    // A value that would end its line and begin another one.
    CHECK(edited(kFile, "acme", {{Kind::change, "model-a", {length("5\nzdr = true")}}})
              .starts_with("refused"));
    CHECK(edited(kFile, "acme", {{Kind::add, "z", {{"", "name", "\"x\" }"}}}})
              .starts_with("refused"));
  }

  TEST_CASE("odd places of the same things are found, or refused, never mixed up") {
    const std::string odd = "\"provider\" = []\n";
    CHECK(edited(odd, "a", {}).starts_with("refused"));
    const std::string apart =
        "[[ \"provider\" ]] # blanks and quotes\n"
        "'name' = \"a\"\n"
        "[server]\nworkers = 1\n"
        "[[provider . model]]\n"
        "id = \"m\"\n"
        "architecture = { input_modalities = [ \"text\", # one\n \"image\" ] }\n"
        "[auth]\nmode = \"open\"\n";
    CHECK(change(apart, "a", {{Kind::change, "m", {length("5")}}}) == "context_length = 5\n");
    CHECK(change(apart, "a",
                 {{Kind::change, "m", {{"architecture", "input_modalities", "[\"text\"]"}}}}) ==
          "architecture = { input_modalities = [\"text\"] }\n");
    CHECK(change(apart, "a", {{Kind::add, "n"}}) == "\n[[provider.model]]\nid = \"n\"\n");
  }

  TEST_CASE("any edits of any such file give what it said and the edits, or nothing") {
    std::mt19937 random(20261130);
    const auto pick = [&](std::size_t count) { return random() % count; };
    int done = 0;
    for (int round = 0; round < 300; ++round) {
      CAPTURE(round);
      std::string text(kFile);
      if (pick(2) == 0) {
        for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; at += 2) {
          text.replace(at, 1, "\r\n");
        }
      }
      if (pick(2) == 0) text.erase(text.find_last_not_of("\r\n") + 1);
      std::vector<ModelEdit> edits;
      for (const char* id : {"model-a", "model-b"}) {
        ModelEdit edit{Kind::change, id};
        if (pick(3) == 0) edit.fields.push_back(length("77"));
        if (pick(3) == 0) edit.fields.push_back(price("prompt", "0.7"));
        if (pick(3) == 0) edit.fields.push_back(price("image", "0.8"));
        if (pick(4) == 0) edit = {Kind::comment_out, id};
        if (pick(4) != 0) edits.push_back(edit);
      }
      for (std::size_t i = pick(3); i > 0; --i) {
        edits.push_back({Kind::add, "new-" + std::to_string(i), {length("5")}});
      }
      const Result<std::string> result = edit_models(text, "acme", edits);
      REQUIRE(result.has_value());
      const ConfigOutcome outcome = decode_config(*result, "a.toml");
      CHECK(lines_of(outcome.faults) == std::vector<std::string>{});
      done += outcome.config.providers.at(1).models.at(0).pricing.prompt.pico_usd > 0 ? 1 : 0;
    }
    CHECK(done == 300);
  }
}

TEST_SUITE("toml_text") {
  TEST_CASE("the scan ends, whatever it is given") {
    std::mt19937 random(7);
    constexpr std::string_view kAlphabet = "[]{}\"'=.,#\\\n\r ax1\t";
    for (int round = 0; round < 3'000; ++round) {
      std::string text(random() % 40, ' ');
      for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
      CAPTURE(text);
      for (const TomlStatement& each : scan_toml(text)) {
        CHECK(each.begin < each.line_end);
        CHECK(each.line_end <= text.size());
        scan_inline_table(text, each.value_begin, each.end);
      }
    }
  }

  TEST_CASE("a text of anything is a string that reads back") {
    for (const std::string text : {"plain", "a\"b\\c", "\x1b[2J\n\x7f", "größe ✓", ""}) {
      FaultList faults("");
      const TomlValue read = decode_toml("v = " + encode_toml_string(text), faults);
      REQUIRE(faults.empty());
      CHECK(read.members.at(0).value.text == text);
    }
  }
}

}  // namespace arouter
