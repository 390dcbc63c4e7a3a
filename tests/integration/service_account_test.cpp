// Tokens for a service account: the assertion as the endpoint that checks it sees it.
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <chrono>

#include "shared/base64.hpp"
#include "shared/http/head.hpp"
#include "tests/integration/answers.hpp"
#include "tests/integration/health_world.hpp"

namespace arouter::test {

namespace {

using KeyPair = std::shared_ptr<EVP_PKEY>;

KeyPair make_rsa_key() {
  return {EVP_RSA_gen(2048), EVP_PKEY_free};
}

std::string private_pem(const KeyPair& key) {
  const std::shared_ptr<BIO> bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string decode_base64url(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return decode_base64(text).value_or("");
}

bool is_signed_by(const KeyPair& key, const std::string& text, const std::string& signature) {
  const std::shared_ptr<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  const auto bytes = [](const std::string& from) {
    return reinterpret_cast<const unsigned char*>(from.data());
  };
  return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(signature), signature.size(), bytes(text),
                          text.size()) == 1;
}

std::string account_json(const std::string& pem, const std::string& token_uri) {
  return nlohmann::json{{"type", "service_account"},
                        {"client_email", "robot@project.example"},
                        {"private_key_id", "k-1"},
                        {"private_key", pem},
                        {"token_uri", token_uri}}
      .dump();
}

std::string account_line(const std::filesystem::path& file) {
  return "service_account = { file = \"" + file.string() + "\" }";
}

/// The parts between the points.
std::vector<std::string> split_assertion(const std::string& assertion) {
  std::vector<std::string> parts(1);
  for (const char c : assertion) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

}  // namespace

TEST_SUITE("service account") {
  TEST_CASE("its assertion is signed, says who asks for what, and is good for an hour") {
    const KeyPair key = make_rsa_key();
    FakeProvider tokens;
    tokens.always(Script().send(
        json_answer(200, R"({"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer"})")));
    const std::string url = tokens.base_url() + "/token";
    TempDir folder;
    const auto file = folder.write("account.json", account_json(private_pem(key), url));
    HealthWorld world({account_line(file) + "\nformat = \"gemini\""});
    FakeProvider& vertex = world.providers[0];
    vertex.always(Script().send(json_answer(200, R"({"models":[]})")));
    const std::string list = get(world.daemon.port(), "/acme/v1beta/models", world.daemon.key());
    CHECK(call(world.daemon.port(), list).status == 200);
    CHECK(call(world.daemon.port(), list).status == 200);
    CHECK(vertex.requests()[0].field("authorization") == "Bearer ya29.x");
    CHECK(vertex.requests()[0].field("x-goog-api-key").empty());

    REQUIRE(tokens.requests().size() == 1);
    const RecordedRequest asked = tokens.requests()[0];
    CHECK(asked.field("authorization").empty());
    constexpr std::string_view kBegin =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    REQUIRE(asked.body.starts_with(kBegin));
    const std::vector<std::string> parts = split_assertion(asked.body.substr(kBegin.size()));
    REQUIRE(parts.size() == 3);
    CHECK(is_signed_by(key, parts[0] + "." + parts[1], decode_base64url(parts[2])));
    CHECK_FALSE(
        is_signed_by(make_rsa_key(), parts[0] + "." + parts[1], decode_base64url(parts[2])));
    const auto header = nlohmann::json::parse(decode_base64url(parts[0]));
    CHECK(header == nlohmann::json{{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "k-1"}});
    const auto claims = nlohmann::json::parse(decode_base64url(parts[1]));
    CHECK(claims["iss"] == "robot@project.example");
    CHECK(claims["scope"] == "https://www.googleapis.com/auth/cloud-platform");
    CHECK(claims["aud"] == url);
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    CHECK(claims["iat"].get<std::int64_t>() <= now);
    CHECK(claims["iat"].get<std::int64_t>() > now - 60);
    CHECK(claims["exp"].get<std::int64_t>() == claims["iat"].get<std::int64_t>() + 3'600);
  }

  TEST_CASE("a private key that cannot sign is a fault of the configuration") {
    const std::shared_ptr<EVP_PKEY> curve(EVP_EC_gen("P-256"), EVP_PKEY_free);
    struct Row {
      std::string pem;
      const char* words;
    };
    for (const Row& row :
         {Row{"-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n",
              "the private key of the service account cannot be read"},
          {private_pem(curve), "the private key of the service account is no RSA key"}}) {
      CAPTURE(row.words);
      TempDir home;
      const auto file =
          home.write("account.json", account_json(row.pem, "https://oauth2.example/token"));
      DaemonProcess daemon(home,
                           "[[provider]]\nname = \"vertex\"\nbase_url = "
                           "\"https://vertex.example/v1\"\n" +
                               account_line(file) + "\n");
      CHECK(daemon.wait_for_exit() == 2);
      CHECK(daemon.errors().find("provider 'vertex': " + std::string(row.words)) !=
            std::string::npos);
      CHECK(daemon.errors().find("bm90") == std::string::npos);
    }
  }

  TEST_CASE("a token endpoint in clear text beyond this machine is refused") {
    TempDir home;
    const auto file = home.write(
        "account.json", account_json(private_pem(make_rsa_key()), "http://oauth2.example/token"));
    DaemonProcess account(home,
                          "[[provider]]\nname = \"vertex\"\nbase_url = "
                          "\"https://vertex.example/v1\"\n" +
                              account_line(file) + "\n");
    CHECK(account.wait_for_exit() == 2);
    CHECK(account.errors().find("token_uri without https") != std::string::npos);
    DaemonProcess client(home,
                         "[[provider]]\nname = \"cloud\"\nbase_url = \"https://cloud.example/v1\"\n"
                         "oauth2 = { token_url = \"http://login.example/token\", client_id = "
                         "\"me\", client_secret = { value = \"s\" } }\n");
    CHECK(client.wait_for_exit() == 2);
    CHECK(client.errors().find("would carry a secret in clear text: use https") !=
          std::string::npos);
  }
}

}  // namespace arouter::test
