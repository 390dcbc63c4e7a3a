#include "shared/formats/openai_models.hpp"

#include <doctest/doctest.h>

#include <string>

#include "shared/formats/openai/format.hpp"
#include "shared/formats/responses/format.hpp"

namespace arouter {

namespace {

/// The effort that is sent, and behind a "!" what is lost.
std::string sent(const std::string& model, const std::string& effort) {
  chat::Request request{.model = model};
  request.reasoning.effort = effort;
  if (effort == "none") request.reasoning = {.enabled = false};
  chat::Losses losses;
  const std::string chosen = choose_openai_effort(request, losses);
  return losses.empty() ? chosen : chosen + "!" + losses.list();
}

chat::Request asking(const std::string& model) {
  chat::Request request{.model = model};
  request.messages.push_back({chat::Role::user, {chat::Text{"hi"}}});
  return request;
}

/// What a request becomes, and behind a "!" what is lost.
std::string written(const Format& format, const chat::Request& request) {
  chat::Losses losses;
  const std::string body = format.encode_request(request, 0, losses);
  return losses.empty() ? body : body + "!" + losses.list();
}

/// The effort that is sent beside a tool in chat completions, and behind a "!" what is lost.
std::string sent_beside_tools(const std::string& model, const std::string& effort) {
  chat::Request request = asking(model);
  request.reasoning.effort = effort;
  request.tools = {{"look"}};
  const std::string text = written(openai::format(), request);
  const std::string member = "\"reasoning_effort\":\"";
  const std::size_t at = text.find(member);
  const std::size_t lost = text.find('!');
  const std::string loss = lost == std::string::npos ? "" : text.substr(lost);
  if (at == std::string::npos) return loss;
  return text.substr(at + member.size(), text.find('"', at + member.size()) - at - member.size()) +
         loss;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Whether both formats send the sampling of a request; that they lose it otherwise is checked.
bool samples(const std::string& model, const std::string& effort) {
  chat::Request request = asking(model);
  request.reasoning.effort = effort;
  request.temperature = "0.5";
  request.top_p = "0.9";
  const std::string chat = written(openai::format(), request);
  const std::string younger = written(responses::format(), request);
  CHECK(has(chat, "temperature\":") == has(younger, "temperature\":"));
  CHECK(has(chat, "!temperature, top_p") != has(chat, "temperature\":"));
  CHECK(has(younger, "!temperature, top_p") != has(younger, "temperature\":"));
  return has(chat, R"("temperature":0.5,"top_p":0.9)");
}

}  // namespace

TEST_SUITE("openai models") {
  TEST_CASE("who must not think is told so in a word that the model takes") {
    CHECK(sent("gpt-5.1", "none") == "none");
    CHECK(sent("openai/gpt-5.2-2025-12-11", "none") == "none");
    CHECK(sent("gpt-7", "none") == "none");
    CHECK(sent("gpt-5-mini", "none") == "minimal!reasoning_effort");
    CHECK(sent("o4-mini", "none") == "low!reasoning_effort");
    CHECK(sent("gpt-5.1-codex", "none") == "low!reasoning_effort");
    CHECK(sent("gpt-5.3-codex", "none") == "low!reasoning_effort");
    CHECK(sent("gpt-5-pro", "none") == "high!reasoning_effort");
    CHECK(sent("gpt-5.2-pro", "none") == "medium!reasoning_effort");
  }

  TEST_CASE("models that do not think need not be told not to, and cannot be told to") {
    for (const char* model : {"gpt-4o", "gpt-4.1-mini", "ft:gpt-4o-mini:me::1", "gpt-3.5-turbo",
                              "chatgpt-4o-latest", "gpt-5-chat-latest"}) {
      CAPTURE(model);
      CHECK(sent(model, "none") == "");
      CHECK(sent(model, "high") == "!reasoning_effort");
      CHECK(sent(model, "") == "");
    }
  }

  TEST_CASE("an effort that the model does not know becomes the nearest") {
    CHECK(sent("gpt-5", "minimal") == "minimal");
    CHECK(sent("gpt-5.1", "minimal") == "low");
    CHECK(sent("gpt-5.1", "xhigh") == "high");
    CHECK(sent("gpt-5.2", "xhigh") == "xhigh");
    CHECK(sent("gpt-5.1-codex-max", "xhigh") == "xhigh");
    CHECK(sent("o3", "minimal") == "low");
    CHECK(sent("o3-deep-research", "low") == "medium");
    CHECK(sent("gpt-5.2-chat-latest", "high") == "medium");
    CHECK(sent("gpt-5.2-pro", "low") == "medium");
  }

  TEST_CASE("other models are asked in the words that most servers take") {
    for (const char* model : {"llama-4", "openai/gpt-oss-120b", "deepseek-v4", "olmo-2", "o", ""}) {
      CAPTURE(model);
      CHECK_FALSE(openai_traits(model).known);
      CHECK_FALSE(openai_traits(model).younger);
      CHECK(sent(model, "none") == "!reasoning_effort");
      CHECK(sent(model, "minimal") == "low");
      CHECK(sent(model, "medium") == "medium");
      CHECK(sent(model, "xhigh") == "high");
    }
  }

  TEST_CASE("beside tools, chat completions take no effort from some models") {
    CHECK(sent_beside_tools("gpt-5.2", "high") == "high");
    CHECK(sent_beside_tools("m", "high") == "high");
    CHECK(sent_beside_tools("gpt-5.4", "high") == "!reasoning_effort");
    CHECK(sent_beside_tools("gpt-5.4-mini", "none") == "");
    CHECK(sent_beside_tools("gpt-5.4", "") == "");
    CHECK(sent_beside_tools("gpt-5.5", "none") == "!reasoning_effort");
    CHECK(sent_beside_tools("gpt-5.6-luna", "high") == "none!reasoning_effort");
    CHECK(sent_beside_tools("gpt-5.6", "") == "none!reasoning_effort");
    CHECK(sent_beside_tools("gpt-6", "none") == "none");
    chat::Request request = asking("gpt-5.6");
    request.reasoning.effort = "high";
    CHECK(has(written(openai::format(), request), R"("reasoning_effort":"high")"));
    request.tools = {{"look"}};
    CHECK(has(written(responses::format(), request), R"("effort":"high")"));
  }

  TEST_CASE("a model that is to think takes no sampling") {
    CHECK(samples("m", "high"));
    CHECK(samples("gpt-4o", ""));
    CHECK(samples("gpt-5-chat-latest", ""));
    CHECK(samples("gpt-5.1", ""));
    CHECK(samples("gpt-5.6", "none"));
    CHECK_FALSE(samples("gpt-5.1", "low"));
    CHECK_FALSE(samples("gpt-5.6", ""));
    CHECK_FALSE(samples("gpt-5-mini", ""));
    CHECK_FALSE(samples("openai/o3", ""));
    CHECK_FALSE(samples("gpt-5.2-codex", ""));
  }

  TEST_CASE("what a thinking model does anyway is not lost") {
    chat::Request request = asking("o3");
    request.temperature = "1.0";
    request.top_p = "1";
    request.presence_penalty = request.frequency_penalty = "0";
    request.logprobs = false;
    for (const Format* format : {&openai::format(), &responses::format()}) {
      CHECK_FALSE(has(written(*format, request), "!"));
    }
    request.presence_penalty = request.frequency_penalty = "0.5";
    request.logprobs = true;
    request.top_logprobs = 2;
    request.logit_bias = R"({"1":1})";
    request.stop = {"END"};
    const std::string body = written(openai::format(), request);
    CHECK(has(body,
              "!frequency_penalty, presence_penalty, logprobs, top_logprobs, logit_bias, "
              "stop"));
    CHECK_FALSE(has(body, "END"));
    CHECK_FALSE(has(written(responses::format(), request), "output_text.logprobs"));
  }

  TEST_CASE("how to sample survives both ways of the younger API, whose least of tokens is 16") {
    chat::Request request = asking("gpt-5.1");
    request.temperature = "0.70";
    request.top_p = "0.9";
    request.top_logprobs = 2;
    request.logprobs = true;
    request.max_tokens = 16;
    const std::string body = written(responses::format(), request);
    CHECK(has(body, R"("include":["message.output_text.logprobs"],"max_output_tokens":16,)"
                    R"("temperature":0.70,"top_p":0.9,"top_logprobs":2)"));
    CHECK_FALSE(has(body, "!"));
    request.max_tokens = 15;
    const std::string raised = written(responses::format(), request);
    CHECK(has(raised, R"("max_output_tokens":16)"));
    CHECK(has(raised, "!max_tokens"));
  }
}

}  // namespace arouter
