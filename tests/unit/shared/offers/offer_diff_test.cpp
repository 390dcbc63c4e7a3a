#include "shared/offers/offer_diff.hpp"

#include <doctest/doctest.h>

#include "cli/models/sync_report.hpp"
#include "shared/config_reader.hpp"

namespace arouter {

namespace {

constexpr std::string_view kText =
    "[[provider]]\nname = \"acme\"\nbase_url = \"http://127.0.0.1:1/v1\"\n"
    "[[provider.model]]\nid = \"a\"\nname = \"Ours\"\ncontext_length = 8000\n"
    "pricing = { prompt = \"0.000002\", completion = \"0.000006\" }\n"
    "supported_parameters = [\"tools\", \"seed\"]\n"
    "[[provider.model]]\nid = \"b\"\n"
    "[[provider.model]]\nid = \"gone\"\n";

std::vector<OfferDiff> diffs_for(std::string_view list_body) {
  const ConfigOutcome read = decode_config(kText, "a.toml");
  REQUIRE(read.faults.empty());
  OfferList list;
  REQUIRE(add_page(list, "openai", list_body).has_value());
  return compare_offers(read.config.providers.front(), list.offers);
}

std::string report(const std::vector<OfferDiff>& diffs) {
  std::string text;
  for (const StyledLine& line : report_diffs(diffs)) text += line.text + "\n";
  return text;
}

/// The text after the edits, and read again.
ProviderConfig edited(const std::vector<OfferDiff>& diffs, const EditChoice& choice) {
  const Result<std::string> text = edit_models(kText, "acme", edits_for(diffs, choice));
  REQUIRE(text.has_value());
  const ConfigOutcome read = decode_config(*text, "a.toml");
  REQUIRE(read.faults.empty());
  return read.config.providers.front();
}

constexpr std::string_view kList = R"({"data":[
  {"id":"a","name":"Theirs","context_length":128000,
   "pricing":{"prompt":"0.000003","completion":"0.000006","image":"0"},
   "supported_parameters":["seed","tools"]},
  {"id":"b","pricing":{"prompt":"0.000001","completion":"0.000001"}},
  {"id":"new","name":"New \u001b[31mone","context_length":5,"architecture":{"input_modalities":
   ["text","image"],"output_modalities":["text"]},
   "pricing":{"prompt":"0.000001","completion":"0.000002","input_cache_read":"0"}},
  {"id":"bare"}]})";

}  // namespace

TEST_SUITE("offer_diff") {
  TEST_CASE("differences are told with old and new values, prices by name") {
    const auto diffs = diffs_for(kList);
    CHECK(report(diffs) ==
          "~ a\n"
          "    context_length: 8000 -> 128000\n"
          "    PRICE pricing.prompt: $2.00 per million -> $3.00 per million\n"
          "~ b\n"
          "    PRICE pricing.prompt: none -> $1.00 per million\n"
          "    PRICE pricing.completion: none -> $1.00 per million\n"
          "- gone  no longer listed\n"
          "+ new  context_length 5, prompt $1.00 per million, completion $2.00 per million, "
          "input_cache_read $0.00 per million\n"
          "+ bare  without a price\n");
    CHECK(count_price_changes(diffs) == 2);
    CHECK(summary_of(diffs) == "2 new, 2 changed, 1 no longer listed");
  }

  TEST_CASE("prices of what is configured change only when that is chosen") {
    const auto diffs = diffs_for(kList);
    ProviderConfig kept = edited(diffs, {});
    CHECK(kept.models.at(0).context_length == 128000);
    CHECK(kept.models.at(0).name == "Ours");
    CHECK(kept.models.at(0).pricing.prompt == *decode_money("0.000002"));
    CHECK_FALSE(kept.models.at(1).pricing.known);
    CHECK(kept.models.at(2).id == "gone");
    CHECK(kept.models.at(3).id == "new");
    CHECK(kept.models.at(3).name == "New one");
    CHECK(kept.models.at(3).pricing.completion == *decode_money("0.000002"));
    CHECK(kept.models.at(3).pricing.has_cache_read);
    CHECK(kept.models.at(3).architecture.input_modalities.size() == 2);
    CHECK_FALSE(kept.models.at(4).pricing.known);

    const ProviderConfig changed =
        edited(diffs, {.known_prices = true, .comment_out_unlisted = true});
    CHECK(changed.models.at(0).pricing.prompt == *decode_money("0.000003"));
    CHECK(changed.models.at(1).pricing.known);
    CHECK(changed.models.at(2).id == "new");
  }

  TEST_CASE("after everything is taken over nothing differs") {
    const auto diffs = diffs_for(kList);
    const ProviderConfig after =
        edited(diffs, {.known_prices = true, .comment_out_unlisted = true});
    OfferList list;
    REQUIRE(add_page(list, "openai", kList).has_value());
    CHECK(report(compare_offers(after, list.offers)) == "");
  }

  TEST_CASE("what a list does not say changes nothing") {
    const auto diffs = diffs_for(R"({"data":[{"id":"a"},{"id":"b"},{"id":"gone"}]})");
    CHECK(report(diffs) == "");
    CHECK(edits_for(diffs, {.known_prices = true, .comment_out_unlisted = true}).empty());
  }
}

}  // namespace arouter
