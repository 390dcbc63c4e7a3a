// Providers behind TLS: whom the daemon believes, and whom it never sends a credential.
#include <doctest/doctest.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <filesystem>

#include "tests/integration/answers.hpp"
#include "tests/integration/fault_table.hpp"

namespace arouter::test {

namespace {

constexpr std::string_view kTimeouts = "timeouts = { tls_ms = 2000, first_byte_ms = 2000 }\n";

/// A private authority, and its certificate where a configuration can name it.
struct Authority {
  TestAuthority authority;
  TempDir folder;
  std::string ca_file =
      "ca_file = \"" + folder.write("ca.pem", authority.certificate_pem()).string() + "\"\n";

  TlsIdentity issue(const std::string& host, Validity validity = Validity::current) const {
    return authority.issue(host, validity);
  }
  ConfigText config() const {
    return {.server = {}, .provider = ca_file + std::string(kTimeouts), .tail = {}};
  }
};

/// A provider that demands a certificate of `clients`, and what this side shows.
struct Mutual {
  Authority servers, clients;
  TempDir folder;
  std::string lines = "client_cert = { cert_file = \"" + (folder.path() / "own.pem").string() +
                      "\", key_file = \"" + (folder.path() / "own.key").string() + "\" }\n";

  void show(const TlsIdentity& own) const {
    folder.write("own.pem", own.certificate_pem);
    folder.write("own.key", own.key_pem);
  }
  TlsIdentity own() const {
    return clients.authority.issue("arouter.example", Validity::current, Purpose::client);
  }
  TlsIdentity server() const {
    TlsIdentity identity = servers.issue("127.0.0.1");
    identity.client_ca_pem = clients.authority.certificate_pem();
    return identity;
  }
  ConfigText config() const {
    return {.server = {}, .provider = servers.config().provider + lines, .tail = {}};
  }
};

/// The daemon must not start, and must say why, with the place in the file.
void check_fault(const ConfigText& text, const std::string& why) {
  const TempDir home;
  DaemonProcess daemon(home, encode_config(text, {"https://127.0.0.1:1/v1"}));
  CHECK(daemon.wait_for_exit() == 2);
  const std::string place = (home.path() / "arouter.toml").string() + ":";
  const std::string said = daemon.output() + daemon.errors();
  INFO(said);
  CHECK(said.find(why) != std::string::npos);
  CHECK(said.find(place) != std::string::npos);
}

/// "502 upstream_tls", one row, and nothing of ours on the wire.
void check_refused(const std::string& why, const ConfigText& text, const TlsIdentity& identity) {
  CAPTURE(why);
  World world(text, identity);
  for (const bool stream : {false, true}) {
    const RawResponse answer = world.chat(chat_json(stream));
    CHECK(answer.status == 502);
    CHECK(error_code_of(answer) == "upstream_tls");
    CHECK(error_source_of(answer) == "acme");
  }
  CHECK(world.provider.requests().empty());
  CHECK(world.provider.connections() == 0);
  const std::vector<Row> rows = world.stop_and_read_rows();
  REQUIRE(rows.size() == 2);
  for (const Row& row : rows) {
    CHECK(row.at("outcome") == "error");
    CHECK(row.at("error_code") == "upstream_tls");
    CHECK(row.at("cost_pico_usd") == "0");
  }
}

/// Another provider at the same port as world.provider, by another URL.
std::string provider_at(const std::string& name, const std::string& url, const std::string& more) {
  return "[[provider]]\nname = \"" + name + "\"\nbase_url = \"" + url +
         "\"\nkeys = [{ env = \"ACME_KEY\" }]\nbreaker = { failures = 0 }\n" + more +
         "[[provider.model]]\nid = \"model-a\"\npricing = { prompt = \"0\", completion = \"0\" }\n";
}

}  // namespace

TEST_SUITE("tls") {
  TEST_CASE(
      "a provider that a private authority vouches for is believed, and its connection kept") {
    const Authority private_ca;
    World world(private_ca.config(), private_ca.issue("127.0.0.1"));
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    // In one piece: what a client does next must not race the last bytes of a stream.
    std::string events;
    for (const std::string& event : chat_events({"b", "c"})) events += event;
    world.provider.plays(
        Script().send(event_stream_head() + chunk(events) + std::string(kLastChunk)));
    world.provider.plays(Script().dribble(json_answer(200, chat_body("d"))));
    RawClient client(world.daemon.port());
    for (const bool stream : {false, true, false}) {
      client.send(world.chat_request(chat_json(stream)));
      const RawResponse answer = client.read_response();
      CHECK(answer.status == 200);
      CHECK(answer.complete);
    }
    CHECK(world.provider.connections() == 1);
    CHECK(world.provider.requests().at(0).field("authorization") ==
          "Bearer " + std::string(kProviderKey));
  }

  TEST_CASE("large bodies go through TLS whole") {
    const Authority private_ca;
    World world(private_ca.config(), private_ca.issue("127.0.0.1"));
    const std::string much(2'000'000, 'x');
    world.provider.plays(Script().send(json_answer(200, chat_body(much))));
    const RawResponse answer = world.chat(chat_json(false, R"(,"x":")" + much + "\""));
    CHECK(answer.complete);
    CHECK(answer.body.find(much) != std::string::npos);
    CHECK(world.provider.requests().at(0).body.find(much) != std::string::npos);
  }

