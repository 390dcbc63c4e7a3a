#include "daemon/edge/routes.hpp"

#include <doctest/doctest.h>

#include <string>

namespace arouter::daemon {

namespace {

std::string name_of(std::string_view path) {
  return std::string(find_route(path).name);
}

}  // namespace

TEST_SUITE("routes") {
  TEST_CASE("every way to write the version leads to the same routes") {
    for (const std::string base :
         {"", "/v1", "/v1/v1", "/api/v1", "/openai", "/openai/v1", "/v1/openai"}) {
      CAPTURE(base);
      const RouteMatch chat = find_route(base + "/chat/completions");
      CHECK(chat.id == RouteId::chat_completions);
      CHECK(chat.name == "chat.completions");
      CHECK(chat.tail == "");
      CHECK(chat.mirror == (base == "/api/v1"));
      CHECK(find_route(base + "/models").id == RouteId::models);
      const std::string model = base + "/models/acme/m%2F1";
      CHECK(find_route(model).id == RouteId::model);
      CHECK(find_route(model).tail == "acme/m%2F1");
      CHECK(find_route(model).mirror == (base == "/api/v1"));
    }
  }

  TEST_CASE("what has no version stands at one place") {
    CHECK(find_route("/healthz").id == RouteId::healthz);
    CHECK(find_route("/api/usage/summary").id == RouteId::usage_summary);
    CHECK(!find_route("/api/usage/summary").mirror);
    CHECK(name_of("/v1/healthz") == "");
    CHECK(name_of("/api/v1/usage/summary") == "");
  }

  TEST_CASE("a model's name may look like anything") {
    CHECK(find_route("/v1/models/v1/models").tail == "v1/models");
    CHECK(find_route("/v1/models//").tail == "/");
    CHECK(find_route("/models/chat/completions").tail == "chat/completions");
    CHECK(find_route("/v1/models/..").tail == "..");
  }

  TEST_CASE("paths that are near a route are none") {
    for (const std::string path : {"",
                                   "/",
                                   "/v1",
                                   "/v1/",
                                   "/v1/models/",
                                   "/v1/Models",
                                   "/V1/models",
                                   "/v1//models",
                                   "/v1models",
                                   "/v1/modelsx",
                                   "/v1/chat/completions/",
                                   "/v1/chat",
                                   "v1/models",
                                   "/v1/v1/v1/models",
                                   "/v2/models",
                                   "/v1beta/models",
                                   "/api/models",
                                   "/healthz/",
                                   "/healthzz",
                                   "/xhealthz",
                                   "/api/v1",
                                   "/api/v1/v1/models",
                                   "/v1/chat%2Fcompletions",
                                   "/openai/v1/v1/models",
                                   "/openai/openai/models"}) {
      CAPTURE(path);
      const RouteMatch route = find_route(path);
      CHECK(route.id == RouteId::none);
      CHECK(route.name == "");
      CHECK(!takes_method(route, "GET"));
    }
  }

  TEST_CASE("a route takes its methods, in upper case, and no others") {
    const RouteMatch chat = find_route("/v1/chat/completions");
    CHECK(takes_method(chat, "POST"));
    CHECK(takes_method(chat, "OPTIONS"));
    for (const std::string method : {"GET", "HEAD", "PUT", "DELETE", "PATCH", "POS", "POST,", ""}) {
      CAPTURE(method);
      CHECK(!takes_method(chat, method));
    }
    for (const std::string path :
         {"/v1/models", "/v1/models/a", "/healthz", "/api/usage/summary"}) {
      CAPTURE(path);
      const RouteMatch route = find_route(path);
      CHECK(takes_method(route, "GET"));
      CHECK(takes_method(route, "HEAD"));
      CHECK(takes_method(route, "OPTIONS"));
      CHECK(!takes_method(route, "POST"));
    }
  }

  TEST_CASE("a path without a route is told the nearest one") {
    CHECK(nearest_route("/v1/chat/completion") == "/v1/chat/completions");
    CHECK(nearest_route("/v1/model") == "/v1/models");
    CHECK(nearest_route("/health") == "/healthz");
    CHECK(nearest_route("/api/usage/sumary") == "/api/usage/summary");
    CHECK(nearest_route("/something/else/altogether") == "");
    CHECK(nearest_route(std::string(1'000'000, '/')) == "");
    CHECK(nearest_route("") == "");
  }
}

}  // namespace arouter::daemon
