#include "tests/integration/programs/client_program.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "tests/integration/world.hpp"

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

RawResponse ProgramWorld::send(std::string_view method, std::string_view path,
                               const std::vector<std::string>& headers, std::string_view body,
                               std::string_view model) const {
  std::string text = std::string(method) + " " + std::string(path) +
                     " HTTP/1.1\r\nhost: 127.0.0.1:" + std::to_string(daemon.port()) + "\r\n";
  for (const std::string& line : headers) text += line + "\r\n";
  if (!body.empty()) {
    const std::string filled = replaced(std::string(body), "$model", model);
    text += "content-length: " + std::to_string(filled.size()) + "\r\n\r\n" + filled;
  } else {
    text += "\r\n";
  }
  text = replaced(std::move(text), "$key", daemon.key());
  text = replaced(std::move(text), "$encoded", replaced(std::string(model), "/", "%2F"));
  return call(daemon.port(), replaced(std::move(text), "$model", model));
}

std::vector<OrderedJson> client_programs(const std::string& table) {
  std::ifstream file(std::string(AROUTER_SOURCE_DIR) + "/tests/integration/programs/" + table);
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
