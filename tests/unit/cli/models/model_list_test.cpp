#include "cli/models/model_list.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

// Numbers and spacing that a JSON library would write differently.
constexpr std::string_view kFirst =
    R"({"id":"acme/model-a", "name":"Acme Model A","context_length":128000,"x":1.0e-2,)"
    R"("architecture":{"input_modalities":["text","image"],"output_modalities":["text"]},)"
    R"("pricing":{"prompt":"0.000002","completion":"0.000006"},)"
    R"("supported_parameters":["tools","temperature"],)"
    R"("top_provider":{"max_completion_tokens":8192}})";
constexpr std::string_view kSecond = R"({"id":"beta/tiny"})";

std::vector<ListedModel> two_models() {
  return *decode_models(R"({"object":"list","data":[)" + std::string(kFirst) + "," +
                        std::string(kSecond) + "]}");
}

ModelFilter at_most(std::string_view price) {
  ModelFilter filter;
  filter.max_price = *decode_money(price);
  return filter;
}

}  // namespace

TEST_SUITE("model_list") {
  TEST_CASE("a model is read with what the server says, and shown without what it does not") {
    const auto models = two_models();
    REQUIRE(models.size() == 2);
    CHECK(describe_model(models[0]) ==
          "acme/model-a\n"
          "  name        Acme Model A\n"
          "  context     128000 tokens\n"
          "  answer      at most 8192 tokens\n"
          "  price       $2.00 in, $6.00 out, per million tokens\n"
          "  modalities  text+image->text\n"
          "  parameters  tools, temperature\n");
    CHECK(describe_model(models[1]) == "beta/tiny\n");
  }

  TEST_CASE("the JSON array holds the server's own bytes") {
    CHECK(models_as_json(two_models()) ==
          "[" + std::string(kFirst) + ",\n" + std::string(kSecond) + "]\n");
    CHECK(models_as_json({}) == "[]\n");
  }

  TEST_CASE("prices are exact, for people and for programs") {
    const auto models = two_models();
    CHECK(model_table(models, true).rows ==
          std::vector<std::vector<std::string>>{
              {"acme/model-a", "128000", "$2.00", "$6.00", "text+image->text"},
              {"beta/tiny", "-", "-", "-", "-"}});
    CHECK(model_table(models, false).rows ==
          std::vector<std::vector<std::string>>{
              {"acme/model-a", "128000", "2", "6", "text+image->text"},
              {"beta/tiny", "", "", "", ""}});
  }

  TEST_CASE("filters narrow the list") {
    const auto models = two_models();
    CHECK(passes(models[0], {}));
    CHECK(passes(models[0], {"MODEL A", {}, {}, {}}));
    CHECK_FALSE(passes(models[1], {"model a", {}, {}, {}}));
    CHECK(passes(models[0], {{}, "ACME", {}, {}}));
    CHECK_FALSE(passes(models[0], {{}, "acm", {}, {}}));
    CHECK(passes(models[0], {{}, {}, "image", {}}));
    CHECK_FALSE(passes(models[0], {{}, {}, "audio", {}}));
    CHECK(passes(models[0], at_most("6")));
    CHECK_FALSE(passes(models[0], at_most("5.999999")));
    CHECK_FALSE(passes(models[1], at_most("100")));  // its price is unknown
  }

  TEST_CASE("a model is found by its id, or by its name when only one has it") {
    auto models = two_models();
    CHECK(find_listed(models, "acme/model-a") == &models[0]);
    CHECK(find_listed(models, "tiny") == &models[1]);
    CHECK(find_listed(models, "tin") == nullptr);
    CHECK(nearest_model(models, "acme/modle-a") == "acme/model-a");
    CHECK(nearest_model(models, "tinny") == "beta/tiny");
    CHECK(nearest_model(models, "something-else-entirely") == "");
    models.push_back(models[1]);
    models[2].id = "gamma/tiny";
    CHECK(find_listed(models, "tiny") == nullptr);
  }

  TEST_CASE("what is no list is refused, what is odd in one is passed over") {
    for (const char* text : {"", "[]", "{}", R"({"data":{}})", "<html>", R"({"data":[}})"}) {
      CAPTURE(text);
      CHECK(decode_models(text).has_error());
    }
    const auto odd =
        decode_models(R"({"data":[1,null,{},{"id":7},{"id":"a","pricing":"free","architecture":[],)"
                      R"("context_length":-5,"supported_parameters":{"a":1}},)"
                      R"({"id":"b","pricing":{"prompt":"-1"}}]})");
    REQUIRE(odd.has_value());
    REQUIRE(odd->size() == 2);
    CHECK((*odd)[0].context_length == 0);
    CHECK_FALSE((*odd)[1].prompt.has_value());
  }
}

}  // namespace arouter
