#include "cli/models/fetch_offers.hpp"

#include "cli/client.hpp"
#include "cli/server.hpp"
#include "shared/choose_proxy.hpp"
#include "shared/formats/format.hpp"
#include "shared/formats/registry.hpp"
#include "shared/http/query.hpp"
#include "shared/origin.hpp"
#include "shared/provider.hpp"
#include "shared/secret_source.hpp"

namespace arouter {

namespace {

constexpr int kMostPages = 100;

Error refused(std::string message) {
  return client_error(ErrorKind::bad_request, std::move(message));
}

/// "Authorization: Bearer " or "x-api-key: " with what follows it.
Client with_line(const Client& client, std::string_view line, std::string_view value) {
  const std::size_t colon = line.find(':');
  std::string_view rest = line.substr(colon + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  while (rest.ends_with('\n') || rest.ends_with('\r')) rest.remove_suffix(1);
  return client.with_field(std::string(line.substr(0, colon)),
                           Secret(std::string(rest) + std::string(value)));
}

/// Below the base URL, which has a version or has none, as the provider's documentation gives it.
std::string list_path(const ProviderConfig& provider, const std::string& base_path) {
  const bool is_gemini = provider.format == "gemini";
  if (!is_gemini && provider.format != "anthropic") return "/models";
  const bool has_version = without_api_version(base_path).size() < base_path.size();
  return has_version ? "/models" : is_gemini ? "/v1beta/models" : "/v1/models";
}

std::string page_path(const std::string& path, const std::string& format, const std::string& next) {
  if (format == "gemini") {
    return path + "?pageSize=1000" + (next.empty() ? "" : "&pageToken=" + percent_encode(next));
  }
  if (format == "anthropic") {
    return path + "?limit=1000" + (next.empty() ? "" : "&after_id=" + percent_encode(next));
  }
  return path;
}

Error explained(Error error, const ProviderConfig& provider, const std::string& key_name) {
  if (error.status == 401 || error.status == 403) {
    error.kind = ErrorKind::unauthorized;
    error.message = provider.name +
                    (key_name.empty() ? " wants a key, and has none in the configuration"
                                      : " refused the key '" + key_name + "'") +
                    ": " + error.message;
  } else if (error.status != 0) {
    error.message =
        provider.name + " answered " + std::to_string(error.status) + ": " + error.message;
  } else {
    error.message = provider.name + ": " + error.message;
  }
  return error;
}

Result<Client> client_for(const ProviderConfig& written, const Provider& provider) {
  if (written.oauth2 || written.service_account) {
    return refused("the credential of " + written.name +
                   " is fetched by the daemon; lists are read with keys only");
  }
  Reach reach{.ca_file = provider.ca_file,
              .cert_file = provider.client_cert.cert_file,
              .key_file = provider.client_cert.key_file};
  const Result<std::optional<Proxy>> proxy =
      choose_proxy(provider.origin, written.proxy.url.reveal(), read_proxy_variables());
  if (!proxy) return refused("the proxy of " + written.name + ": " + proxy.error().message);
  if (*proxy && !(*proxy)->authorization.empty()) {
    return refused("the proxy of " + written.name +
                   " wants a password; lists are read through proxies without one only");
  }
  if (*proxy) {
    reach.proxy_host = (*proxy)->origin.host;
    reach.proxy_port = (*proxy)->origin.port;
  }
  Client client = Client(written.base_url, Secret()).with_reach(std::move(reach));
  const Format& format = *find_format(written.format);
  if (!format.needed_lines().empty()) client = with_line(client, format.needed_lines(), "");
  if (provider.keys.empty()) return client;
  return with_line(client, format.key_line(), provider.keys.front().value.reveal());
}

}  // namespace

Result<OfferList> fetch_offers(const ProviderConfig& written) {
  Provider provider;
  std::vector<ConfigFault> faults;
  fetch_credentials(written, provider, faults);
  if (!faults.empty()) return refused(list_faults(faults));
  if (!written.ca_file.empty()) provider.ca_file = path_beside(written.ca_file, written.place.file);
  const Result<Origin> origin = decode_base_url(written.base_url);
  if (!origin) return origin.error();
  provider.origin = *origin;
  const Result<Client> client = client_for(written, provider);
  if (!client) return client.error();

  const std::string key = provider.keys.empty() ? "" : provider.keys.front().name;
  const std::string path = list_path(written, origin->base_path);
  OfferList list;
  for (int page = 0; page < kMostPages; ++page) {
    const std::string asked_for = list.next;
    const Result<std::string> body = client->get(page_path(path, written.format, list.next));
    if (!body) return explained(body.error(), written, key);
    if (const Result<void> read = add_page(list, written.format, *body); !read) {
      return explained(read.error(), written, key);
    }
    if (list.next.empty()) return list;
    if (list.next == asked_for) break;
  }
  return upstream_error(ErrorKind::upstream_malformed,
                        written.name + ": the list of models has no end");
}

}  // namespace arouter
