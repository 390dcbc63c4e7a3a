#include "daemon/edge/proxy_path.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace arouter::daemon {

namespace {

Catalog catalog_with(const char* name, const char* base_path) {
  Catalog catalog;
  auto provider = std::make_unique<Provider>();
  provider->name = name;
  provider->origin.base_path = base_path;
  catalog.providers.push_back(std::move(provider));
  return catalog;
}

}  // namespace

TEST_SUITE("proxied paths") {
  TEST_CASE("the first segment names the provider, whatever its case") {
    const Catalog catalog = catalog_with("acme", "/v1");
    CHECK(find_proxied("/acme/v1/files", catalog) != nullptr);
    CHECK(find_proxied("/ACME/v1/files", catalog) != nullptr);
    CHECK(find_proxied("/acme/", catalog) != nullptr);
    for (const char* path : {"/acme", "/", "", "/other/v1", "/acme@evil/x", "/acme:80/x",
                             "/acme%2f/x", "//acme/x", "/acmee/x"}) {
      CAPTURE(path);
      CHECK(find_proxied(path, catalog) == nullptr);
    }
  }

  TEST_CASE("what the provider gets is the rest, byte for byte, behind the base without version") {
    const Catalog catalog = catalog_with("acme", "/api/v1");
    const Provider& acme = *catalog.providers.front();
    CHECK(proxied_target(acme, *check_proxied_path("/acme/v1/files/a%20b")) ==
          "/api/v1/files/a%20b");
    CHECK(proxied_target(acme, *check_proxied_path("/acme/other")) == "/api/other");
    CHECK(proxied_target(acme, *check_proxied_path("/acme/")) == "/api/");
    const Catalog plain = catalog_with("acme", "");
    CHECK(proxied_target(*plain.providers.front(), "/v1/x") == "/v1/x");
  }

  TEST_CASE("a path that two readers could understand in two ways is refused") {
    for (const char* path :
         {"/acme/../other", "/acme/./x", "/acme/%2e%2e/x", "/acme/%2E./x", "/acme/..;/x",
          "/acme/.%00./x", "/acme//x", "/acme/x//", "/acme/x.", "/acme/...", "/acme/a%2fb",
          "/acme/a%5Cb", "/acme/a\\b", "/acme/%c0%af", "/acme/%ff", "/acme/%zz", "/acme/x%",
          "/acme/..%3bx/y", "/acme//evil.example/"}) {
      CAPTURE(path);
      const Result<std::string_view> rest = check_proxied_path(path);
      REQUIRE(rest.has_error());
      CHECK(rest.error().code == "bad_path");
    }
  }

  TEST_CASE("ordinary paths pass, doubly encoded ones undecoded") {
    for (const char* rest : {"/v1/models/gemini-2.5:generateContent", "/v1/files/f-1/content",
                             "/x/", "/@evil.example/", "/a%25%32%66b", "/v1/a.b/c%C3%A9"}) {
      CAPTURE(rest);
      const std::string path = std::string("/acme") + rest;
      const Result<std::string_view> checked = check_proxied_path(path);
      REQUIRE(checked.has_value());
      CHECK(*checked == rest);
    }
  }
}

}  // namespace arouter::daemon