  TEST_CASE("nobody else is believed, and nobody who is not is sent a credential") {
    const Authority private_ca;
    const ConfigText text = private_ca.config();
    check_refused("another host's name", text, private_ca.issue("other.example"));
    check_refused("another host's address", text, private_ca.issue("127.0.0.2"));
    check_refused("expired", text, private_ca.issue("127.0.0.1", Validity::expired));
    check_refused("self-signed", text, self_signed("127.0.0.1"));
    check_refused("a client's certificate", text,
                  private_ca.authority.issue("127.0.0.1", Validity::current, Purpose::client));
    TlsIdentity old = private_ca.issue("127.0.0.1");
    old.newest_version = TLS1_1_VERSION;
    check_refused("TLS 1.1", text, old);
    check_refused("an authority of the same name", text, TestAuthority().issue("127.0.0.1"));
    check_refused("an authority that the system does not know",
                  {.server = {}, .provider = std::string(kTimeouts), .tail = {}},
                  private_ca.issue("127.0.0.1"));
  }

  TEST_CASE("a name is proven as a name") {
    const Authority private_ca;
    for (const bool right : {true, false}) {
      CAPTURE(right);
      FakeProvider named(private_ca.issue(right ? "localhost" : "127.0.0.1"));
      World world(
          {.server = {},
           .provider = {},
           .tail = provider_at("named", "https://localhost:" + std::to_string(named.port()) + "/v1",
                               private_ca.ca_file)});
      named.plays(Script().send(json_answer(200, chat_body("a"))));
      const RawResponse answer = world.chat(R"({"model":"named/model-a","messages":[]})");
      CHECK(answer.status == (right ? 200 : 502));
      CHECK(named.requests().size() == (right ? 1 : 0));
    }
  }

  TEST_CASE("an answer that lasts until the close ends with TLS's own word, or is cut") {
    const Authority private_ca;
    const TlsIdentity identity = private_ca.issue("127.0.0.1");
    const std::string answer =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + chat_body("a");
    World whole(private_ca.config(), identity);
    whole.provider.plays(Script().send(answer).close());
    CHECK(whole.chat(chat_json(false)).status == 200);
    World world(private_ca.config(), identity);
    check_faults(
        world, world.chat_request(chat_json(false)),
        {{"FIN alone", Script().send(answer).close_without_notify(), "502 upstream_truncated"},
         {"reset", Script().send(answer).reset(), "502 upstream_truncated"}});
  }

  TEST_CASE("who speaks no TLS on a TLS port is told from who says nothing") {
    World plain;
    const std::string url = "https://127.0.0.1:" + std::to_string(plain.provider.port()) + "/v1";
    World world({.server = {},
                 .provider = {},
                 .tail = provider_at("mute", url, "timeouts = { tls_ms = 300 }\n")});
    plain.provider.plays(Script().on_accept().stall());
    const std::string request = R"({"model":"mute/model-a","messages":[]})";
    const RawResponse silent = world.chat(request);
    CHECK(silent.status == 504);
    CHECK(error_code_of(silent) == "upstream_timeout");
    plain.provider.plays(Script().on_accept().send("220 mail.example ESMTP\r\n").close());
    const RawResponse banner = world.chat(request);
    CHECK(banner.status == 502);
    CHECK(error_code_of(banner) == "upstream_tls");
    plain.provider.plays(Script().on_accept().reset());
    CHECK(world.chat(request).status == 502);
    const std::vector<Row> rows = world.stop_and_read_rows();
    REQUIRE(rows.size() == 3);
    for (const Row& row : rows) CHECK(row.at("outcome") == "error");
  }

