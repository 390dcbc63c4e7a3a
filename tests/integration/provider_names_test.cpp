// Host names of providers: what becomes of a request whose provider's name leads nowhere, or where
// nobody may go.
#include <doctest/doctest.h>

#include <csignal>

#include "tests/integration/answers.hpp"
#include "tests/integration/fake_dns.hpp"
#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

constexpr Ipv4Bytes kHere{127, 0, 0, 1}, kMetadata{169, 254, 169, 254};
constexpr std::string_view kShared =
    R"({"model":"maker/shared","messages":[],"provider":{"order":["named","acme"]}})";
constexpr std::string_view kNamed = R"({"model":"named/model-a","messages":[]})";

/// A provider that is called by its name, and acme by its address. One loop, so that every request
/// meets the same names.
struct NamedWorld {
  explicit NamedWorld(int connect_ms = 5'000)
      : daemon(home, config(connect_ms), {}, dns.launcher(home)) {
    must_listen(daemon);
    named.always(Script().send(json_answer(200, chat_body("named"))));
    acme.always(Script().send(json_answer(200, chat_body("acme"))));
  }

  std::string config(int connect_ms) const {
    const std::string model =
        "[[provider.model]]\nid = \"model-a\"\npricing = { prompt = \"0\", completion = \"0\" }\n";
    return "[server]\nlisten = [\"127.0.0.1:0\"]\nworkers = 1\n" +
           ("[[provider]]\nname = \"named\"\nbase_url = \"http://api.named.test:" +
            std::to_string(named.port())) +
           "/v1\"\nbreaker = { failures = 0 }\ntimeouts = { connect_ms = " +
           std::to_string(connect_ms) + " }\n" + model +
           "[[provider]]\nname = \"other\"\nbase_url = \"http://api.other.test:" +
           std::to_string(named.port()) + "/v1\"\ntimeouts = { connect_ms = 4000 }\n" + model +
           "[[provider]]\nname = \"acme\"\nbase_url = \"" + acme.base_url() + "\"\n" + model +
           "[[model]]\nid = \"maker/shared\"\nendpoints = [\n" +
           "  { provider = \"named\", model = \"model-a\" },\n" +
           "  { provider = \"acme\", model = \"model-a\" },\n]\n";
  }
  std::string request(std::string_view body) const {
    return post(daemon.port(), kChatPath, daemon.key(), body);
  }
  RawResponse chat(std::string_view body) const { return call(daemon.port(), request(body)); }

  TempDir home;
  FakeDns dns;
  FakeProvider named, acme;
  DaemonProcess daemon;
};

bool is_skipped() {
  if (FakeDns::may_run()) return false;
  MESSAGE("skipped: it takes root to be a name server");
  return true;
}

}  // namespace

TEST_SUITE("provider_names") {
  TEST_CASE("a name that leads nowhere is told as that, and another provider is asked") {
    if (is_skipped()) return;
    using Kind = DnsAnswer::Kind;
    for (const Kind kind : {Kind::no_such_name, Kind::server_failure, Kind::silence}) {
      CAPTURE(static_cast<int>(kind));
      NamedWorld world(300);
      world.dns.says({.kind = kind});
      const RawResponse lost = world.chat(kNamed);
      CHECK(lost.status == 502);
      CHECK(error_code_of(lost) == "upstream_dns");
      CHECK(error_source_of(lost) == "named");
      CHECK(world.chat(kShared).field("x-arouter-provider") == "acme");
      CHECK(world.named.connections() == 0);
      // What failed is not remembered.
      world.dns.says({.addresses = {kHere}});
      CHECK(ask_until([&] { return world.chat(kNamed).status == 200; }));
    }
  }

  TEST_CASE("a name that is being looked up holds up nobody else") {
    if (is_skipped()) return;
    NamedWorld world;
    const Gate answered;
    world.dns.says({.addresses = {kHere}});
    world.dns.waits_for(answered);
    RawClient waiting(world.daemon.port());
    waiting.send(world.request(kNamed));
    REQUIRE(world.dns.wait_for_question());
    CHECK(world.chat(R"({"model":"acme/model-a","messages":[]})").status == 200);
    answered.open();
    CHECK(waiting.read_response().status > 0);
    CHECK(ask_until([&] { return world.chat(kNamed).status == 200; }));
  }

  TEST_CASE("a name that no name server answers for holds up no other name") {
    if (is_skipped()) return;
    NamedWorld world(600'000);
    world.dns.says({.kind = DnsAnswer::Kind::silence});
    RawClient waiting(world.daemon.port());
    waiting.send(world.request(kNamed));
    REQUIRE(world.dns.wait_for_question());
    world.dns.says({.addresses = {kHere}});
    CHECK(world.chat(R"({"model":"other/model-a","messages":[]})").status == 200);
    // The first request is not over yet: the system waits a second for its name.
    const std::vector<Row> rows = wait_for_rows(state_of(world.home), 1);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].at("provider") == "other");
    // A look-up that hangs does not keep the daemon either.
    world.daemon.signal(SIGTERM);
    world.daemon.signal(SIGTERM);
    CHECK(world.daemon.wait_for_exit() == 0);
  }

  TEST_CASE("a name is asked for once, however many connections are made") {
    if (is_skipped()) return;
    NamedWorld world;
    world.named.always(Script().send(json_answer(200, chat_body("named"))).close());
    world.dns.says({.addresses = std::vector<Ipv4Bytes>(25, kHere)});
    for (int i = 0; i < 5; ++i) CHECK(world.chat(kNamed).status == 200);
    CHECK(world.named.connections() == 5);
    CHECK(world.dns.questions() == 1);
  }

  TEST_CASE("a name that leads to a metadata address is not followed there") {
    if (is_skipped()) return;
    {
      NamedWorld world;
      world.dns.says({.addresses = {kMetadata}});
      const RawResponse refused = world.chat(kNamed);
      CHECK(refused.status == 502);
      CHECK(error_code_of(refused) == "upstream_dns");
      CHECK(error_of(refused).value("message", "").find("never allowed") != std::string::npos);
      CHECK(world.chat(kShared).field("x-arouter-provider") == "acme");
    }
    NamedWorld both;
    both.dns.says({.addresses = {kMetadata, kHere}});
    CHECK(both.chat(kNamed).status == 200);
  }
}

}  // namespace arouter::test
