#include "shared/tokens/token_request.hpp"

#include "shared/base64.hpp"
#include "shared/http/form.hpp"
#include "shared/json_writer.hpp"

namespace arouter {

namespace {

constexpr std::int64_t kAssertionLife_s = 3'600;
constexpr std::string_view kAssertionGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer";

constexpr std::string_view kFields =
    "Content-Type: application/x-www-form-urlencoded\r\n"
    "Accept: application/json\r\n";

void append_unless_empty(std::string& form, std::string_view name, std::string_view value) {
  if (!value.empty()) append_form_field(form, name, value);
}

}  // namespace

TokenRequest client_credentials_request(const OAuth2Client& client, ClientAuth auth) {
  std::string fields(kFields);
  std::string form;
  append_form_field(form, "grant_type", "client_credentials");
  append_unless_empty(form, "scope", client.scope);
  append_unless_empty(form, "audience", client.audience);
  if (auth == ClientAuth::header) {
    const Secret pair(form_encode(client.client_id) + ":" +
                      form_encode(client.client_secret.reveal()));
    fields += "Authorization: Basic " + encode_base64(pair.reveal()) + "\r\n";
  } else {
    append_form_field(form, "client_id", client.client_id);
    append_form_field(form, "client_secret", client.client_secret.reveal());
  }
  return {Secret(std::move(fields)), Secret(std::move(form))};
}

std::string unsigned_assertion(const ServiceAccount& account, std::int64_t now_s) {
  std::string header;
  JsonWriter(header)
      .begin_object()
      .string("alg", "RS256")
      .string("typ", "JWT")
      .string_if("kid", account.key_id)
      .end_object();
  std::string claims;
  JsonWriter(claims)
      .begin_object()
      .string("iss", account.client_email)
      .string("scope", account.scope)
      .string("aud", account.token_url)
      .number("iat", now_s)
      .number("exp", now_s + kAssertionLife_s)
      .end_object();
  return encode_base64url(header) + "." + encode_base64url(claims);
}

TokenRequest assertion_request(std::string_view unsigned_assertion, std::string_view signature) {
  std::string form;
  append_form_field(form, "grant_type", kAssertionGrant);
  append_form_field(form, "assertion",
                    std::string(unsigned_assertion) + "." + encode_base64url(signature));
  return {Secret(std::string(kFields)), Secret(std::move(form))};
}

}  // namespace arouter
