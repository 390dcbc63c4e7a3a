// Neutral → format → neutral: what a format cannot carry it says, and nothing else is lost.
//
// The tables are what each format is allowed to do; a change that is in none of them fails, and so
// does one whose loss is not told. Failures print the seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "shared/formats/registry.hpp"
#include "tests/golden/allowances.hpp"
#include "tests/golden/chat_maker.hpp"
#include "tests/golden/inventory.hpp"
#include "tests/golden/translate.hpp"

namespace arouter::golden {

namespace {

constexpr std::uint32_t kRequests = 1'500;
constexpr std::uint32_t kAnswers = 1'000;

/// Each kind of fault once, with a seed that shows it.
class Faults {
 public:
  void add(const std::vector<std::string>& faults, std::uint32_t seed, const std::string& bytes) {
    for (const std::string& fault : faults) {
      const std::string kind = fault.substr(0, fault.find(':'));
      if (++seen_[kind] == 1) {
        first_ += fault + "\n  seed " + std::to_string(seed) + ": " + bytes.substr(0, 3'000) + "\n";
      }
    }
  }
  std::string text() const {
    std::string text = first_;
    for (const auto& [kind, count] : seen_) text += kind + " × " + std::to_string(count) + "\n";
    return text;
  }

 private:
  std::map<std::string, std::size_t> seen_;
  std::string first_;
};

std::vector<std::string> check(const Inventory& before, const Inventory& after,
                               std::span<const Allowance> allowed, const chat::Losses& losses,
                               bool keeps_order) {
  std::vector<std::string> faults = find_faults(before, after, allowed, losses);
  const std::string disorder = keeps_order ? find_disorder(before, after) : "";
  if (!disorder.empty()) faults.push_back("order: " + disorder);
  return faults;
}

void try_request(const Format& format, std::uint32_t seed, Faults& faults) {
  const chat::Request request = ChatMaker(seed).request();
  chat::Losses losses;
  const std::string body = format.encode_request(request, 8'192, losses);
  chat::Losses unread;
  const Result<chat::Request> again = decode_request(format, body, unread);
  if (!again) return faults.add({"refused: " + again.error().message}, seed, body);
  // What we write ourselves, we read.
  if (!unread.empty()) faults.add({"unread " + unread.list() + ": "}, seed, body);
  const Allowances& allowed = allowances_of(format.name());
  faults.add(
      check(take_stock(request), take_stock(*again), allowed.request, losses, allowed.keeps_order),
      seed, losses.list() + "\n" + body);
}

/// Whether the format makes an error of such an answer.
bool is_failure(const chat::Reply& reply, const Allowances& allowed) {
  return allowed.fails_malformed_call &&
         std::any_of(reply.choices.begin(), reply.choices.end(), [](const chat::Choice& choice) {
           return choice.finish == chat::FinishReason::malformed_call;
         });
}

/// What is to be found again of an answer.
Inventory wanted_of(chat::Reply reply, const Allowances& allowed) {
  if (allowed.has_one_choice) reply.choices.resize(1);
  return take_stock(reply);
}

bool tells_of_choices(const chat::Losses& losses) {
  const std::vector<std::string>& names = losses.names();
  return std::find(names.begin(), names.end(), "reply.choices") != names.end();
}

void try_reply(const Format& format, std::uint32_t seed, Faults& faults) {
  const chat::Reply reply = ChatMaker(seed).reply();
  chat::Losses losses;
  const std::string body = format.encode_reply(reply, fixed_spelling(), losses);
  const Result<chat::Reply> again = format.decode_reply(body);
  const Allowances& allowed = allowances_of(format.name());
  const bool is_cut = allowed.has_one_choice && reply.choices.size() > 1;
  if (is_cut != tells_of_choices(losses)) faults.add({"choices not told: "}, seed, body);
  if (!again && is_failure(reply, allowed)) return;
  if (!again) return faults.add({"refused: " + again.error().message}, seed, body);
  const std::string unread = again->losses.list();
  if (!unread.empty()) faults.add({"unread " + unread + ": "}, seed, body);
  faults.add(check(wanted_of(reply, allowed), take_stock(*again), allowed.reply, losses,
                   allowed.keeps_order),
             seed, losses.list() + "\n" + body);
}

void try_stream(const Format& format, std::uint32_t seed, Faults& faults) {
  const std::vector<chat::Event> events = ChatMaker(seed).events();
  const auto encoder = format.make_stream_encoder(fixed_spelling());
  std::string bytes;
  for (const chat::Event& event : events) encoder->append(bytes, event);
  const auto decoder = format.make_stream_decoder();
  std::vector<chat::Event> again;
  const auto take = [&](const Result<std::span<const chat::Event>>& decoded) {
    if (!decoded) return faults.add({"refused: " + decoded.error().message}, seed, bytes);
    again.insert(again.end(), decoded->begin(), decoded->end());
  };
  Blocks().feed(bytes, [&](const SseBlock& block) { take(decoder->decode(block)); });
  take(decoder->finish());
  const Allowances& allowed = allowances_of(format.name());
  const chat::Reply reply = assemble(events);
  const bool is_broken = !again.empty() && again.back().kind == chat::Event::Kind::error;
  if (is_broken && is_failure(reply, allowed)) return;
  const bool is_ended = !again.empty() && again.back().kind == chat::Event::Kind::end;
  if (!is_ended) faults.add({"no end: "}, seed, bytes);
  const chat::Losses& losses = encoder->losses();
  const bool is_cut = allowed.has_one_choice && reply.choices.size() > 1;
  if (is_cut != tells_of_choices(losses)) faults.add({"choices not told: "}, seed, bytes);
  const std::string unread = decoder->losses().list();
  if (!unread.empty()) faults.add({"unread " + unread + ": "}, seed, bytes);
  faults.add(check(wanted_of(reply, allowed), take_stock(assemble(again)), allowed.stream, losses,
                   allowed.keeps_order),
             seed, losses.list() + "\n" + bytes);
}

}  // namespace

TEST_SUITE("round trip") {
  TEST_CASE("requests lose what is told and nothing else") {
    for (const Format* format : all_formats()) {
      Faults faults;
      for (std::uint32_t seed = 1; seed <= kRequests; ++seed) try_request(*format, seed, faults);
      CHECK_MESSAGE(faults.text() == "", format->name(), ":\n", faults.text());
    }
  }

  TEST_CASE("replies lose what is told and nothing else") {
    for (const Format* format : all_formats()) {
      Faults faults;
      for (std::uint32_t seed = 1; seed <= kAnswers; ++seed) try_reply(*format, seed, faults);
      CHECK_MESSAGE(faults.text() == "", format->name(), ":\n", faults.text());
    }
  }

  TEST_CASE("streams carry what replies carry") {
    for (const Format* format : all_formats()) {
      Faults faults;
      for (std::uint32_t seed = 1; seed <= kAnswers; ++seed) try_stream(*format, seed, faults);
      CHECK_MESSAGE(faults.text() == "", format->name(), ":\n", faults.text());
    }
  }
}

}  // namespace arouter::golden
