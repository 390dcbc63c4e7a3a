// Providers behind an outgoing proxy: who sees what, and what a proxy's refusal looks like.
#include <doctest/doctest.h>
#include <signal.h>

#include "tests/integration/answers.hpp"
#include "tests/integration/fake_proxy.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

constexpr const char* kHost = "api.acme.test";
constexpr const char* kPass = "proxy-pass-canary";

/// A TLS provider whose name only the proxy knows.
struct TunnelWorld {
  explicit TunnelWorld(const std::string& lines, const Environment& environment = {},
                       const std::string& certified = kHost)
      : provider(authority.issue(certified)),
        proxy(provider.port()),
        daemon(home, config(lines), complete(environment)) {
    must_listen(daemon);
  }

  std::string config(const std::string& lines) const {
    std::string text = lines;
    if (const std::size_t at = text.find("PROXY"); at != text.npos) {
      text.replace(at, 5, proxy.url("me:" + std::string(kPass)));
    }
    return encode_config(
        {.server = {},
         .provider = "ca_file = \"" + home.write("ca.pem", authority.certificate_pem()).string() +
                     "\"\ntimeouts = { connect_ms = 1500 }\n" + text,
         .tail = {}},
        {"https://" + std::string(kHost) + ":" + std::to_string(provider.port()) + "/v1"});
  }
  /// The variables of whoever runs the tests are not those of the daemon.
  Environment complete(Environment variables) const {
    for (auto& [name, value] : variables) {
      if (value == "PROXY") value = proxy.url("me:" + std::string(kPass));
    }
    for (const char* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy",
                             "NO_PROXY", "http_proxy"}) {
      variables.emplace(name, "");
    }
    return variables;
  }
  RawResponse chat() const {
    return call(daemon.port(), post(daemon.port(), kChatPath, daemon.key(), chat_json(false)));
  }
  std::string said() const { return daemon.output() + daemon.errors(); }

  TestAuthority authority;
  TempDir home;
  FakeProvider provider;
  FakeProxy proxy;
  DaemonProcess daemon;
};

/// Nothing of the proxy's credentials is told, nor of the provider's.
void check_secrets(const std::string& text) {
  CHECK(text.find(kPass) == std::string::npos);
  CHECK(text.find("bWU6") == std::string::npos);  // "me:" in Base64
  CHECK(text.find(kProviderKey) == std::string::npos);
}

}  // namespace

