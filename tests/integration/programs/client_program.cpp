#include "tests/integration/programs/client_program.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/integration/world.hpp"
#include "tests/places.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kModel = "demo-small";

std::unique_ptr<MockServer> start_mock() {
  MockOptions options;
  options.listen = "127.0.0.1:0";
  options.tokens = 6;
  Result<std::unique_ptr<MockServer>> server = MockServer::start(std::move(options));
  if (!server) throw std::runtime_error(server.error().message);
  return std::move(*server);
}

std::string config_for(const MockServer& mock) {
  std::string text = "[server]\nlisten = [\"127.0.0.1:0\"]\n";
  const std::string root = "http://127.0.0.1:" + std::to_string(mock.port());
  for (const std::string_view format : kWireFormats) {
    const bool has_version = format == "openai" || format == "responses";
    text += "[[provider]]\nname = \"by-" + std::string(format) + "\"\nformat = \"" +
            std::string(format) + "\"\nbase_url = \"" + root + (has_version ? "/v1" : "") +
            "\"\nkeys = [{ env = \"ACME_KEY\" }]\n[[provider.model]]\nid = \"" +
            std::string(kModel) + "\"\ncontext_length = 200000\nmax_completion_tokens = 64000\n";
  }
  return text;
}

}  // namespace

ProgramWorld::ProgramWorld() : mock(start_mock()), daemon(home, config_for(*mock)) {
  must_listen(daemon);
}

std::string ProgramWorld::model_of(std::string_view provider) const {
  return "by-" + std::string(provider) + "/" + std::string(kModel);
}

std::string encode_request(const DaemonProcess& daemon, const ProgramRequest& request,
                           std::string_view model) {
  std::string text = std::string(request.method) + " " + request.path +
                     " HTTP/1.1\r\nhost: 127.0.0.1:" + std::to_string(daemon.port()) + "\r\n";
  for (const std::string& line : request.headers) text += line + "\r\n";
  text = replaced(std::move(text), "$key", daemon.key());
  text = replaced(std::move(text), "$encoded", replaced(std::string(model), "/", "%2F"));
  text = replaced(std::move(text), "$model", model);
  if (request.body.empty()) return text + "\r\n";
  const std::string body = replaced(request.body, "$model", model);
  return text + "content-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

RawResponse send(const DaemonProcess& daemon, const ProgramRequest& request,
                 std::string_view model) {
  return call(daemon.port(), encode_request(daemon, request, model));
}

ScriptedWorld::ScriptedWorld(std::string_view format)
    : daemon(home,
             "[server]\nlisten = [\"127.0.0.1:0\"]\n[[provider]]\nname = \"acme\"\n"
             "format = \"" +
                 std::string(format) + "\"\nbase_url = \"" + provider.base_url() +
                 "\"\nkeys = [{ env = \"ACME_KEY\" }]\n[[provider.model]]\n"
                 "id = \"model-a\"\nmax_completion_tokens = 64000\n") {
  must_listen(daemon);
}

std::string golden_text(std::string_view format, const std::string& name) {
  const std::string path =
      source_folder().string() + "/tests/golden/" + std::string(format) + "/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no fixture " + path);
  return replaced({std::istreambuf_iterator<char>(file), {}}, "\r\n", "\n");
}

std::string stream_answer(std::string_view events) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nContent-Length: " +
         std::to_string(events.size()) + "\r\n\r\n" + std::string(events);
}

std::vector<OrderedJson> client_programs(const std::string& table) {
  std::ifstream file(source_folder().string() + "/tests/integration/programs/" + table);
  if (!file) throw std::runtime_error("no table " + table);
  return OrderedJson::parse(file).get<std::vector<OrderedJson>>();
}

OrderedJson body_of(const OrderedJson& program, const std::string& way) {
  OrderedJson body = program["body"];
  const OrderedJson more = program[way].value("body", OrderedJson::object());
  for (const auto& [key, value] : more.items()) body[key] = value;
  return body;
}

std::string path_of(const OrderedJson& program, const std::string& way) {
  return program[way].value("path", program.value("path", ""));
}

std::vector<std::string> headers_of(const OrderedJson& program) {
  return program["headers"].get<std::vector<std::string>>();
}

OrderedJson kept_turn(const OrderedJson& program, const OrderedJson& turn) {
  OrderedJson kept = turn;
  if (program.value("drops_thoughts", false)) {
    OrderedJson parts = OrderedJson::array();
    for (const OrderedJson& part : turn["parts"]) {
      if (!part.value("thought", false)) parts.push_back(part);
    }
    kept["parts"] = parts;
  }
  if (!program.contains("keeps")) return kept;
  for (OrderedJson& item : kept) {
    const OrderedJson names = program["keeps"].value(item.value("type", ""), OrderedJson::array());
    OrderedJson fewer = {{"type", item["type"]}};
    for (const auto& [key, value] : item.items()) {
      if (std::find(names.begin(), names.end(), OrderedJson(key)) != names.end()) {
        fewer[key] = value;
      }
    }
    item = fewer;
  }
  return kept;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace arouter::test
