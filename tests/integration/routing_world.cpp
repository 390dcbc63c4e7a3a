#include "tests/integration/routing_world.hpp"

namespace arouter::test {

namespace {

std::string encode_provider(const std::string& name, const std::string& url,
                            const std::string& lines) {
  return "[[provider]]\nname = \"" + name + "\"\nbase_url = \"" + url +
         "\"\nkeys = [{ env = \"ACME_KEY\" }]\nbreaker = { failures = 0 }\n" + lines + "\n";
}

/// Prices in millionths of a dollar for a token.
std::string offer(const std::string& name, const std::string& model, const std::string& prompt,
                  const std::string& completion, const std::string& more = {}) {
  const auto price = [](const std::string& tenths) {
    return "\"0." + std::string(7 - tenths.size(), '0') + tenths + "\"";
  };
  return "  { provider = \"" + name + "\", model = \"" + model +
         "\", pricing = { prompt = " + price(prompt) + ", completion = " + price(completion) +
         " }" + more + " },\n";
}

constexpr std::string_view kShortAnswers =
    ", context_length = 8000, max_completion_tokens = 1000, "
    "supported_parameters = [\"temperature\", \"max_tokens\"]";
constexpr std::string_view kAble =
    ", quantization = \"bf16\", context_length = 128000, supported_parameters = "
    "[\"tools\", \"tool_choice\", \"temperature\", \"seed\", \"reasoning\"]";

std::string models() {
  const std::string short_answers(kShortAnswers), able(kAble);
  return "[[model]]\nid = \"maker/m\"\nendpoints = [\n" +
         offer("acme", "a8", "10", "20", ", quantization = \"fp8\"" + short_answers) +
         offer("acme", "a4", "5", "10", ", quantization = \"int4\"" + short_answers) +
         offer("beta", "b", "30", "60", able) + offer("gamma", "g", "20", "40") +
         "  { provider = \"delta\", model = \"d\" },\n]\n" +
         "[[model]]\nid = \"maker/n\"\nendpoints = [\n" + offer("acme", "n-a", "10", "10") +
         offer("beta", "n-b", "20", "20") + "]\n" +
         "[[model]]\nid = \"maker/free\"\nendpoints = [\n" + offer("acme", "f-a", "0", "0") +
         offer("beta", "f-b", "1", "0") + "]\n" +
         "[[alias]]\nname = \"smart\"\nmodel = \"maker/n\"\n" +
         "[[alias]]\nname = \"claude-*\"\nmodel = \"maker/n\"\n";
}

}  // namespace

RoutingWorld::RoutingWorld(const std::string& routing, const std::string& server,
                           const std::string& tail)
    : World([&](const std::string& url) {
        return "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 2\n" + server +
               "\n[routing]\nmax_attempts = 10\n" + routing + "\n" +
               encode_provider("acme", url, "data_policy = { collects = false, zdr = true }") +
               encode_provider("beta", url, "data_policy = { collects = false }") +
               encode_provider("gamma", url, "") +
               encode_provider("delta", url, "data_policy = { collects = true }") +
               "[[provider.model]]\nid = \"d\"\n" + models() + tail;
      }) {}

std::string RoutingWorld::asked() {
  const std::vector<RecordedRequest> requests = provider.requests();
  std::string models;
  for (; told_ < requests.size(); ++told_) {
    const std::string& body = requests[told_].body;
    constexpr std::string_view kMember = R"("model":")";
    const std::size_t begin = body.find(kMember) + kMember.size();
    models += (models.empty() ? "" : " ") + body.substr(begin, body.find('"', begin) - begin);
  }
  return models;
}

std::string routed_chat(std::string_view members) {
  const bool names_model = members.starts_with("\"model");
  return (names_model ? "{" : R"({"model":"maker/m",)") + std::string(members) +
         R"(,"messages":[{"role":"user","content":"hi"}]})";
}

std::string asked_in_vain(const std::string& body, const std::string& routing) {
  RoutingWorld world(routing);
  world.provider.always(Script().send(json_answer(503, R"({"error":{"message":"no"}})")));
  const RawResponse answer = world.chat(body);
  const std::string asked = world.asked();
  return asked.empty() ? answer.head + answer.body : asked;
}

}  // namespace arouter::test