TEST_SUITE("outgoing proxies") {
  TEST_CASE("a provider behind TLS is reached through a tunnel, and proves itself inside it") {
    for (const bool by_file : {true, false}) {
      CAPTURE(by_file);
      TunnelWorld world(by_file ? "proxy = \"PROXY\"\n" : "",
                        by_file ? Environment{} : Environment{{"HTTPS_PROXY", "PROXY"}});
      world.provider.always(Script().send(json_answer(200, chat_body("a"))));
      RawClient client(world.daemon.port());
      for (int i = 0; i < 2; ++i) {
        client.send(post(world.daemon.port(), kChatPath, world.daemon.key(), chat_json(false)));
        CHECK(client.read_response().status == 200);
      }
      CHECK(world.provider.connections() == 1);  // a tunnel is kept like any connection
      const std::vector<std::string> heads = world.proxy.heads();
      REQUIRE(heads.size() == 1);
      const std::string to = std::string(kHost) + ":" + std::to_string(world.provider.port());
      CHECK(heads[0].starts_with("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n"));
      CHECK(heads[0].find("Proxy-Authorization: Basic bWU6cHJveHktcGFzcy1jYW5hcnk=\r\n") !=
            std::string::npos);
      CHECK(heads[0].find(kProviderKey) == std::string::npos);
      const RecordedRequest request = world.provider.requests().at(0);
      CHECK(request.field("proxy-authorization").empty());
      CHECK(request.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"));
      check_secrets(world.said());
    }
  }

  TEST_CASE("a tunnel to somebody else ends at the certificate") {
    TunnelWorld world("proxy = \"PROXY\"\n", {}, "other.test");
    const RawResponse answer = world.chat();
    CHECK(answer.status == 502);
    CHECK(error_code_of(answer) == "upstream_tls");
    CHECK(world.provider.requests().empty());
  }

  TEST_CASE("a proxy that refuses is named, without its credentials, and gets nothing else") {
    TunnelWorld world("proxy = \"PROXY\"\n");
    const std::string named = "127.0.0.1:" + std::to_string(world.proxy.port());
    std::string endless = "HTTP/1.1 200 OK\r\n";
    while (endless.size() < 20'000) endless += "X-More: 0123456789\r\n";
    const std::string refused[] = {
        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n"
        "Content-Length: 2\r\n\r\nno",
        "HTTP/1.1 502 Bad Gateway\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\nmore",
        "HTTP/1.1 200 OK\r\n",  // and the end
        endless,
    };
    for (const std::string& answer : refused) {
      CAPTURE(answer.substr(0, 60));
      world.proxy.answers(answer);
      const RawResponse told = world.chat();
      CHECK(told.status == 502);
      CHECK(error_code_of(told) == "upstream_proxy");
      CHECK(error_source_of(told) == "acme");
      CHECK(told.body.find("through the proxy " + named) != std::string::npos);
      check_secrets(told.body);
    }
    CHECK(world.provider.connections() == 0);
    for (const std::string& head : world.proxy.heads()) {
      CHECK(head.find(kProviderKey) == std::string::npos);
    }
    check_secrets(world.said());
    world.proxy.answers("");
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    CHECK(world.chat().status == 200);
  }

  TEST_CASE("a proxy that says nothing ends at the connect deadline") {
    FakeProvider mute;
    mute.always(Script().on_accept().stall());
    TunnelWorld world("proxy = \"http://127.0.0.1:" + std::to_string(mute.port()) + "\"\n");
    const RawResponse answer = world.chat();
    CHECK(answer.status == 504);
    CHECK(error_code_of(answer) == "upstream_timeout");
    CHECK(answer.body.find("through the proxy 127.0.0.1:") != std::string::npos);
  }

  TEST_CASE("a proxy that is not there is told from a provider that is not") {
    std::uint16_t port = 0;
    const Descriptor held = bind_on_loopback(port);
    TunnelWorld world("proxy = \"http://127.0.0.1:" + std::to_string(port) + "\"\n");
    CHECK(error_code_of(world.chat()) == "upstream_proxy");
  }

  TEST_CASE("a request in clear text goes to the proxy with the whole URL") {
    FakeProvider proxy;  // it plays the provider as well
    const std::string lines = "allow_insecure = true\nproxy = \"http://me:" + std::string(kPass) +
                              "@127.0.0.1:" + std::to_string(proxy.port()) + "\"\n";
    const TempDir home;
    DaemonProcess daemon(home, encode_config({.server = {}, .provider = lines, .tail = {}},
                                             {"http://api.acme.test:8080/v1"}));
    must_listen(daemon);
    const auto ask = [&](std::string_view path) {
      return call(daemon.port(), post(daemon.port(), path, daemon.key(), chat_json(false)));
    };
    proxy.always(Script().send(json_answer(200, chat_body("a"))));
    for (const char* path : {"/v1/chat/completions", "/acme/v1/chat/completions"}) {
      CAPTURE(path);
      CHECK(ask(path).status == 200);
      const RecordedRequest request = proxy.requests().back();
      CHECK(
          request.head.starts_with("POST http://api.acme.test:8080/v1/chat/completions HTTP/1.1"
                                   "\r\nHost: api.acme.test:8080\r\n"));
      CHECK(request.field("proxy-authorization") == "Basic bWU6cHJveHktcGFzcy1jYW5hcnk=");
      CHECK(request.field("authorization") == "Bearer " + std::string(kProviderKey));
      proxy.plays(Script().send(json_answer(407, "{}", "Proxy-Authenticate: Basic\r\n")));
      const RawResponse refused = ask(path);
      CHECK(refused.status == 502);
      CHECK(error_code_of(refused) == "upstream_proxy_auth");
      CHECK(refused.head.find("roxy-") == std::string::npos);
    }
    check_secrets(daemon.output() + daemon.errors());
  }

  TEST_CASE("this machine, and what NO_PROXY names, is reached straight") {
    std::uint16_t port = 0;
    const Descriptor nobody = bind_on_loopback(port);
    const std::string dead = "http://127.0.0.1:" + std::to_string(port);
    FakeProvider provider;
    const TempDir home;
    DaemonProcess daemon(home, encode_config({}, {provider.base_url()}),
                         {{"http_proxy", dead}, {"all_proxy", dead}, {"no_proxy", ""}});
    must_listen(daemon);
    provider.always(Script().send(json_answer(200, chat_body("a"))));
    const std::string request = post(daemon.port(), kChatPath, daemon.key(), chat_json(false));
    CHECK(call(daemon.port(), request).status == 200);
    // Straight, this name leads nowhere.
    TunnelWorld exempt("", {{"HTTPS_PROXY", "PROXY"}, {"NO_PROXY", "10.0.0.0/8, .acme.test"}});
    CHECK(error_code_of(exempt.chat()) == "upstream_dns");
    TunnelWorld none("proxy = \"none\"\n", {{"HTTPS_PROXY", "PROXY"}});
    CHECK(error_code_of(none.chat()) == "upstream_dns");
    CHECK(exempt.proxy.heads().size() + none.proxy.heads().size() == 0);
  }

  TEST_CASE("another proxy means other connections") {
    TunnelWorld world("proxy = \"PROXY\"\n");
    world.provider.always(Script().send(json_answer(200, chat_body("a"))));
    CHECK(world.chat().status == 200);
    FakeProxy second(world.provider.port());
    world.home.write("arouter.toml", world.config("proxy = \"" + second.url() + "\"\n"));
    world.daemon.signal(SIGHUP);
    REQUIRE(world.daemon.wait_for_errors("the new configuration is in force"));
    CHECK(world.chat().status == 200);
    CHECK(world.proxy.heads().size() == 1);
    REQUIRE(second.heads().size() == 1);
    CHECK(second.heads()[0].find("Proxy-Authorization") == std::string::npos);
  }

  TEST_CASE("a proxy of another kind in the environment is a fault that says what to do") {
    const TempDir home;
    DaemonProcess daemon(
        home, encode_config({}, {"https://api.acme.test/v1"}),
        {{"https_proxy", ""}, {"HTTPS_PROXY", "socks5://me:" + std::string(kPass) + "@p:1080"}});
    CHECK(daemon.wait_for_exit() == 2);
    const std::string said = daemon.output() + daemon.errors();
    CHECK(said.find("the proxy that HTTPS_PROXY names must begin with http://") !=
          std::string::npos);
    check_secrets(said);
  }
}

}  // namespace arouter::test
