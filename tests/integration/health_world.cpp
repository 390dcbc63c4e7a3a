#include "tests/integration/health_world.hpp"

#include <signal.h>

#include <algorithm>
#include <stdexcept>

namespace arouter::test {

namespace {

constexpr std::string_view kNames[] = {"acme", "beta", "gamma", "delta"};
constexpr std::string_view kSecretOf = "sk-canary-0123456789-of-key-";

std::deque<FakeProvider> make_providers(std::size_t count) {
  std::deque<FakeProvider> providers;
  for (std::size_t i = 0; i < count; ++i) providers.emplace_back();
  return providers;
}

Environment key_environment() {
  Environment environment;
  for (const char* key : {"a", "b", "c"}) {
    environment["KEY_" + std::string(key)] = std::string(kSecretOf) + key;
  }
  return environment;
}

}  // namespace

Script well() {
  return Script().send(json_answer(200, chat_body("well")));
}

Script refusal(int status, std::string_view fields) {
  return Script().send(json_answer(status, R"({"error":{"message":"no"}})", fields));
}

HealthWorld::HealthWorld(std::vector<std::string> lines, const std::string& tail)
    : tail_(tail),
      providers(make_providers(lines.size())),
      daemon(home, config(lines), key_environment()) {
  must_listen(daemon);
}

std::string HealthWorld::config(const std::vector<std::string>& lines,
                                std::vector<std::string> urls) {
  std::string text = "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 2\n\n" + tail_ + "\n";
  std::string endpoints;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (urls.size() <= i) urls.push_back(providers[i].base_url());
    const std::string name(kNames[i]);
    text += "[[provider]]\nname = \"" + name + "\"\nbase_url = \"" + urls[i] + "\"\n" + lines[i] +
            "\n\n";
    for (const char* id : {"shared", "other"}) {
      text += "[[provider.model]]\nid = \"" + std::string(id) +
              "\"\npricing = { prompt = \"0.000001\", completion = \"0.000002\" }\n\n";
    }
    endpoints += "  { provider = \"" + name +
                 "\", model = \"shared\", pricing = { prompt = \"0.000001\", completion = "
                 "\"0.000002\" } },\n";
  }
  return text + "[[model]]\nid = \"maker/shared\"\nendpoints = [\n" + endpoints + "]\n";
}

std::string HealthWorld::request(bool stream) {
  std::string order;
  for (std::size_t i = 0; i < providers.size(); ++i) {
    order += (i == 0 ? "\"" : ",\"") + std::string(kNames[i]) + "\"";
  }
  return post(daemon.port(), kChatPath, daemon.key(),
              R"({"model":"maker/shared","messages":[],"provider":{"order":[)" + order +
                  R"(]},"stream":)" + (stream ? "true}" : "false}"),
              "X-Session-Id: " + std::to_string(++conversations_) + "\r\n");
}

RawResponse HealthWorld::chat_with(const std::string& model) {
  return call(daemon.port(), post(daemon.port(), kChatPath, daemon.key(),
                                  R"({"model":")" + model + R"(","messages":[]})",
                                  "X-Session-Id: " + std::to_string(++conversations_) + "\r\n"));
}

bool HealthWorld::all_well(int requests, std::string_view provider) {
  for (int i = 0; i < requests; ++i) {
    const RawResponse answer = chat();
    if (answer.status != 200 || answer.field("x-arouter-provider") != provider) return false;
  }
  return true;
}

bool HealthWorld::comes_back(std::string_view provider) {
  return ask_until([&] { return all_well(1, provider); });
}

void HealthWorld::reload() {
  constexpr std::string_view kDone = "the new configuration is in force";
  const int before = logged(kDone);
  daemon.signal(SIGHUP);
  if (!ask_until([&] { return logged(kDone) > before; })) {
    throw std::runtime_error("no reload: " + daemon.errors());
  }
}

int HealthWorld::logged(std::string_view text) const {
  const std::string log = daemon.errors();
  int count = 0;
  for (std::size_t at = log.find(text); at != log.npos; at = log.find(text, at + 1)) ++count;
  return count;
}

bool HealthWorld::keeps_secrets() const {
  return (daemon.output() + daemon.errors()).find(kSecretOf) == std::string::npos;
}

std::vector<Row> HealthWorld::stop_and_read_rows() {
  daemon.signal(SIGTERM);
  if (daemon.wait_for_exit() != 0) {
    throw std::runtime_error("the daemon did not end well: " + daemon.errors());
  }
  return read_ledger(state_of(home));
}

std::string keys_line(const std::vector<std::string>& members) {
  std::string line = "keys = [";
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string key(1, static_cast<char>('a' + i));
    line += "{ env = \"KEY_" + key + "\", name = \"" + key + "\"" +
            (members[i].empty() ? "" : ", " + members[i]) + " }, ";
  }
  return line + "]";
}

std::string key_of(const RecordedRequest& request) {
  const std::string credential = request.field("authorization");
  const std::string begin = "Bearer " + std::string(kSecretOf);
  return credential.starts_with(begin) ? credential.substr(begin.size()) : "";
}

std::size_t asked_with(const FakeProvider& provider, std::string_view key) {
  const std::vector<RecordedRequest> requests = provider.requests();
  return static_cast<std::size_t>(
      std::count_if(requests.begin(), requests.end(),
                    [&](const RecordedRequest& each) { return key_of(each) == key; }));
}

int retry_after_of(const RawResponse& answer) {
  const std::string value = answer.field("retry-after");
  return value.empty() ? -1 : std::stoi(value);
}

}  // namespace arouter::test
