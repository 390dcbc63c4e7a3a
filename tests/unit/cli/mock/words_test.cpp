#include "cli/mock/words.hpp"

#include <doctest/doctest.h>

namespace arouter::mock {

TEST_SUITE("mock words") {
  TEST_CASE("a text has the length asked for, and counts as many tokens as pieces") {
    for (const std::int64_t tokens : {1, 2, 3, 16, 1'000}) {
      for (std::uint64_t question = 0; question < 50; ++question) {
        const std::string text = make_text(question, tokens);
        REQUIRE(count_pieces(text) == tokens);
        REQUIRE(count_tokens(text) == tokens);
        REQUIRE(text.back() == '.');
      }
    }
    CHECK(make_text(1, 0) == "");
  }

  TEST_CASE("the same question has the same answer, another one another") {
    CHECK(make_text(7, 16) == make_text(7, 16));
    CHECK(make_text(7, 16) != make_text(8, 16));
    CHECK(make_text(7, 200).starts_with(make_text(7, 5).substr(0, 10)));
  }

  TEST_CASE("pieces put together are the text") {
    const std::string text = make_text(3, 40);
    std::string joined;
    for (std::size_t at = 0; at < text.size(); at = piece_end(text, at)) {
      joined += text.substr(at, piece_end(text, at) - at);
    }
    CHECK(joined == text);
    CHECK(first_pieces("one two three", 2) == "one two");
    CHECK(first_pieces("one two three", 9) == "one two three");
    CHECK(first_pieces(" ", 1) == " ");
    CHECK(count_pieces("") == 0);
  }

  TEST_CASE("prompts are counted by words, long ones by eight bytes") {
    CHECK(count_tokens("") == 0);
    CHECK(count_tokens("  \n ") == 0);
    CHECK(count_tokens("hi there") == 2);
    CHECK(count_tokens("12345678") == 1);
    CHECK(count_tokens("123456789") == 2);
  }

  TEST_CASE("texts that differ in one byte anywhere have different hashes") {
    const std::string text(40, 'x');
    for (std::size_t at = 0; at < text.size(); ++at) {
      std::string other = text;
      other[at] = 'y';
      CHECK(hash_text(other) != hash_text(text));
    }
    CHECK(hash_text("") != hash_text(std::string(1, '\0')));
  }
}

}  // namespace arouter::mock
