#include "tests/integration/managed_world.hpp"

#include <stdexcept>

#include "shared/paths.hpp"

namespace arouter::test {

namespace {

nlohmann::json data_of(const RawResponse& answer) {
  const nlohmann::json body = nlohmann::json::parse(answer.body, nullptr, false);
  if (!body.is_object() || !body.contains("data")) {
    throw std::runtime_error("no key: " + answer.head + answer.body);
  }
  return body["data"];
}

}  // namespace

ManagedWorld::ManagedWorld(const ConfigText& text) : World(text) {
  const Result<Secret> key = read_management_key(daemon.state());
  if (!key) throw std::runtime_error(key.error().message);
  management_key = key->reveal();
}

RawResponse ManagedWorld::manage(std::string_view method, std::string_view path,
                                 std::string_view body) const {
  std::string request(method);
  request += " /api/v1/keys" + std::string(path) + " HTTP/1.1\r\n";
  request += "Host: 127.0.0.1:" + std::to_string(daemon.port()) + "\r\n";
  request += "Authorization: Bearer " + management_key + "\r\n";
  if (!body.empty()) {
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return call(daemon.port(), request + "\r\n" + std::string(body));
}

GivenKey ManagedWorld::give(const std::string& settings) const {
  const RawResponse answer = manage("POST", "", settings);
  const nlohmann::json data = data_of(answer);
  return {nlohmann::json::parse(answer.body).value("key", ""), data.value("hash", "")};
}

void ManagedWorld::change(const GivenKey& key, std::string_view settings) const {
  data_of(manage("PATCH", "/" + key.hash, settings));
}

nlohmann::json ManagedWorld::show(const GivenKey& key) const {
  return data_of(manage("GET", "/" + key.hash));
}

RawResponse ManagedWorld::chat_as(const GivenKey& key, std::string_view more) const {
  return call(daemon.port(), post(daemon.port(), kChatPath, key.secret, chat_json(false, more)));
}

std::string answer_of(int prompt_tokens, int completion_tokens) {
  const nlohmann::json body = {{"id", "chatcmpl-1"},
                               {"object", "chat.completion"},
                               {"created", 1},
                               {"model", "model-a"},
                               {"choices",
                                {{{"index", 0},
                                  {"message", {{"role", "assistant"}, {"content", "here"}}},
                                  {"finish_reason", "stop"}}}},
                               {"usage",
                                {{"prompt_tokens", prompt_tokens},
                                 {"completion_tokens", completion_tokens},
                                 {"total_tokens", prompt_tokens + completion_tokens}}}};
  return json_answer(200, body.dump());
}

}  // namespace arouter::test
