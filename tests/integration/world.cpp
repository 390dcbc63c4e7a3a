#include "tests/integration/world.hpp"

#include <signal.h>

#include <stdexcept>

namespace arouter::test {

void must_listen(DaemonProcess& daemon) {
  if (daemon.wait_until_listening()) return;
  throw std::runtime_error("the daemon did not come up: " + daemon.output() + daemon.errors());
}

World::World(const ConfigText& text, std::optional<TlsIdentity> identity)
    : provider(std::move(identity)), daemon(home, encode_config(text, {provider.base_url()})) {
  must_listen(daemon);
}

World::World(const std::function<std::string(const std::string&)>& config)
    : daemon(home, config(provider.base_url())) {
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

std::vector<Row> World::stop_and_read_rows() {
  daemon.signal(SIGTERM);
  if (daemon.wait_for_exit() != 0) {
    throw std::runtime_error("the daemon did not end well: " + daemon.errors());
  }
  return read_ledger(state_of(home));
}

RawResponse OneLoop::ask() {
  client.send(world.chat_request(chat_json(false)));
  return client.read_response();
}

std::string chat_json(bool stream, std::string_view more) {
  return std::string(R"({"model":"acme/model-a","messages":[{"role":"user","content":"hi"}])") +
         (stream ? R"(,"stream":true)" : "") + std::string(more) + "}";
}

}  // namespace arouter::test
