#include <doctest/doctest.h>

#include "shared/offers/offer.hpp"

namespace arouter {

namespace {

OfferList read(std::string_view format, std::string_view body) {
  OfferList list;
  const Result<void> added = add_page(list, format, body);
  CHECK_MESSAGE(added.has_value(), body);
  return list;
}

Offer one(std::string_view model, std::string_view format = "openai") {
  const OfferList list = read(format, R"({"data":[)" + std::string(model) + "]}");
  REQUIRE(list.offers.size() == 1);
  return list.offers.front();
}

/// "prompt 0.000002, completion 0.000006"
std::string prices_of(const Offer& offer) {
  std::string text;
  for (const OfferedPrice& each : offer.prices) {
    text += (text.empty() ? "" : ", ") + each.key + " " + encode_money(each.amount);
  }
  return text;
}

std::string price(std::string_view lexeme, int places = 0) {
  const auto amount = decode_price(lexeme, places);
  return amount ? encode_money(*amount) : "none";
}

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : "+") + word;
  return text;
}

}  // namespace

TEST_SUITE("offer_list") {
  TEST_CASE("prices are read from their digits, exactly or not at all") {
    CHECK(price("0.000002") == "0.000002");
    CHECK(price("2e-6") == "0.000002");
    CHECK(price("2.50E-06") == "0.0000025");
    CHECK(price("1.5e1") == "15");
    CHECK(price("0") == "0");
    CHECK(price("0.0000000000000") == "0");
    CHECK(price("0.18", 6) == "0.00000018");
    CHECK(price("3", 6) == "0.000003");
    CHECK(price("0.8800000000000000", 6) == "0.00000088");
    CHECK(price("0.000000000001") == "0.000000000001");
    // The 17 digits of a double that was printed are no price.
    CHECK(price("0.59999999999999998", 6) == "none");
    CHECK(price("0.0000000000001") == "none");
    for (const char* text : {"", "-1", "-0.5", "x", "1e", "1e999", "1.2.3", "0x1", "1,5", " 1",
                             "NaN", "99999999", "1e40", "."}) {
      CAPTURE(text);
      CHECK(price(text) == "none");
    }
    CHECK(price(std::string(100, '1')) == "none");
  }

  TEST_CASE("OpenRouter's list is read whole") {
    const Offer offer = one(R"({"id":"maker/m","name":"Maker: M","created":1700000000,
      "context_length":128000,"architecture":{"input_modalities":["text","image","smell"],
      "output_modalities":["text"],"modality":"x"},
      "pricing":{"prompt":"0.000002","completion":"0.000006","request":"0","image":"0.001",
      "input_cache_read":"1e-6"},
      "top_provider":{"context_length":64000,"max_completion_tokens":8192},
      "supported_parameters":["tools","max_tokens","tools","Evil\n"],
      "expiration_date":"2027-01-31"})");
    CHECK(offer.id == "maker/m");
    CHECK(offer.name == "Maker: M");
    CHECK(offer.created == 1700000000);
    CHECK(offer.context_length == 128000);
    CHECK(offer.max_completion_tokens == 8192);
    CHECK(join(offer.input_modalities) == "text+image");
    CHECK(join(offer.supported_parameters) == "tools+max_tokens");
    CHECK(offer.expiration_date == "2027-01-31");
    CHECK(prices_of(offer) ==
          "prompt 0.000002, completion 0.000006, request 0, input_cache_read 0.000001, image "
          "0.001");
  }

  TEST_CASE("Together's list is an array with prices for a million tokens") {
    const OfferList list = read("openai", R"([{"id":"a/x","type":"chat","display_name":"X",
      "context_length":131072,"pricing":{"hourly":0,"input":0.88,"output":0.9,"base":0,
      "finetune":0}},{"id":"a/picture","type":"image","pricing":{"hourly":0,"input":0,"output":0,
      "base":0,"finetune":0}}])");
    REQUIRE(list.offers.size() == 2);
    CHECK(list.offers[0].name == "X");
    CHECK(prices_of(list.offers[0]) == "prompt 0.00000088, completion 0.0000009");
    CHECK(prices_of(list.offers[1]) == "");
  }

  TEST_CASE("other shapes of OpenAI's list say their limits in their own words") {
    CHECK(one(R"({"id":"m","context_window":131072,"max_completion_tokens":32768})")
              .max_completion_tokens == 32768);
    CHECK(one(R"({"id":"m","context_window":131072})").context_length == 131072);
    CHECK(one(R"({"id":"m","max_model_len":4096})").context_length == 4096);
    CHECK(one(R"({"id":"m","max_context_length":32000,"capabilities":{"vision":true},
      "deprecation":"2027-03-01T12:00:00Z"})")
              .expiration_date == "2027-03-01");
    const Offer plain = one(R"({"id":"gpt-x","object":"model","created":1,"owned_by":"o"})");
    CHECK(plain.context_length == 0);
    CHECK(plain.prices.empty());
    // Of a chat's request, not of the model.
    CHECK(one(R"({"id":"m","max_tokens":5})").max_completion_tokens == 0);
  }

  TEST_CASE("Anthropic's and Gemini's lists come in pages") {
    OfferList list = read("anthropic", R"({"data":[{"type":"model","id":"claude-x",
      "display_name":"Claude X","created_at":"2026-02-04T00:00:00Z","max_input_tokens":200000,
      "max_tokens":64000,"capabilities":{"image_input":{"supported":true},
      "pdf_input":{"supported":true}}}],"has_more":true,
      "first_id":"claude-x","last_id":"claude-x"})");
    CHECK(list.next == "claude-x");
    CHECK(list.offers.at(0).max_completion_tokens == 64000);
    CHECK(join(list.offers.at(0).input_modalities) == "text+image+file");
    const Result<void> second =
        add_page(list, "anthropic", R"({"data":[{"id":"claude-y","max_input_tokens":0}],
      "has_more":false,"last_id":"claude-y"})");
    REQUIRE(second.has_value());
    CHECK(list.next == "");
    CHECK(list.offers.size() == 2);
    CHECK(list.offers.at(1).context_length == 0);

    list = read("gemini", R"({"models":[{"name":"models/gemini-x","displayName":"Gemini X",
      "inputTokenLimit":1048576,"outputTokenLimit":65536,
      "supportedGenerationMethods":["generateContent"]},
      {"name":"models/video","supportedGenerationMethods":["predictLongRunning"]}],
      "nextPageToken":"n&1"})");
    REQUIRE(list.offers.size() == 1);
    CHECK(list.offers[0].id == "gemini-x");
    CHECK(list.offers[0].name == "Gemini X");
    CHECK(list.offers[0].context_length == 1048576);
    CHECK(list.next == "n&1");
    REQUIRE(add_page(list, "gemini", "{}").has_value());
    CHECK(list.next == "");
  }

  TEST_CASE("a price that cannot be kept exactly, or is of another unit, is left out with a word") {
    for (const char* pricing :
         {R"({"prompt":"0.00000000000001","completion":"0.1"})", R"({"prompt":"0.000001"})",
          R"({"prompt":"3","completion":"15"})", R"({"prompt":"much","completion":"0"})",
          R"({"prompt":"0.000001","completion":"0.000001","image":{}})"}) {
      CAPTURE(pricing);
      const OfferList list =
          read("openai", R"({"data":[{"id":"m","pricing":)" + std::string(pricing) + "}]}");
      CHECK(list.offers.at(0).prices.empty());
      REQUIRE(list.remarks.size() == 1);
      CHECK(list.remarks[0].starts_with("m: no price taken over: "));
    }
    // "-1" is OpenRouter's word for a price that depends; units of others are not guessed.
    for (const char* pricing : {R"({"prompt":"-1","completion":"-1"})", "null", "[]", "7",
                                R"({"input":3,"output":15})", R"({"input":"3","output":"15"})"}) {
      CAPTURE(pricing);
      const OfferList list =
          read("openai", R"({"data":[{"id":"m","pricing":)" + std::string(pricing) + "}]}");
      CHECK(list.offers.at(0).prices.empty());
      CHECK(list.remarks.empty());
    }
  }

  TEST_CASE("what is hostile in a list is left out, cleaned or refused") {
    const OfferList odd = read("openai", R"({"data":[1,null,[],{"id":7},{},{"id":"a b"},
      {"id":"\u001b[2Jx"},{"id":"quote\""},{"id":"a"},{"id":"a"},{"id":"/a"},
      {"id":"ok","name":"\u001b]0;owned\u0007Na\nme","created":-4,"context_length":1e9,
      "supported_parameters":"tools","architecture":7,"top_provider":[]}]})");
    REQUIRE(odd.offers.size() == 2);
    CHECK(odd.offers[1].id == "ok");
    CHECK(odd.offers[1].name == "Na me");
    CHECK(odd.offers[1].context_length == 0);
    for (const std::string& each : odd.remarks) CHECK(each.find('\x1b') == std::string::npos);
    CHECK(odd.remarks.size() == 7);

    OfferList list;
    for (const char* text : {"", "<html>", "{}", "7", R"({"data":{}})", R"({"data":[)",
                             R"({"error":{"message":"no"}})"}) {
      CAPTURE(text);
      CHECK(add_page(list, "openai", text).has_error());
    }
    CHECK(add_page(list, "openai", std::string(100'000, '[')).has_error());
    std::string many = R"({"data":[)";
    for (int i = 0; i < 6'000; ++i) {
      many += (i > 0 ? "," : "") + std::string(R"({"id":"m)") + std::to_string(i) + "\"}";
    }
    REQUIRE(add_page(list, "openai", many + "]}").has_value());
    CHECK(list.offers.size() == 5'000);
    CHECK(list.remarks.size() == 1);
  }
}

}  // namespace arouter
