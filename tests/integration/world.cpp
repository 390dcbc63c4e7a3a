#include "tests/integration/world.hpp"

#include <stdexcept>

namespace arouter::test {

std::string encode_config(const ConfigText& text, const std::vector<std::string>& base_urls) {
  constexpr std::string_view kNames[] = {"acme", "beta", "gamma"};
  std::string config = "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 2\n" + text.server + "\n";
  for (std::size_t i = 0; i < base_urls.size(); ++i) {
    config += "[[provider]]\nname = \"" + std::string(kNames[i]) + "\"\nbase_url = \"" +
              base_urls[i] + "\"\nkeys = [{ env = \"ACME_KEY\" }]\n" + text.provider +
              "\n[[provider.model]]\nid = \"model-a\"\nname = \"Model A\"\n"
              "context_length = 128000\nmax_completion_tokens = 8192\n"
              "pricing = { prompt = \"0.000002\", completion = \"0.000006\" }\n"
              "supported_parameters = [\"tools\", \"temperature\"]\n\n";
  }
  return config + text.tail;
}

void must_listen(DaemonProcess& daemon) {
  if (daemon.wait_until_listening()) return;
  throw std::runtime_error("the daemon did not come up: " + daemon.output() + daemon.errors());
}

World::World(const ConfigText& text, std::optional<TlsIdentity> identity)
    : provider(std::move(identity)), daemon(home, encode_config(text, {provider.base_url()})) {
  must_listen(daemon);
}

std::string World::chat_request(std::string_view body, std::string_view fields) const {
  return post(daemon.port(), kChatPath, daemon.key(), body, fields);
}

RawResponse World::chat(std::string_view body, std::string_view fields) const {
  return call(daemon.port(), chat_request(body, fields));
}

bool World::is_well() {
  provider.plays(Script().send(json_answer(200, chat_body("well"))));
  return chat(chat_json(false)).status == 200;
}

std::string chat_json(bool stream, std::string_view more) {
  return std::string(R"({"model":"acme/model-a","messages":[{"role":"user","content":"hi"}])") +
         (stream ? R"(,"stream":true)" : "") + std::string(more) + "}";
}

}  // namespace arouter::test
