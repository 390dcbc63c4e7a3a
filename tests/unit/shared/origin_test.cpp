#include "shared/origin.hpp"

#include <doctest/doctest.h>

namespace arouter {

TEST_SUITE("origin") {
  TEST_CASE("a base URL is split once, ready to be sent") {
    const Origin plain = *decode_base_url("https://api.Acme.example/v1/");
    CHECK(plain.tls);
    CHECK(plain.host == "api.acme.example");
    CHECK(plain.port == 443);
    CHECK(plain.host_header == "api.acme.example");
    CHECK(plain.base_path == "/v1");

    const Origin local = *decode_base_url("http://[::1]:8080");
    CHECK_FALSE(local.tls);
    CHECK(local.host == "::1");
    CHECK(local.host_header == "[::1]:8080");
    CHECK(local.base_path == "");

    CHECK(decode_base_url("http://h:80")->host_header == "h");
    CHECK(decode_base_url("https://h:80//")->host_header == "h:80");
    CHECK(decode_base_url("https://api.groq.com/openai/v1")->base_path == "/openai/v1");
    CHECK(decode_base_url("http://192.168.1.7:1/v1")->host == "192.168.1.7");
  }

  TEST_CASE("what is no base URL is refused") {
    for (const char* url : {
             "",
             "acme.example",
             "https://acme.example/v1/chat/completions",
             "https://acme.example/chat/completions/",
             "ftp://acme.example",
             "file:///etc/passwd",
             "HTTPS://acme.example",
             "https://",
             "https:///v1",
             "https://user@acme.example",
             "https://user:secret@acme.example",
             "https://acme.example?x=1",
             "https://acme.example#x",
             "https://acme.example/#x",
             "https://acme.example:0",
             "https://acme.example:65536",
             "https://acme.example:",
             "https://acme.example:80a",
             "https://acme.example:-1",
             "https://acme.example:1:2",
             "https://::1/v1",
             "https://[::1",
             "https://[::1]x",
             "https://[acme]/v1",
             "https://[fe80::1%25eth0]/",
             "https://ac me.example",
             "https://acme.example/a b",
             "https://acme.example/a\r\nHost: x",
             "https://acme.example/../x",
             "https://acme.example/a/./b",
             "https://acme.example/a//b",
             "https://acme.example/%2e%2e",
             "https://acme.example\\@evil.example",
             "https://acm\xC3\xA9.example",
             "https://acme..example",
             "https://.acme.example",
             "https://acme.example.",
             "https://-acme.example",
             "http://127.1/v1",
             "http://2130706433/",
             "http://0x7f000001/",
             "http://0177.0.0.1/",
             "http://127.0.0.1.5/",
         }) {
      CAPTURE(url);
      CHECK(decode_base_url(url).has_error());
    }
  }

  TEST_CASE("link-local and metadata addresses are refused in every spelling") {
    for (const char* host : {
             "169.254.169.254",
             "169.254.0.1",
             "[fe80::1]",
             "[febf::1]",
             "[::ffff:169.254.169.254]",
             "[::ffff:a9fe:a9fe]",
             "[64:ff9b::a9fe:a9fe]",
             "[fd00:ec2::254]",
             "100.100.100.200",
             "168.63.129.16",
             "metadata.google.internal",
             "Metadata.Google.Internal",
             "0.0.0.0",
             "[::]",
             "224.0.0.1",
             "255.255.255.255",
             "[ff02::1]",
         }) {
      CAPTURE(host);
      CHECK(decode_base_url("http://" + std::string(host) + "/v1").has_error());
    }
    for (const char* host : {"10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "[fd12::1]"}) {
      CAPTURE(host);
      CHECK(decode_base_url("http://" + std::string(host) + "/v1").has_value());
    }
  }

  TEST_CASE("loopback is judged by the address, not by how it looks") {
    for (const char* host : {"localhost", "app.localhost", "127.0.0.1", "127.255.255.254", "::1",
                             "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"}) {
      CAPTURE(host);
      CHECK(is_loopback(host));
    }
    for (const char* host :
         {"", "127.evil.example", "localhost.evil.example", "xlocalhost", "128.0.0.1", "::2",
          "::ffff:10.0.0.1", "0.0.0.0", "::", "127.0.0.1:80", "127.0.0.1x"}) {
      CAPTURE(host);
      CHECK_FALSE(is_loopback(host));
    }
    CHECK_FALSE(is_loopback(std::string(100'000, '1')));
    CHECK_FALSE(is_loopback(std::string_view("127.0.0.1\0.evil.example", 23)));
  }

  TEST_CASE("a listener is an address and a port") {
    CHECK(decode_listen("127.0.0.1:18080")->port == 18080);
    CHECK(decode_listen("127.0.0.1:0")->port == 0);
    CHECK(decode_listen("[::1]:65535")->host == "::1");
    CHECK(decode_listen("0.0.0.0:80")->host == "0.0.0.0");
    for (const char* text : {"", ":80", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                             "127.0.0.1:+1", "localhost:80", "::1:80", "[::1]", "[::1]80",
                             "[127.0.0.1]:80", "127.1:80", "127.0.0.1:80 "}) {
      CAPTURE(text);
      CHECK(decode_listen(text).has_error());
    }
  }

  TEST_CASE("a final version is taken off a base path, and nothing else") {
    CHECK(without_api_version("/v1") == "");
    CHECK(without_api_version("/api/v1beta1") == "/api");
    CHECK(without_api_version("/x/v2alpha") == "/x");
    CHECK(without_api_version("/v1beta") == "");
    for (const char* path : {"", "/api", "/v", "/vx", "/v1/x", "/v1.5", "/v1gamma", "/1"}) {
      CAPTURE(path);
      CHECK(without_api_version(path) == path);
    }
  }
}

}  // namespace arouter
