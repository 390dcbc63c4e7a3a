#include "daemon/upstream/provider_state.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <fstream>
#include <iterator>

#include "daemon/upstream/assertion.hpp"
#include "daemon/upstream/token_source.hpp"

namespace arouter::daemon {

namespace {

namespace ssl = boost::asio::ssl;

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return std::string(digest.begin(), digest.begin() + size);
}

/// Tells a file that was replaced under its name.
std::string digest_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return digest_of(bytes);
}

std::string place_of(const Provider& provider) {
  const Origin& origin = provider.origin;
  std::string place =
      (origin.tls ? "https " : "http ") + origin.host + " " + std::to_string(origin.port);
  // The key's file is no part of it: another key needs another certificate.
  for (const std::string* file : {&provider.ca_file, &provider.client_cert.cert_file}) {
    place += " " + *file;
    if (!file->empty()) place += " " + digest_of_file(*file);
  }
  if (provider.proxy) {
    place += " " + provider.proxy->origin.host_header + " " +
             digest_of(provider.proxy->authorization.reveal());
  }
  return place;
}

/// "" when the context shows the provider's client certificate, or has none to show.
std::string load_client_cert(ssl::context& context, const ClientCertificate& certificate) {
  if (certificate.cert_file.empty()) return {};
  // OpenSSL would ask for the password at the terminal.
  SSL_CTX_set_default_passwd_cb(context.native_handle(), [](char*, int, int, void*) { return 0; });
  boost::system::error_code failure;
  context.use_certificate_chain_file(certificate.cert_file, failure);
  if (failure) {
    return "client_cert.cert_file '" + certificate.cert_file + "' holds no usable certificate";
  }
  context.use_private_key_file(certificate.key_file, ssl::context::pem, failure);
  if (failure) {
    return "client_cert.key_file '" + certificate.key_file +
           "' holds no usable key without a password that belongs to the certificate in '" +
           certificate.cert_file + "'";
  }
  return {};
}

/// Of no use when it comes with faults: a file that the configuration names is no good.
std::shared_ptr<ssl::context> make_tls_context(const Provider& provider, const SourcePlace& place,
                                               std::vector<ConfigFault>& faults) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
  boost::system::error_code failure;
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_options(context->native_handle(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(context->native_handle(), SSL_VERIFY_PEER, nullptr);
  if (provider.ca_file.empty()) {
    context->set_default_verify_paths(failure);
  } else {
    context->load_verify_file(provider.ca_file, failure);
  }
  const std::string of = "provider '" + provider.name + "': ";
  if (failure) {
    faults.push_back(
        {place, of + (provider.ca_file.empty()
                          ? "the system's CA bundle cannot be used"
                          : "ca_file '" + provider.ca_file + "' holds no usable certificate")});
  }
  const std::string why = load_client_cert(*context, provider.client_cert);
  if (!why.empty()) faults.push_back({provider.client_cert.place, of + why});
  ERR_clear_error();  // what other calls of this thread find must be theirs
  return context;
}

/// The provider of that name, when it was at the same place.
const Provider* find_provider(const Runtime* runtime, const std::string& name,
                              const std::string& place) {
  if (runtime == nullptr) return nullptr;
  const Provider* provider = runtime->catalog->find_provider(name);
  return provider != nullptr && runtime->state_of(*provider).place == place ? provider : nullptr;
}

/// A state of its own for the place where `provider` is; what is wrong goes into `faults`.
std::shared_ptr<ProviderState> make_state(const Provider& provider, const SourcePlace& written,
                                          std::vector<ConfigFault>& faults) {
  static std::atomic<std::uint64_t> next_id{1};
  auto state = std::make_shared<ProviderState>();
  state->id = next_id.fetch_add(1, std::memory_order_relaxed);
  state->place = place_of(provider);
  if (provider.origin.tls) state->tls_context = make_tls_context(provider, written, faults);
  return state;
}

/// Null where none are fetched. The source that `previous` has, when its tokens would be the same.
std::shared_ptr<TokenSource> make_token_source(const Provider& provider, const Runtime* previous,
                                               const SourcePlace& written,
                                               std::vector<ConfigFault>& faults) {
  if (!provider.oauth2 && !provider.service_account) return nullptr;
  const Provider endpoint = TokenSource::endpoint_of(provider);
  const Provider* same =
      previous == nullptr ? nullptr : previous->catalog->find_provider(provider.name);
  const std::shared_ptr<TokenSource> before =
      same == nullptr ? nullptr : previous->tokens_of(*same);
  if (before != nullptr && before->serves(provider) &&
      before->state().place == place_of(endpoint)) {
    before->forgive();
    return before;
  }
  if (provider.service_account) {
    const Result<std::string> signed_ = sign_rs256(provider.service_account->private_key, "trial");
    if (!signed_) {
      const std::string why = signed_.error().message;
      faults.push_back({written, "provider '" + provider.name + "': " + why});
    }
  }
  return std::make_shared<TokenSource>(provider, make_state(endpoint, written, faults));
}

using EndpointIndex = std::unordered_map<std::string_view, std::size_t>;

/// Where in the tables each endpoint has its row.
EndpointIndex index_endpoints(const Catalog& catalog) {
  EndpointIndex index;
  for (const Model& model : catalog.models) {
    for (const Endpoint& endpoint : model.endpoints) {
      index.emplace(endpoint.identity, endpoint.index);
    }
  }
  return index;
}

void keep_endpoints(Runtime& runtime, const Runtime* previous) {
  runtime.endpoints.resize(runtime.catalog->endpoint_count);
  const EndpointIndex before =
      previous == nullptr ? EndpointIndex() : index_endpoints(*previous->catalog);
  for (const auto& [identity, index] : index_endpoints(*runtime.catalog)) {
    const auto same = before.find(identity);
    if (same != before.end()) runtime.endpoints[index] = previous->endpoints[same->second];
  }
  for (auto& endpoint : runtime.endpoints) {
    if (endpoint == nullptr) endpoint = std::make_shared<EndpointHealth>();
  }
}

}  // namespace

