#include "shared/validate/probes.hpp"

#include <nlohmann/json.hpp>

namespace arouter::validate {

namespace {

using Json = nlohmann::ordered_json;

std::string counting_prompt(const ProbeSettings& settings) {
  return "Count from one to thirty in words, separated by commas. Run " + settings.nonce + ".";
}

/// About `bytes` bytes of plain words, the same in every run.
std::string words(std::size_t bytes) {
  constexpr std::string_view kWords =
      "river stone window garden paper bridge market silver orange winter candle forest ladder "
      "mirror pocket rocket summer ticket valley yellow ";
  std::string text;
  while (text.size() < bytes) text += kWords;
  text.resize(text.rfind(' ', bytes));
  return text;
}

Json message(std::string_view role, Json content) {
  return {{"role", role}, {"content", std::move(content)}};
}

Json chat_body(const ProbeSettings& settings, Json messages, std::int64_t max_tokens) {
  Json body{{"model", settings.model}, {"messages", std::move(messages)}};
  body[settings.spelling.max_completion_tokens ? "max_completion_tokens" : "max_tokens"] =
      max_tokens;
  if (settings.spelling.temperature) body["temperature"] = 0;
  return body;
}

Json prompt_body(const ProbeSettings& settings, std::string prompt, std::int64_t max_tokens) {
  return chat_body(settings, Json::array({message("user", std::move(prompt))}), max_tokens);
}

Probe chat(std::string name, Expect expect, const Json& body, std::int64_t max_tokens) {
  Probe probe;
  probe.name = std::move(name);
  probe.expect = expect;
  probe.body = body.dump();
  probe.max_tokens = max_tokens;
  return probe;
}

Probe plain(std::string name, const Json& body, std::int64_t max_tokens) {
  return chat(std::move(name), Expect::answer, body, max_tokens);
}

Probe streamed(std::string name, Json body, std::int64_t max_tokens, bool usage) {
  body["stream"] = true;
  if (usage) body["stream_options"] = {{"include_usage", true}};
  return chat(std::move(name), Expect::stream, body, max_tokens);
}

Probe get(std::string name, std::string path, Expect expect) {
  Probe probe;
  probe.name = std::move(name);
  probe.method = "GET";
  probe.path = std::move(path);
  probe.expect = expect;
  return probe;
}

/// Percent-encodes what may not stand in a path; '/' only when asked.
std::string encoded(std::string_view id, bool slash_too) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  constexpr std::string_view kept = "-._~:@";
  std::string out;
  for (const char c : id) {
    const bool plain_char = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                            (c >= 'A' && c <= 'Z') || kept.find(c) != std::string_view::npos;
    if (plain_char || (c == '/' && !slash_too)) {
      out += c;
      continue;
    }
    out += '%';
    out += hex[static_cast<unsigned char>(c) >> 4];
    out += hex[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

}  // namespace

Probe Probes::models(std::string name) const {
  return get(std::move(name), "/models", Expect::models);
}

Probe Probes::basic(std::string name) const {
  return plain(std::move(name), prompt_body(settings_, counting_prompt(settings_), 16), 16);
}

Probe Probes::stream() const {
  return streamed("stream", prompt_body(settings_, counting_prompt(settings_), 16), 16, false);
}

std::vector<Probe> Probes::answers() const {
  const std::string prompt = counting_prompt(settings_);
  const auto body = [&](Json messages) { return chat_body(settings_, std::move(messages), 16); };
  const Json user = message("user", prompt);
  const Json capped = prompt_body(settings_, prompt, 8);
  const Json parts = Json::array({Json{{"type", "text"}, {"text", prompt}}});
  Json unknown = prompt_body(settings_, prompt, 16);
  unknown[std::string(kUnknownField)] = 1;
  const Json unicode = prompt_body(settings_,
                                   "Repeat this line: \U0001F600 \U0001F680 \u65E5\u672C\u8A9E "
                                   "\u00E9\u00E8\u00FC \U0001F469\u200D\U0001F4BB",
                                   48);
  return {streamed("stream-usage", prompt_body(settings_, prompt, 64), 64, true),
          plain("cap", capped, 8),
          streamed("cap-stream", capped, 8, true),
          plain("long-prompt", prompt_body(settings_, prompt + " " + words(400), 16), 16),
          plain("system", body(Json::array({message("system", words(400)), user})), 16),
          plain("parts", body(Json::array({message("user", parts)})), 16),
          plain("unknown-param", unknown, 16),
          plain("developer-role", body(Json::array({message("developer", "Be brief."), user})), 16),
          streamed("unicode", unicode, 48, false)};
}

std::vector<Probe> Probes::credentials() const {
  Probe none = basic("no-key");
  none.expect = Expect::refusal;
  none.credential = Probe::Credential::none;
  Probe wrong = basic("wrong-key");
  wrong.expect = Expect::refusal;
  wrong.credential = Probe::Credential::wrong;
  Probe lower = basic("lower-bearer");
  lower.expect = Expect::other;
  lower.credential = Probe::Credential::lower_case;
  Probe bad_body = none;
  bad_body.name = "no-key-bad-body";
  bad_body.body = "{\"model\":";
  Probe list = models("models-no-key");
  list.expect = Expect::other;
  list.credential = Probe::Credential::none;
  return {none, wrong, lower, bad_body, list};
}

std::vector<Probe> Probes::refusals() const {
  const std::string prompt = counting_prompt(settings_);
  const auto refusal = [](std::string name, const Json& body) {
    return chat(std::move(name), Expect::refusal, body, 0);
  };
  Json no_messages = prompt_body(settings_, prompt, 16);
  no_messages.erase("messages");
  Json messages_string = no_messages;
  messages_string["messages"] = "x";
  Json unknown_model = prompt_body(settings_, prompt, 4);
  unknown_model["model"] = "arouter-no-such-model-" + settings_.nonce;
  Json bad_format = prompt_body(settings_, prompt, 4);
  bad_format["response_format"] = {{"type", "json_schema"},
                                   {"json_schema", {{"name", "x"}, {"schema", {{"type", 17}}}}}};
  Json bad_stream = messages_string;
  bad_stream["stream"] = true;
  Json bad_n = prompt_body(settings_, prompt, 4);
  bad_n["n"] = 0;
  bad_n["stream"] = true;
  Probe bad_json = refusal("bad-json", Json());
  bad_json.body = R"({"model":")" + settings_.nonce + R"(","messages":[{"role":)";
  Probe unknown_route = basic("unknown-route");
  unknown_route.expect = Expect::other;
  unknown_route.path = "/arouter-no-such-route";
  return {bad_json,
          refusal("no-messages", no_messages),
          refusal("messages-string", messages_string),
          refusal("unknown-model", unknown_model),
          unknown_route,
          refusal("bad-response-format", bad_format),
          refusal("bad-stream", bad_stream),
          refusal("bad-stream-n", bad_n)};
}

std::vector<Probe> Probes::routes() const {
  Probe options = get("options", "/models", Expect::other);
  options.method = "OPTIONS";
  Probe head = get("head", "/models", Expect::other);
  head.method = "HEAD";
  Probe slash = basic("trailing-slash");
  slash.expect = Expect::other;
  slash.path += "/";
  return {get("model", "/models/" + encoded(settings_.model, false), Expect::other), options, head,
          get("get-chat", "/chat/completions", Expect::other), slash};
}

std::vector<Probe> Probes::parallel() const {
  std::vector<Probe> probes;
  for (std::size_t i = 1; i <= 4; ++i) {
    const std::string prompt = counting_prompt(settings_) + " " + words(i * 200);
    probes.push_back(plain("parallel-" + std::to_string(i), prompt_body(settings_, prompt, 8), 8));
  }
  return probes;
}

Probe Probes::abort() const {
  Probe probe =
      streamed("abort", prompt_body(settings_, counting_prompt(settings_), 64), 64, false);
  probe.expect = Expect::other;
  probe.hang_up = true;
  return probe;
}

Probe Probes::gzip_stream() const {
  Probe probe =
      streamed("stream-gzip", prompt_body(settings_, counting_prompt(settings_), 64), 64, true);
  probe.expect = Expect::other;
  probe.accept_gzip = true;
  return probe;
}

Probe Probes::model_encoded() const {
  return get("model-encoded", "/models/" + encoded(settings_.model, true), Expect::other);
}

}  // namespace arouter::validate
