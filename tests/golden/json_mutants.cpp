#include "tests/golden/json_mutants.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

#include "shared/json_doc.hpp"

namespace arouter::golden {

namespace {

using Each = std::function<void(const std::string&, bool)>;

constexpr std::array<std::string_view, 10> kOthers{
    "null",        "true", "-1.5e3", "9007199254740993", R"("")",
    R"("\ud800")", "[]",   "{}",     R"([{}])",          R"({"type":"text","text":{"a":[]}})"};

/// A value's place in the text, and that of the member it belongs to.
struct Place {
  std::size_t begin = 0, end = 0;
  std::size_t member = 0;  // its key's opening quote; equals `begin` where there is no key
};

void collect(const JsonItem& item, std::string_view text, std::vector<Place>& places) {
  const auto begin = static_cast<std::size_t>(item.raw().data() - text.data());
  const std::string_view key = item.raw_key();
  const std::size_t member =
      key.empty() ? begin : static_cast<std::size_t>(key.data() - text.data()) - 1;
  places.push_back({begin, begin + item.raw().size(), member});
  for (const JsonItem inner : item) collect(inner, text, places);
}

std::string replaced(std::string_view text, std::size_t begin, std::size_t end,
                     std::string_view with) {
  std::string body(text.substr(0, begin));
  body += with;
  body += text.substr(end);
  return body;
}

void mutate_value(std::string_view text, const Place& place, const Each& each) {
  for (const std::string_view other : kOthers) {
    each(replaced(text, place.begin, place.end, other), true);
  }
  if (text[place.begin] == '"') {
    each(replaced(text, place.begin, place.end, "\"\xC3\x28\""), false);
    each(replaced(text, place.begin, place.end, "\"\xED\xA0\x80\""), false);  // a surrogate
  }
}

void mutate_member(std::string_view text, const Place& place, const Each& each) {
  if (place.member == place.begin) return;
  const std::string member(text.substr(place.member, place.end - place.member));
  each(replaced(text, place.member, place.end, R"("unheard_of":1)"), true);
  each(replaced(text, place.member, place.end, member + "," + member), true);
  each(replaced(text, place.member, place.end, member + R"(,"unheard_of":[{"a":null}])"), true);
}

}  // namespace

void for_each_mutant(std::string_view json, std::size_t stride, const Each& each) {
  const Result<JsonDoc> doc = JsonDoc::read(json);
  REQUIRE(doc.has_value());
  std::vector<Place> places;
  collect(doc->root(), json, places);
  for (const Place& place : places) {
    mutate_value(json, place, each);
    mutate_member(json, place, each);
  }
  for (std::size_t size = 0; size < json.size(); size += stride) {
    each(std::string(json.substr(0, size)), true);
  }
  constexpr std::size_t kDeep = 40;  // allowed: the limit is 64
  const Place& last = places.back();
  for (const std::size_t depth : {kDeep, std::size_t{100'000}}) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    each(replaced(json, last.begin, last.end, nested), true);
  }
}

}  // namespace arouter::golden
