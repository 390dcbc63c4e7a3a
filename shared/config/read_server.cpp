// [server], [auth], [ledger], [logging].
#include "shared/config/sections.hpp"
#include "shared/origin.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kHour = 3'600'000;

void read_listen(TableReader& table, AuthMode auth, std::vector<std::string>& listen) {
  const std::vector<const TomlValue*> texts = table.strings("listen");
  const TomlValue* value = table.find("listen");
  if (value == nullptr || value->type != TomlType::array) return;
  if (value->items.empty()) table.fault("listen", "names no address");
  listen.clear();
  for (const TomlValue* text : texts) {
    const Result<ListenAddress> address = decode_listen(text->text);
    if (!address) {
      table.fault_at(text->place, "server.listen " + address.error().message);
    } else if (auth == AuthMode::open && !is_loopback(address->host)) {
      table.fault_at(text->place,
                     "server.listen reaches beyond this machine, which auth.mode \"open\" forbids");
    }
    listen.push_back(text->text);
  }
}

void read_allowed_hosts(TableReader& table, std::vector<std::string>& hosts) {
  for (const TomlValue* text : table.strings("allowed_hosts")) {
    if (!decode_base_url("http://" + text->text) || text->text.find('/') != std::string::npos) {
      table.fault_at(text->place,
                     "server.allowed_hosts must hold names as they stand in Host:, such as "
                     "\"router.lan\" or \"router.lan:18080\"");
    }
    hosts.push_back(text->text);
  }
}

/// scheme://host, as browsers send it: no path, no wildcard.
bool is_web_origin(std::string_view text) {
  const std::size_t colon = text.find("://");
  if (colon == text.npos || colon == 0 || text.size() == colon + 3) return false;
  return text.find('/', colon + 3) == text.npos && text.find_first_of(" *?#@") == text.npos;
}

void read_allowed_origins(TableReader& table, std::vector<std::string>& origins) {
  for (const TomlValue* text : table.strings("allowed_origins")) {
    if (!is_web_origin(text->text)) {
      table.fault_at(text->place,
                     "server.allowed_origins must hold origins, such as \"https://app.example\"");
    }
    origins.push_back(text->text);
  }
}

AuthMode read_auth(TableReader& root) {
  constexpr Word<AuthMode> kModes[] = {{"keys", AuthMode::keys}, {"open", AuthMode::open}};
  AuthMode mode = Config().auth;
  if (auto table = root.table("auth")) {
    table->read("mode", mode, kModes);
    table->finish();
  }
  return mode;
}

}  // namespace

void read_server(TableReader& root, Config& config) {
  config.auth = read_auth(root);
  ServerConfig& server = config.server;
  auto table = root.table("server");
  if (!table) return;
  read_listen(*table, config.auth, server.listen);
  table->read("workers", server.workers, {0, 256});
  table->read("header_ms", server.header, {100, kHour});
  table->read("body_ms", server.body, {100, kHour});
  table->read("idle_ms", server.idle, {100, kHour});
  table->read("drain_ms", server.drain, {0, kHour});
  table->read("max_connections", server.max_connections, {1, 1'000'000});
  table->read("max_body_bytes", server.max_body_bytes, {1'024, 1'024 * 1'024 * 1'024});
  read_allowed_hosts(*table, server.allowed_hosts);
  read_allowed_origins(*table, server.allowed_origins);
  table->finish();
}

void read_ledger(TableReader& root, Config& config) {
  constexpr Word<Durability> kDurabilities[] = {{"process", Durability::process},
                                                {"power", Durability::power}};
  auto table = root.table("ledger");
  if (!table) return;
  table->read("durability", config.durability, kDurabilities);
  table->finish();
}

void read_logging(TableReader& root, Config& config) {
  constexpr Word<const char*> kLevels[] = {
      {"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}};
  auto table = root.table("logging");
  if (!table) return;
  const char* level = nullptr;
  table->read("level", level, kLevels);
  if (level != nullptr) config.log_level = level;
  table->finish();
}

}  // namespace arouter
