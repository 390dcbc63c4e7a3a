#include "shared/errors/blame.hpp"

#include <doctest/doctest.h>

namespace arouter {

namespace {

Blame of(ErrorKind kind, std::string_view code = {}) {
  Error error = upstream_error(kind, "it broke");
  error.code = code;
  return blame_of(error);
}

}  // namespace

TEST_SUITE("blame") {
  TEST_CASE("what breaks on the way to a provider counts against its endpoint") {
    for (const ErrorKind kind : {ErrorKind::upstream_unreachable, ErrorKind::upstream_timeout,
                                 ErrorKind::upstream_truncated, ErrorKind::upstream_malformed,
                                 ErrorKind::overloaded, ErrorKind::upstream_refused}) {
      CHECK(of(kind) == Blame::endpoint);
    }
    CHECK(of(ErrorKind::upstream_unreachable, "upstream_tls") == Blame::endpoint);
    CHECK(of(ErrorKind::upstream_refused, "upstream_redirect") == Blame::endpoint);
  }

  TEST_CASE("what a key is refused for counts against it") {
    CHECK(of(ErrorKind::upstream_auth) == Blame::credential_revoked);
    CHECK(of(ErrorKind::rate_limited) == Blame::credential_limited);
    CHECK(of(ErrorKind::upstream_refused, kCreditCode) == Blame::credential_limited);
    CHECK(of(ErrorKind::upstream_auth, kProxyAuthCode) == Blame::endpoint);
  }

  TEST_CASE("what no provider can help counts against nobody") {
    CHECK(of(ErrorKind::bad_request, "provider_rejected") == Blame::nobody);
    CHECK(of(ErrorKind::model_not_found) == Blame::nobody);
    CHECK(of(ErrorKind::upstream_refused, kRegionCode) == Blame::nobody);
    CHECK(of(ErrorKind::upstream_refused, kEarlyCode) == Blame::nobody);
    CHECK(of(ErrorKind::upstream_truncated, kCancelledCode) == Blame::nobody);
  }

  TEST_CASE("what a client or arouter did counts against nobody") {
    CHECK(blame_of(client_error(ErrorKind::rate_limited, "slower")) == Blame::nobody);
    CHECK(blame_of(client_error(ErrorKind::request_timeout, "it has left")) == Blame::nobody);
    CHECK(blame_of(internal_error("a bug")) == Blame::nobody);
    CHECK(blame_of(Error{}) == Blame::nobody);
  }

  TEST_CASE("who refused has a name") {
    Error error = client_error(ErrorKind::bad_request, "no");
    CHECK(error_source(error) == "arouter");
    error.provider = "acme";
    CHECK(error_source(error) == "acme");
  }
}

}  // namespace arouter
