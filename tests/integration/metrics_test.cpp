// GET /metrics as Prometheus reads it.
#include <doctest/doctest.h>
#include <signal.h>

#include <set>
#include <sstream>

#include "tests/integration/world.hpp"

namespace arouter::test {

namespace {

RawResponse scrape(const World& world) {
  return call(world.daemon.port(), get(world.daemon.port(), "/metrics", world.daemon.key()));
}

bool holds(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

/// What breaks the format: a sample outside its family, a family or a series that comes twice.
std::string fault_of(const std::string& text) {
  std::set<std::string> families, series;
  std::string family, line;
  std::istringstream lines(text);
  while (std::getline(lines, line)) {
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      if (!families.insert(family).second) return "twice: " + family;
    } else if (line.starts_with("# TYPE ")) {
      if (!line.starts_with("# TYPE " + family + " ")) return "type of another: " + line;
    } else {
      const std::size_t blank = line.rfind(' ');
      if (blank == line.npos || !line.starts_with(family)) return "stray: " + line;
      if (!series.insert(line.substr(0, blank)).second) return "twice: " + line;
      const std::string value = line.substr(blank + 1);
      if (value.find_first_not_of("0123456789.") != value.npos) return "no number: " + line;
    }
  }
  return text.ends_with('\n') ? "" : "no line end";
}

}  // namespace

TEST_SUITE("metrics") {
  TEST_CASE("before anything was asked the page is there, with every family") {
    const World world;
    const RawResponse page = scrape(world);
    CHECK(page.status == 200);
    CHECK(page.field("content-type") == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(fault_of(page.body) == "");
    CHECK(holds(page.body, "# TYPE arouter_requests_total counter"));
    CHECK(holds(page.body, "# TYPE arouter_first_token_seconds histogram"));
    CHECK(holds(page.body, "arouter_connections 1"));
    CHECK(holds(page.body, "arouter_ledger_trouble 0"));
    CHECK(page.body.find("arouter_build_info{version=\"") != std::string::npos);
    CHECK(page.body.find("arouter_requests_total{") == std::string::npos);
  }

  TEST_CASE("the page wants the key, as every other does, and answers HEAD and OPTIONS") {
    const World world;
    const std::uint16_t port = world.daemon.port();
    CHECK(call(port, get(port, "/metrics", "")).status == 401);
    CHECK(call(port, get(port, "/api/v1/providers", "")).status == 401);
    CHECK(call(port, get(port, "/api/v1/models/acme/model-a/endpoints", "")).status == 401);
    for (const std::string path :
         {"/metrics", "/api/v1/providers", "/api/v1/models/acme/model-a/endpoints"}) {
      CAPTURE(path);
      const std::string rest =
          path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
      RawClient client(port);
      CHECK(
          client.send("HEAD " + rest + "Authorization: Bearer " + world.daemon.key() + "\r\n\r\n"));
      CHECK(client.read_response(true).status == 200);
      CHECK(client.send("OPTIONS " + rest + "\r\n"));
      const RawResponse options = client.read_response();
      CHECK(options.status == 204);
      CHECK(options.field("allow") == "GET, HEAD, OPTIONS");
      CHECK(call(port, post(port, path, world.daemon.key(), "{}")).status == 405);
    }
  }

  TEST_CASE("calls count by provider, configured model and status, their costs exactly") {
    World world;
    world.provider.always(Script().send(json_answer(200, chat_body("well"))));
    for (int i = 0; i < 3; ++i) CHECK(world.chat(chat_json(false)).status == 200);
    for (const std::string model : {"nobody/none-1", "nobody/none-2"}) {
      CHECK(world.chat(R"({"model":")" + model + R"(","messages":[]})").status == 404);
    }
    CHECK(
        call(world.daemon.port(), post(world.daemon.port(), "/acme/v1/chat/completions",
                                       world.daemon.key(), R"({"model":"unlisted","messages":[]})"))
            .status == 200);
    const std::string page = scrape(world).body;
    CHECK(fault_of(page) == "");
    const std::string labels = R"(provider="acme",model="model-a")";
    CHECK(holds(page, "arouter_requests_total{" + labels + R"(,status="200"} 3)"));
    CHECK(holds(page, R"(arouter_requests_total{provider="",model="",status="404"} 2)"));
    CHECK(holds(page, R"(arouter_requests_total{provider="acme",model="",status="200"} 1)"));
    CHECK(holds(page, "arouter_attempts_total{" + labels + R"(,outcome="ok"} 3)"));
    CHECK(holds(page, "arouter_tokens_total{" + labels + R"(,kind="input"} 27)"));
    CHECK(holds(page, "arouter_tokens_total{" + labels + R"(,kind="output"} 15)"));
    CHECK(holds(page, "arouter_cost_usd_total{" + labels + "} 0.000144"));
    CHECK(holds(page, "arouter_request_duration_seconds_count{" + labels + "} 3"));
    CHECK(holds(page, "arouter_first_token_seconds_bucket{" + labels + R"(,le="+Inf"} 3)"));
    CHECK(page.find("unlisted") == std::string::npos);
    CHECK(page.find("none-1") == std::string::npos);
    CHECK(page.find("canary") == std::string::npos);
  }

  TEST_CASE("what was counted outlives a reload") {
    World world;
    world.provider.always(Script().send(json_answer(200, chat_body("well"))));
    CHECK(world.chat(chat_json(false)).status == 200);
    world.daemon.signal(SIGHUP);
    REQUIRE(ask_until([&] {
      return world.daemon.errors().find("the new configuration is in force") != std::string::npos;
    }));
    CHECK(world.chat(chat_json(false)).status == 200);
    CHECK(holds(scrape(world).body,
                R"(arouter_requests_total{provider="acme",model="model-a",status="200"} 2)"));
  }
}

}  // namespace arouter::test
