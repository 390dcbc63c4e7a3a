// What a format makes of the same request for models that take different things: older and younger
// ones, those that think and those that do not, and those of others.
//
//   models/<case>.json          the request, in OpenAI's format
//   models/<case>.<format>.txt  of each model, what was lost and the body that it gets
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "shared/formats/registry.hpp"
#include "tests/golden/fixtures.hpp"
#include "tests/golden/pretty_json.hpp"
#include "tests/golden/translate.hpp"
#include "tests/places.hpp"

namespace arouter::golden {

namespace {

using Models = std::vector<std::string_view>;

Models models_of(std::string_view format) {
  if (format == "anthropic") {
    return {"claude-3-5-haiku-latest",
            "claude-opus-4-1",
            "claude-sonnet-4-5-20250929",
            "claude-opus-4-6",
            "anthropic/claude-opus-4.7",
            "claude-opus-5",
            "claude-fable-5",
            "minimax-m3"};
  }
  if (format == "gemini") {
    return {"gemini-2.0-flash", "gemini-2.5-flash", "gemini-2.5-flash-lite", "gemini-2.5-pro",
            "gemini-3-pro",     "gemini-3.5-flash", "gemma-3-27b-it"};
  }
  return {"gpt-4.1", "o4-mini", "gpt-5-mini", "gpt-5.2-codex",  "gpt-5.2",
          "gpt-5.4", "gpt-5.5", "gpt-5.6",    "openai/gpt-7.1", "deepseek-v4"};
}

std::filesystem::path file_named(const std::string& name) {
  return source_folder() / "tests" / "golden" / "models" / name;
}

std::string read_request(const std::string& name) {
  std::ifstream file(file_named(name + ".json"), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE_FALSE(bytes.empty());
  return bytes;
}

std::string written_for(std::string_view model, const std::string& body, const Format& format) {
  constexpr std::int64_t kMostTokens = 8192;
  chat::Losses losses;
  Result<chat::Request> request = decode_request(*find_format("openai"), body, losses);
  REQUIRE(request.has_value());
  request->model = model;
  const std::string text = format.encode_request(*request, kMostTokens, losses);
  const std::string lost = losses.empty() ? "" : ", without " + losses.list();
  return "# " + std::string(model) + lost + "\n" + pretty_json(text) + "\n";
}

}  // namespace

TEST_SUITE("golden models") {
  TEST_CASE("each family of models gets what it takes") {
    for (const std::string name : {"thinking", "unthinking"}) {
      const std::string body = read_request(name);
      for (const Format* format : all_formats()) {
        std::string text;
        for (const std::string_view model : models_of(format->name())) {
          text += written_for(model, body, *format);
        }
        const std::string file = name + "." + std::string(format->name()) + ".txt";
        compare_with_file(file_named(file), text);
      }
    }
  }
}

}  // namespace arouter::golden