  TEST_CASE("a kept connection that ends is replaced under TLS too") {
    const Authority private_ca;
    World world(private_ca.config(), private_ca.issue("127.0.0.1"));
    world.provider.plays(Script().send(json_answer(200, chat_body("a"))));
    world.provider.plays(Script().close());
    world.provider.plays(Script().send(json_answer(200, chat_body("b"))));
    RawClient client(world.daemon.port());
    for (int i = 0; i < 2; ++i) {
      client.send(world.chat_request(chat_json(false)));
      CHECK(client.read_response().status == 200);
    }
    CHECK(world.provider.connections() == 2);
  }

  TEST_CASE("a provider that asks who calls is shown the certificate of the configuration") {
    const Mutual mutual;
    mutual.show(mutual.own());
    World world(mutual.config(), mutual.server());
    CHECK(world.is_well());
    CHECK(world.provider.connections() == 1);
  }

  TEST_CASE("without the right certificate nothing of a request is read") {
    const Mutual mutual;
    mutual.show(mutual.servers.authority.issue("127.0.0.1", Validity::current, Purpose::client));
    for (const ConfigText& text : {mutual.config(), mutual.servers.config()}) {
      World world(text, mutual.server());
      CHECK(world.chat(chat_json(false)).status == 502);
      CHECK(world.provider.requests().empty());
      CHECK(world.provider.connections() == 0);
    }
  }

  TEST_CASE("a certificate that was replaced under its name is shown after a reload") {
    const Mutual mutual;
    const auto reload = [](World& world) {
      const std::string before = world.daemon.errors();
      world.daemon.signal(SIGHUP);
      return ask_until([&] {
        return world.daemon.errors().find("is in force", before.size()) != std::string::npos;
      });
    };
    mutual.show(mutual.servers.authority.issue("127.0.0.1", Validity::current, Purpose::client));
    World world(mutual.config(), mutual.server());
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    RawClient client(world.daemon.port());  // one, so that one loop keeps the connections
    const auto ask = [&] {
      client.send(world.chat_request(chat_json(false)));
      return client.read_response().status;
    };
    CHECK(ask() == 502);
    mutual.show(mutual.own());
    CHECK(ask() == 502);
    REQUIRE(reload(world));
    CHECK(ask() == 200);
    // Nothing has changed: neither does the connection.
    REQUIRE(reload(world));
    CHECK(ask() == 200);
    CHECK(world.provider.connections() == 1);
    mutual.folder.write("own.pem", "no certificate");
    world.daemon.signal(SIGHUP);
    CHECK(world.daemon.wait_for_errors("the old configuration stays"));
    CHECK(ask() == 200);
  }

  TEST_CASE("certificates and keys that cannot be used are faults of the configuration") {
    const Mutual mutual;
    const TlsIdentity own = mutual.own();
    mutual.show({"no certificate", own.key_pem});
    check_fault(mutual.config(), "own.pem' holds no usable certificate");
    mutual.show({own.certificate_pem, "no key"});
    check_fault(mutual.config(), "own.key' holds no usable key");
    mutual.show({own.certificate_pem, mutual.own().key_pem});
    check_fault(mutual.config(), "own.key' holds no usable key");
    mutual.show(own);
    std::filesystem::permissions(mutual.folder.path() / "own.key", std::filesystem::perms(0644));
    check_fault(mutual.config(), "own.key can be read by others");
    std::filesystem::remove(mutual.folder.path() / "own.pem");
    mutual.folder.write("own.key", own.key_pem);
    check_fault(mutual.config(), "own.pem' holds no usable certificate");
    const std::string no_ca = mutual.folder.write("ca.pem", "no certificate").string();
    check_fault({.server = {}, .provider = "ca_file = \"" + no_ca + "\"\n", .tail = {}},
                "ca.pem' holds no usable certificate");
  }
}

}  // namespace arouter::test