ProviderLease::ProviderLease(ProviderState& state, std::uint32_t limit) {
  const std::uint32_t before = state.running.fetch_add(1, std::memory_order_relaxed);
  if (limit == 0 || before < limit) {
    state_ = &state;
  } else {
    state.running.fetch_sub(1, std::memory_order_relaxed);
  }
}

ProviderLease& ProviderLease::operator=(ProviderLease&& other) noexcept {
  if (this != &other) {
    give_back();
    state_ = std::exchange(other.state_, nullptr);
  }
  return *this;
}

void ProviderLease::give_back() noexcept {
  if (state_ != nullptr) state_->running.fetch_sub(1, std::memory_order_relaxed);
  state_ = nullptr;
}

EndpointFare Runtime::fare_of(const Endpoint& endpoint, SteadyTime now) const {
  EndpointFare fare{.condition = health_of(endpoint).condition(false, now),
                    .window = health_of(endpoint).window()};
  fare.condition.open = health_of(*endpoint.provider).is_open(endpoint.model, now);
  return fare;
}

RuntimeOutcome build_runtime(std::shared_ptr<const Catalog> catalog, const Runtime* previous) {
  RuntimeOutcome outcome;
  auto runtime = std::make_shared<Runtime>();
  for (const auto& provider : catalog->providers) {
    const std::string place = place_of(*provider);
    const Provider* const same = find_provider(previous, provider->name, place);
    // Behind another path of one host another service answers; connections know no path.
    const bool is_well_known =
        same != nullptr && same->origin.base_path == provider->origin.base_path;
    runtime->providers.push_back(std::make_shared<ProviderHealth>(
        *provider, is_well_known ? &previous->health_of(*same) : nullptr));
    std::shared_ptr<ProviderState> state =
        same == nullptr ? nullptr : previous->states[same->index];
    const SourcePlace& written = catalog->config.providers[provider->index].place;
    if (state == nullptr) state = make_state(*provider, written, outcome.faults);
    runtime->states.push_back(std::move(state));
    runtime->tokens.push_back(make_token_source(*provider, previous, written, outcome.faults));
  }
  runtime->catalog = std::move(catalog);
  keep_endpoints(*runtime, previous);
  if (outcome.faults.empty()) outcome.runtime = std::move(runtime);
  return outcome;
}

}  // namespace arouter::daemon
