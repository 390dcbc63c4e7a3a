#include "shared/provider.hpp"

#include <algorithm>

#include "shared/json_doc.hpp"
#include "shared/model_pattern.hpp"
#include "shared/secret_source.hpp"

namespace arouter {

namespace {

constexpr std::string_view kGoogleTokens = "https://oauth2.googleapis.com/token";

/// A token endpoint's path may end in '/', which a base URL's does not.
Result<Origin> decode_token_url(std::string_view url) {
  Result<Origin> origin = decode_base_url(url);
  if (origin && url.ends_with('/')) origin->base_path += '/';
  return origin;
}

class CredentialReader {
 public:
  CredentialReader(Provider& provider, std::vector<ConfigFault>& faults)
      : provider_(provider), faults_(faults) {}

  void add_key(const KeyConfig& written) {
    std::optional<Secret> value = fetch(written.secret);
    if (!value) return;
    ProviderKey key{.value = std::move(*value),
                    .weight = written.weight,
                    .name = free_name(written.name),
                    .concurrency = written.concurrency,
                    .requests_per_minute = written.requests_per_minute};
    for (const ModelPattern& pattern : written.models) key.models.push_back(pattern.text);
    provider_.keys.push_back(std::move(key));
  }

  void add_oauth2(const OAuth2Config& written) {
    std::optional<Secret> secret = fetch(written.client_secret);
    const Result<Origin> token = decode_token_url(written.token_url);
    if (!token) fault(written.place, "oauth2.token_url " + token.error().message);
    if (!secret || !token) return;
    provider_.oauth2 = OAuth2Client{*token, written.client_id, std::move(*secret), written.scope,
                                    written.audience};
  }

  void add_service_account(const ServiceAccountConfig& written) {
    const Result<Secret> text = fetch_document(written.source);
    if (!text) return fault(written.source.place, text.error().message);
    Result<ServiceAccount> account = decode_service_account(text->reveal());
    if (!account) return fault(written.source.place, account.error().message);
    account->scope = written.scope;
    provider_.service_account = std::move(*account);
  }

  void add_client_cert(const ClientCertificate& written) {
    if (written.cert_file.empty()) return;
    provider_.client_cert = {path_beside(written.cert_file, written.place.file),
                             path_beside(written.key_file, written.place.file), written.place};
    const Result<void> good = check_private_file(provider_.client_cert.key_file);
    if (!good) fault(written.place, good.error().message);
  }

 private:
  void fault(const SourcePlace& place, std::string message) {
    faults_.push_back({place, std::move(message)});
  }

  std::optional<Secret> fetch(const SecretRef& reference) {
    Result<Secret> secret = fetch_secret(reference);
    if (secret) return std::move(*secret);
    fault(reference.place, secret.error().message);
    return std::nullopt;
  }

  /// `name`, with a number behind it when a key has that name already: two may come from one place.
  std::string free_name(const std::string& name) const {
    const auto taken = [&](const std::string& wanted) {
      return std::any_of(provider_.keys.begin(), provider_.keys.end(),
                         [&](const ProviderKey& key) { return key.name == wanted; });
    };
    std::string free = name;
    for (int number = 2; taken(free); ++number) free = name + " (" + std::to_string(number) + ")";
    return free;
  }

  /// Errors: bad_request; nothing of the document is told.
  static Result<ServiceAccount> decode_service_account(std::string_view text) {
    const auto wrong = [](const std::string& what) {
      return client_error(ErrorKind::bad_request, "the service account " + what);
    };
    const Result<JsonDoc> doc = JsonDoc::read(text);
    if (!doc || !doc->root().is_object()) return wrong("is no JSON object");
    const JsonItem root = doc->root();
    ServiceAccount account;
    account.client_email = root["client_email"].text();
    account.key_id = root["private_key_id"].text();
    account.private_key = Secret(root["private_key"].text());
    account.token_url = root["token_uri"].text();
    if (account.token_url.empty()) account.token_url = kGoogleTokens;
    if (account.client_email.empty()) return wrong("has no client_email");
    if (account.private_key.reveal().find("-----BEGIN ") == std::string_view::npos) {
      return wrong("has no private_key in PEM form");
    }
    const Result<Origin> token = decode_token_url(account.token_url);
    if (!token) return wrong("has a token_uri that " + token.error().message);
    if (!token->tls && !is_loopback(token->host)) return wrong("has a token_uri without https");
    account.token = *token;
    return account;
  }

  Provider& provider_;
  std::vector<ConfigFault>& faults_;
};

}  // namespace

bool ProviderKey::serves(std::string_view model) const {
  return models.empty() || std::any_of(models.begin(), models.end(), [&](const auto& pattern) {
           return matches_pattern(pattern, model);
         });
}

bool Provider::speaks(const Format* format) const {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

bool Provider::needs_caller_key() const {
  return byok && keys.empty() && !oauth2 && !service_account;
}

void fetch_credentials(const ProviderConfig& written, Provider& provider,
                       std::vector<ConfigFault>& faults) {
  CredentialReader reader(provider, faults);
  for (const KeyConfig& key : written.keys) reader.add_key(key);
  if (written.oauth2) reader.add_oauth2(*written.oauth2);
  if (written.service_account) reader.add_service_account(*written.service_account);
  reader.add_client_cert(written.client_cert);
}

}  // namespace arouter
