#include "shared/proxy.hpp"
#include "shared/choose_proxy.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

namespace arouter {

namespace {

Origin origin_of(const std::string& url) {
  const Result<Origin> origin = decode_base_url(url);
  REQUIRE(origin.has_value());
  return *origin;
}

/// "host port authorization", or what is wrong.
std::string decoded(std::string_view url) {
  const Result<Proxy> proxy = decode_proxy(url);
  if (!proxy) return proxy.error().message;
  return proxy->origin.host + " " + std::to_string(proxy->origin.port) + " " +
         std::string(proxy->authorization.reveal());
}

/// The host of the proxy that the variables name for `url`, "" for none, or what is wrong.
std::string found(const std::string& url, const ProxyVariables& variables) {
  const Result<std::optional<Proxy>> proxy = find_proxy(origin_of(url), variables);
  if (!proxy) return proxy.error().message;
  return *proxy ? (*proxy)->origin.host : "";
}

ProxyVariables variables(const char* https, const char* http, const char* all,
                         const char* no_proxy = "") {
  return {.https = {"HTTPS_PROXY", Secret(https)},
          .http = {"http_proxy", Secret(http)},
          .all = {"ALL_PROXY", Secret(all)},
          .no_proxy = no_proxy};
}

}  // namespace

TEST_SUITE("outgoing proxies") {
  TEST_CASE("a proxy is a host, a port, and perhaps a user") {
    CHECK(decoded("http://proxy.example:3128") == "proxy.example 3128 ");
    CHECK(decoded("HTTP://Proxy.Example/") == "proxy.example 80 ");
    CHECK(decoded("proxy.example:8080") == "proxy.example 8080 ");
    CHECK(decoded("http://[::1]:3128") == "::1 3128 ");
    CHECK(decoded("http://me:pass@proxy.example:1") == "proxy.example 1 Basic bWU6cGFzcw==");
    CHECK(decoded("http://me@proxy.example:1") == "proxy.example 1 Basic bWU6");
    CHECK(decoded("http://m%40e:p%3A%2f%25@10.0.0.1:1") == "10.0.0.1 1 Basic bUBlOnA6LyU=");
  }

  TEST_CASE("what is wrong with a proxy is told without its password") {
    for (const std::string url :
         {"https://me:SECRET@proxy.example", "socks5://me:SECRET@proxy.example:1080",
          "http://me:SECRET@", "http://me:SECRET@proxy.example:0", "http://me:SECRET@a b",
          "http://me:SECRET@proxy.example/path", "http://me:SECRET@proxy.example?q",
          "http://me:SECRET%zz@proxy.example", "http://me:SECRET%0d%0a@proxy.example",
          "http://a%3ab:SECRET@proxy.example", "http://me:SECRET@169.254.169.254",
          "http://me:SECRET@metadata.google.internal", "http://me:SECRET/x@[::1"}) {
      CAPTURE(url);
      const Result<Proxy> proxy = decode_proxy(url);
      REQUIRE(!proxy.has_value());
      CHECK(proxy.error().message.find("SECRET") == std::string::npos);
    }
    CHECK(decoded("socks5://proxy.example") ==
          "must begin with http://: no other kind of proxy is spoken to");
  }

  TEST_CASE("each scheme has its variable, and ALL_PROXY stands in") {
    const ProxyVariables each = variables("http://s", "http://p", "http://a");
    CHECK(found("https://api.example", each) == "s");
    CHECK(found("http://api.example", each) == "p");
    CHECK(found("https://api.example", variables("", "http://p", "http://a")) == "a");
    CHECK(found("http://api.example", variables("http://s", "", "http://a")) == "a");
    CHECK(found("http://api.example", variables("http://s", "", "")).empty());
    CHECK(found("https://api.example", {}).empty());
  }

  TEST_CASE("a proxy that cannot be spoken to is an error that names its variable") {
    CHECK(found("https://api.example", variables("", "", "socks5://me:SECRET@p")) ==
          "the proxy that ALL_PROXY names must begin with http://: no other kind of proxy is "
          "spoken to");
    // Nobody needs it.
    CHECK(found("http://127.0.0.1:1", variables("", "", "socks5://p")).empty());
    CHECK(found("https://api.example", variables("", "", "socks5://p", "*")).empty());
  }

  TEST_CASE("this machine is never reached through a proxy") {
    const ProxyVariables all = variables("", "", "http://a");
    for (const char* url : {"http://localhost:1", "https://api.localhost", "http://127.9.9.9",
                            "https://[::1]:8443", "http://[::ffff:127.0.0.1]"}) {
      CAPTURE(url);
      CHECK(found(url, all).empty());
    }
  }

  TEST_CASE("NO_PROXY names hosts, their domains, addresses, networks and ports") {
    const auto is_named = [](const char* list, const char* url) {
      return is_exempt(list, origin_of(url));
    };
    for (const char* list :
         {"*", "api.acme.example", "acme.example", ".acme.example", "ACME.example", "acme.example.",
          "x, acme.example", "x acme.example", ",,x,\tacme.example", "acme.example:443"}) {
      CAPTURE(list);
      CHECK(is_named(list, "https://api.acme.example"));
    }
    for (const char* list : {"", ",", ".", "cme.example", "pi.acme.example", "acme", "*.example",
                             "acme.example:80", "acme.example:", "api.acme.example.org"}) {
      CAPTURE(list);
      const bool without_port = std::string_view(list) == "acme.example:";
      CHECK(is_named(list, "https://api.acme.example") == without_port);
    }
    for (const char* list : {"10.1.2.3", "10.0.0.0/8", "10.1.2.0/23", "10.1.2.3/32", "0.0.0.0/0",
                             "::ffff:10.1.2.3", "10.1.2.3:8080"}) {
      CAPTURE(list);
      CHECK(is_named(list, "http://10.1.2.3:8080"));
    }
    for (const char* list :
         {"10.1.2.4", "10.1.2.2/32", "10.1.4.0/23", "11.0.0.0/8", "10.0.0.0/33", "10.0.0.0/",
          "10.0.0.0/x", "10.0.0.0/-1", "/8", "2.3", ".3", "10.1.2.3:80", "::/0", "example/8"}) {
      CAPTURE(list);
      CHECK(!is_named(list, "http://10.1.2.3:8080"));
    }
    for (const char* list :
         {"fd00::1", "[fd00::1]", "[fd00::1]:8080", "FD00:0::1", "fd00::/8", "fd00::/127"}) {
      CAPTURE(list);
      CHECK(is_named(list, "http://[fd00::1]:8080"));
    }
    for (const char* list : {"fd00::2", "[fd00::1]:80", "fe00::/8", "fd00::2/127", "0.0.0.0/0"}) {
      CAPTURE(list);
      CHECK(!is_named(list, "http://[fd00::1]:8080"));
    }
  }

  TEST_CASE("variables are read in lower case first, HTTP_PROXY never, and empty ones are none") {
    const auto clear = [] {
      for (const char* name : {"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY",
                               "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
        ::unsetenv(name);
      }
    };
    clear();
    ::setenv("HTTP_PROXY", "http://cgi", 1);
    ::setenv("HTTPS_PROXY", "http://upper", 1);
    ::setenv("ALL_PROXY", "http://all", 1);
    ::setenv("NO_PROXY", "upper.example", 1);
    ProxyVariables read = read_proxy_variables();
    CHECK(read.http.value.empty());
    CHECK(read.https.name == "HTTPS_PROXY");
    CHECK(read.https.value.reveal() == "http://upper");
    CHECK(read.all.value.reveal() == "http://all");
    CHECK(read.no_proxy == "upper.example");
    ::setenv("https_proxy", "http://lower", 1);
    ::setenv("all_proxy", "", 1);
    ::setenv("no_proxy", "lower.example", 1);
    read = read_proxy_variables();
    CHECK(read.https.name == "https_proxy");
    CHECK(read.https.value.reveal() == "http://lower");
    CHECK(read.all.name == "ALL_PROXY");
    CHECK(read.no_proxy == "lower.example");
    clear();
  }
}

}  // namespace arouter
